"""Optimiser steps: what is decayed, how fast, on which rows, and with whose random numbers."""

import math
from dataclasses import replace

import pytest
import torch
from torch import nn

from digitwise import CrossEntropy
from digitwise.encoders.tabular import TabularEncoder
from digitwise.objectives import DecodingHead
from digitwise.training import Network, Step, TrainingSettings, epoch_steps, make_optimizer
from digitwise.training.schedules import warmup_cosine
from tests.contracts.policies import MEMORY_DIM, make_policy
from tests.training.toy import make_network, make_rows, make_settings, same_weights, weights_of


def run_epochs(network: Network, settings: TrainingSettings, *epochs: int) -> list[Step]:
    optimizer = make_optimizer(network, settings)
    return [step for epoch in epochs for step in epoch_steps(network, optimizer, make_rows(), settings, epoch)]


@pytest.mark.parametrize("policy", ["tree-2x8", "transformer-2x8"])
def test_matrices_are_decayed_and_nothing_else(policy: str) -> None:
    encoder = nn.Sequential(TabularEncoder(3, [4], hidden_dim=MEMORY_DIM), nn.LayerNorm(MEMORY_DIM))
    network = nn.ModuleList([encoder, DecodingHead(make_policy(policy), CrossEntropy(), *[torch.zeros(0).numpy()] * 2)])
    optimizer = make_optimizer(network, make_settings(weight_decay=0.1))
    decays = {id(p): group["weight_decay"] for group in optimizer.param_groups for p in group["params"]}
    for name, parameter in network.named_parameters():
        is_matrix = parameter.ndim > 1 and not name.endswith("bias")
        assert decays.pop(id(parameter)) == (0.1 if is_matrix else 0.0), name
    assert not decays


def test_the_bias_of_a_tree_decoder_is_not_decayed() -> None:
    """It has an axis for the digits and one for the nodes, and is a bias all the same."""
    model = make_policy("tree-2x8").model
    optimizer = make_optimizer(model, make_settings(weight_decay=0.1))
    groups = {group["weight_decay"]: [p.shape for p in group["params"]] for group in optimizer.param_groups}
    assert groups == {0.1: [model.weight.shape], 0.0: [model.bias.shape]}


def test_frozen_weights_are_left_alone() -> None:
    network = make_network()
    network.encoder.requires_grad_(False)
    before = weights_of(network.encoder)
    run_epochs(network, make_settings(), 1)
    assert same_weights(before, weights_of(network.encoder))
    assert len(make_optimizer(network, make_settings()).param_groups) == 2


def test_the_learning_rate_follows_the_schedule() -> None:
    settings = make_settings(max_epochs=4, warmup_fraction=0.25, final_learning_rate_fraction=0.1)
    steps = run_epochs(make_network(), settings, 1, 2, 3, 4)
    assert len(steps) == 12
    expected = [1e-2 * warmup_cosine(step, 12, 0.25, 0.1) for step in range(12)]
    assert [step.learning_rate for step in steps] == pytest.approx(expected)


def test_the_optimizer_uses_the_rate_of_the_step() -> None:
    settings, network = make_settings(), make_network()
    optimizer = make_optimizer(network, settings)
    for step in epoch_steps(network, optimizer, make_rows(), settings, 1):
        assert {group["lr"] for group in optimizer.param_groups} == {step.learning_rate}


def test_a_step_tells_what_it_did() -> None:
    steps = run_epochs(make_network(), make_settings(), 3)
    assert {step.epoch for step in steps} == {3}
    assert sum(step.n_rows for step in steps) == 50
    assert not any(step.loss.requires_grad or step.grad_norm.requires_grad for step in steps)


def test_metrics_of_the_objective_are_logged_without_gradient(monkeypatch: pytest.MonkeyPatch) -> None:
    network = make_network()
    loss = network.head.loss

    def with_metric(*arguments: object) -> object:
        output = loss(*arguments)
        return replace(output, metrics={"twice": 2 * output.loss})

    monkeypatch.setattr(network.head, "loss", with_metric)
    for step in run_epochs(network, make_settings(), 1):
        assert step.metrics["twice"] == 2 * step.loss
        assert not step.metrics["twice"].requires_grad


