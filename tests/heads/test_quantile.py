"""The quantile head: quantiles in order, whose loss is the CRPS of their law."""

import numpy as np
import pytest
import torch

from digitwise.heads import QuantileHead
from digitwise.nn import Memory
from tests.contracts.heads import DIM, make_head, make_problem, make_target, targets_of, train


@pytest.mark.parametrize("scaling", ["affine", "log", "symlog", "quantile"])
@pytest.mark.parametrize("spread", [1.0, 100.0, 1e4])
def test_quantiles_never_cross(scaling: str, spread: float) -> None:
    memory, y = make_problem()
    head = make_head("quantile", make_target(y, scaling))
    with torch.no_grad():
        head.out.weight.normal_(std=spread, generator=torch.Generator().manual_seed(0))
    values = head.law(memory).values
    assert (np.diff(values, axis=1) >= 0).all()
    assert (np.diff(head.law(memory).quantile(np.linspace(0, 1, 41)), axis=1) >= 0).all()


@pytest.mark.parametrize("n_quantiles", [1, 2, 7, 100])
def test_the_loss_is_the_crps_of_the_law_in_standard_units(n_quantiles: int) -> None:
    memory, y = make_problem()
    target = make_target(y)
    torch.manual_seed(0)
    head = QuantileHead(DIM, n_quantiles, target.moments, target.scaling).double()
    expected = head.law(memory).crps(y).mean() / y.std()
    assert head.loss(memory, targets_of(y, target)).loss.item() == pytest.approx(expected, rel=1e-6)


def test_it_starts_as_a_wide_law_around_the_targets() -> None:
    _, y = make_problem()
    head = make_head("quantile", make_target(y))
    with torch.no_grad():
        head.out.bias.zero_()
    law = head.law(Memory(torch.zeros(1, 1, DIM, dtype=torch.float64)))
    standard = (law.values[0] - y.mean()) / y.std()
    np.testing.assert_allclose(standard, -1.7 + 3.4 * (np.arange(20) + 0.5) / 20, atol=1e-9)


def test_the_quantiles_of_a_law_without_features_are_those_of_the_targets() -> None:
    y = np.random.default_rng(0).exponential(size=500)
    target = make_target(y)
    torch.manual_seed(0)
    head = QuantileHead(DIM, 10, target.moments, target.scaling).double()
    memory = Memory(torch.zeros(500, 1, DIM, dtype=torch.float64))
    train(head, memory, targets_of(y, target), n_steps=400)
    np.testing.assert_allclose(head.law(memory).values[0], np.quantile(y, (np.arange(10) + 0.5) / 10), atol=0.1)
