"""Advantages as tables, and the pure functions of the policy gradient."""

import math

import pytest
import torch

from digitwise.objectives import CRPSGainReward, EnergyScoreReward, Reward
from digitwise.objectives.advantages import Scale, leave_one_out_mean, leave_one_out_of_group, scaled_advantage
from digitwise.objectives.policy_gradient import (
    clipped_loss,
    entropy,
    kl_divergence,
    policy_gradient_loss,
    visited_cost_loss,
)


@pytest.mark.parametrize(
    ("rewards", "expected"),
    [([1.0, 2.0, 6.0], [4.0, 3.5, 1.5]), ([5.0, -1.0], [-1.0, 5.0]), ([2.0, 2.0, 2.0, 2.0], [2.0, 2.0, 2.0, 2.0])],
)
def test_the_mean_of_the_others(rewards: list[float], expected: list[float]) -> None:
    assert leave_one_out_mean(torch.tensor([rewards])).tolist() == [pytest.approx(expected)]


@pytest.mark.parametrize("reward", [EnergyScoreReward(), CRPSGainReward()])
@pytest.mark.parametrize("n_draws", [3, 5])
def test_the_group_is_rewarded_again_without_the_draw(reward: Reward, n_draws: int) -> None:
    draws, target = torch.randn(4, n_draws, generator=torch.Generator().manual_seed(0)), torch.zeros(4, 1)
    found = leave_one_out_of_group(reward, draws, target)
    for draw in range(n_draws):
        others = draws[:, [other for other in range(n_draws) if other != draw]]
        torch.testing.assert_close(found[:, draw], reward(others, target).mean(1))


@pytest.mark.parametrize("reward", [EnergyScoreReward(), CRPSGainReward()])
def test_a_draw_has_no_part_in_its_own_baseline(reward: Reward) -> None:
    draws, target = torch.randn(4, 5, generator=torch.Generator().manual_seed(0)), torch.zeros(4, 1)
    moved = draws.clone()
    moved[:, 2] += 10
    before, after = (leave_one_out_of_group(reward, numbers, target) for numbers in (draws, moved))
    torch.testing.assert_close(before[:, 2], after[:, 2])
    assert ((before - after).abs() > 0.1)[:, [0, 1, 3, 4]].all()


@pytest.mark.parametrize(
    ("scale", "advantage", "expected"),
    [
        ("none", [[-1.0, 1.0], [-30.0, 10.0]], [[-1.0, 1.0], [-30.0, 10.0]]),
        ("group_std", [[-1.0, 1.0], [-10.0, 10.0]], [[-(0.5**0.5), 0.5**0.5]] * 2),
        ("group_std", [[0.0, 0.0], [-1.0, 1.0]], [[0.0, 0.0], [-(0.5**0.5), 0.5**0.5]]),
        ("batch_std", [[-1.0, 1.0], [-3.0, 3.0]], [[-1 / 5**0.5, 1 / 5**0.5], [-3 / 5**0.5, 3 / 5**0.5]]),
        ("batch_std", [[0.0, 0.0], [0.0, 0.0]], [[0.0, 0.0], [0.0, 0.0]]),
    ],
)
def test_scaled_advantages(scale: Scale, advantage: list[list[float]], expected: list[list[float]]) -> None:
    found = scaled_advantage(torch.tensor(advantage), scale)
    torch.testing.assert_close(found, torch.tensor(expected), atol=1e-5, rtol=1e-5)


def test_the_policy_gradient_is_the_advantage_times_that_of_the_log_probability() -> None:
    log_probs = torch.tensor([[[-1.0, -2.0], [-0.5, -0.1]]], requires_grad=True)
    advantage = torch.tensor([[2.0, -3.0]], requires_grad=True)
    loss = policy_gradient_loss(log_probs, advantage)
    torch.testing.assert_close(loss, torch.tensor([[6.0, -1.8]]))
    by_log_probs, by_advantage = torch.autograd.grad(loss.sum(), [log_probs, advantage], allow_unused=True)
    torch.testing.assert_close(by_log_probs, torch.tensor([[[-2.0, -2.0], [3.0, 3.0]]]))
    assert by_advantage is None


