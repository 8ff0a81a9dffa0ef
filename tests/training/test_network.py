"""A network predicts without dropout and without gradient, and stays in the mode it was in."""

import numpy as np
import pytest
import torch

from digitwise.distributions import Distribution
from digitwise.nn.memory import Memory
from digitwise.training import Network, Rows
from tests.training.toy import make_network, make_rows


@pytest.mark.parametrize("is_training", [True, False])
@pytest.mark.parametrize("verb", ["law", "finish"])
def test_the_mode_stays_as_it_was(verb: str, is_training: bool) -> None:
    network = make_network().train(is_training)
    getattr(network, verb)(make_rows())
    assert {module.training for module in network.modules()} == {is_training}


def test_the_mode_stays_as_it_was_after_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    network = make_network().train()

    def broken(memory: Memory) -> Distribution:
        raise RuntimeError("broken")

    monkeypatch.setattr(network.head, "law", broken)
    with pytest.raises(RuntimeError, match="broken"):
        network.law(make_rows())
    assert network.training
    assert torch.is_grad_enabled()


def test_laws_are_the_same_in_both_modes() -> None:
    network, rows = make_network(dropout=0.5), make_rows()
    np.testing.assert_array_equal(network.train().law(rows).mean(), network.eval().law(rows).mean())


def test_finish_sees_no_dropout() -> None:
    def width(network: Network, rows: Rows) -> float:
        network.finish(rows)
        return float(network.head.residual_std)

    network, rows = make_network(dropout=0.5), make_rows()
    assert width(network.train(), rows) == width(network.eval(), rows)


def test_the_loss_has_a_gradient_in_every_trained_weight() -> None:
    network = make_network(dropout=0.0)
    network.loss(make_rows()).loss.backward()
    assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in network.parameters())


def test_columns_follow_the_type_of_the_weights() -> None:
    network, rows = make_network().double(), make_rows()
    assert network.dtype == torch.float64
    assert network.memory(rows).features.dtype == torch.float64