def test_the_loss_falls() -> None:
    steps = run_epochs(make_network(dropout=0.0), make_settings(max_epochs=20), *range(1, 21))
    assert steps[-1].loss < steps[0].loss / 4


@pytest.mark.parametrize("max_grad_norm", [1e-3, math.inf])
def test_the_gradient_is_clipped_to_the_norm(max_grad_norm: float) -> None:
    network, settings = make_network(), make_settings(max_grad_norm=max_grad_norm)
    for step in epoch_steps(network, make_optimizer(network, settings), make_rows(), settings, 1):
        used = nn.utils.get_total_norm([p.grad for p in network.parameters() if p.grad is not None])
        torch.testing.assert_close(used, step.grad_norm.clamp(max=max_grad_norm), rtol=1e-4, atol=0.0)
        assert step.grad_norm > 0.01


def test_a_gradient_within_the_norm_is_left_alone() -> None:
    free, bounded = make_network(), make_network()
    run_epochs(free, make_settings(max_grad_norm=math.inf), 1)
    run_epochs(bounded, make_settings(max_grad_norm=1e3), 1)
    assert same_weights(weights_of(free), weights_of(bounded))


@pytest.mark.parametrize("bad", [math.inf, math.nan])
def test_a_loss_that_is_not_finite_stops_before_it_does_harm(bad: float) -> None:
    network, rows, settings = make_network(), make_rows(), make_settings(batch_size=50, learning_rate=0.125)
    rows.z[7] = bad
    before = weights_of(network)
    with pytest.raises(FloatingPointError, match=r"in epoch 2\. Lower learning_rate=0\.125"):
        list(epoch_steps(network, make_optimizer(network, settings), rows, settings, 2))
    assert same_weights(before, weights_of(network))


def test_a_loss_that_is_not_finite_counts_even_if_its_gradient_is(monkeypatch: pytest.MonkeyPatch) -> None:
    network = make_network()
    loss = network.head.loss
    monkeypatch.setattr(network.head, "loss", lambda *a: replace(loss(*a), loss=loss(*a).loss + math.inf))
    with pytest.raises(FloatingPointError, match="the loss is inf and the gradient's norm 0"):
        run_epochs(network, make_settings(), 1)


def test_the_callers_random_state_is_left_alone_between_the_steps_too() -> None:
    settings, network = make_settings(), make_network()
    before = torch.get_rng_state()
    for _ in epoch_steps(network, make_optimizer(network, settings), make_rows(), settings, 1):
        assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(torch.get_rng_state(), before)


def test_what_the_caller_draws_between_the_steps_changes_nothing() -> None:
    settings = make_settings()
    silent, busy = make_network(dropout=0.5), make_network(dropout=0.5)
    run_epochs(silent, settings, 1)
    for _ in epoch_steps(busy, make_optimizer(busy, settings), make_rows(), settings, 1):
        torch.rand(7)
    assert same_weights(weights_of(silent), weights_of(busy))


def test_the_random_state_is_left_alone_by_an_epoch_that_is_broken_off() -> None:
    settings, network = make_settings(), make_network()
    before = torch.get_rng_state()
    steps = epoch_steps(network, make_optimizer(network, settings), make_rows(), settings, 1)
    next(steps)
    assert torch.equal(torch.get_rng_state(), before)


def test_seed_and_epoch_decide_batches_and_dropout() -> None:
    def after(seed: int, epoch: int) -> dict[str, torch.Tensor]:
        network = make_network(dropout=0.5)
        run_epochs(network, make_settings(seed=seed), epoch)
        return weights_of(network)

    assert same_weights(after(0, 2), after(0, 2))
    assert not same_weights(after(0, 2), after(1, 2))


def test_training_goes_on_in_training_mode_after_a_prediction_in_between() -> None:
    settings, network = make_settings(), make_network().eval()
    for _ in epoch_steps(network, make_optimizer(network, settings), make_rows(), settings, 1):
        network.law(make_rows(3))
        assert network.training