@pytest.mark.parametrize(
    ("ratio", "advantage", "loss", "slope", "clipped"),
    [
        (1.0, 2.0, -2.0, -2.0, 0.0),
        (1.0, -2.0, 2.0, 2.0, 0.0),
        (1.1, 2.0, -2.2, -2.2, 0.0),
        (1.5, 2.0, -2.4, 0.0, 1.0),  # moved far enough already
        (0.5, 2.0, -1.0, -1.0, 0.0),  # moved the wrong way: brought back
        (0.5, -2.0, 1.6, 0.0, 1.0),
        (1.5, -2.0, 3.0, 3.0, 0.0),
    ],
)
def test_the_clipped_loss(ratio: float, advantage: float, loss: float, slope: float, clipped: float) -> None:
    """Per digit: ``-min(r A, clip(r) A)``; the slope is with respect to the log-probability."""
    old = torch.tensor([[[-1.0]]], requires_grad=True)
    new = (old.detach() + math.log(ratio)).requires_grad_()
    held = torch.tensor([[advantage]], requires_grad=True)
    found, share = clipped_loss(new, old, held, clip=0.2)
    slopes = torch.autograd.grad(found.sum(), [new, old, held], allow_unused=True)
    assert found.item() == pytest.approx(loss, rel=1e-5)
    assert slopes[0].item() == pytest.approx(slope, rel=1e-5, abs=1e-6)
    assert slopes[1:] == (None, None)
    assert share.item() == clipped


def test_clipped_losses_add_up_over_digits() -> None:
    old = torch.tensor([[[-1.0, -2.0]]])
    new = old + torch.tensor([1.5, 1.1]).log()
    found, share = clipped_loss(new, old, torch.tensor([[2.0]]), clip=0.2)
    assert found.item() == pytest.approx(-2.4 - 2.2)
    assert share.tolist() == [[[1.0, 0.0]]]


LAW = torch.tensor([0.5, 0.25, 0.25, 0.0]).log()
OTHER = torch.tensor([0.25, 0.5, 0.25, 0.0]).log()


def test_entropy_and_kl_by_hand_with_a_forbidden_digit() -> None:
    assert entropy(LAW).item() == pytest.approx(1.5 * math.log(2))
    assert kl_divergence(LAW, OTHER).item() == pytest.approx(0.25 * math.log(2))
    assert kl_divergence(LAW, LAW).item() == 0


def test_entropy_and_kl_have_finite_gradients_with_a_forbidden_digit() -> None:
    logits = torch.tensor([0.3, -1.0, 2.0, 0.0], requires_grad=True)
    mask = torch.tensor([False, False, False, True])
    log_probs = logits.masked_fill(mask, -torch.inf).log_softmax(-1)
    for cost in (entropy(log_probs), kl_divergence(log_probs, OTHER)):
        (gradient,) = torch.autograd.grad(cost, logits, retain_graph=True)
        assert torch.isfinite(gradient).all()
        assert gradient[3] == 0
        assert (gradient[:3] != 0).any()


def test_digits_answer_for_the_costs_that_come_after_them() -> None:
    cost = torch.tensor([[[1.0, 10.0, 100.0]]], requires_grad=True)
    log_probs = torch.tensor([[[-0.1, -0.2, -0.3]]], requires_grad=True)
    by_cost, by_log_probs = torch.autograd.grad(visited_cost_loss(cost, log_probs).sum(), [cost, log_probs])
    assert by_cost.tolist() == [[[1.0, 1.0, 1.0]]]
    assert by_log_probs.tolist() == [[[110.0, 100.0, 0.0]]]
