"""Rewards as tables: what was written, what was meant, what that is worth."""

import inspect
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from digitwise import CustomReward, ExpectedReward, OnPolicy
from digitwise.nn import Targets
from digitwise.objectives import (
    REWARDS,
    AbsoluteErrorReward,
    CRPSGainReward,
    EnergyScoreReward,
    HuberReward,
    IntervalReward,
    KernelReward,
    LogErrorReward,
    PinballReward,
    RelativeErrorReward,
    Reward,
    SquaredErrorReward,
)
from digitwise.objectives.named_rewards import resolve_reward
from digitwise.objectives.rewards import checked_rewards
from digitwise.policy import Policy
from tests.contracts.policies import make_memory
from tests.contracts.sequence_objectives import make_line_policy, make_targets


@pytest.mark.parametrize(
    ("reward", "prediction", "target", "expected"),
    [
        (SquaredErrorReward(), 3.0, 1.0, -4.0),
        (SquaredErrorReward(), -1.0, 1.0, -4.0),
        (SquaredErrorReward(), 1.0, 1.0, 0.0),
        (SquaredErrorReward(cap=2.5), 3.0, 1.0, -2.5),
        (SquaredErrorReward(cap=2.5), 2.5, 1.0, -2.25),
        (AbsoluteErrorReward(), 3.0, 1.0, -2.0),
        (AbsoluteErrorReward(), -1.5, 1.0, -2.5),
        (HuberReward(), 1.5, 1.0, -0.125),
        (HuberReward(), 2.0, 1.0, -0.5),
        (HuberReward(), 4.0, 1.0, -2.5),
        (HuberReward(delta=2.0), 4.0, 1.0, -4.0),
        (HuberReward(delta=2.0), 0.0, 1.0, -0.5),
        (RelativeErrorReward(), 3.0, 2.0, -0.5),
        (RelativeErrorReward(), -3.0, -2.0, -0.5),
        (RelativeErrorReward(floor=0.5), 1.0, 0.1, -1.8),
        (RelativeErrorReward(floor=0.5), 1.0, 0.0, -2.0),
        (LogErrorReward(), math.e**3, math.e, -4.0),
        (LogErrorReward(), 1.0, 1.0, 0.0),
        (LogErrorReward(floor=1.0), -7.0, math.e, -1.0),
        (LogErrorReward(floor=1.0), math.e, 0.0, -1.0),
        (KernelReward(), 1.0, 1.0, 1.0),
        (KernelReward(), 1.25, 1.0, math.exp(-0.5)),
        (KernelReward(width=2.0), 5.0, 1.0, math.exp(-2.0)),
        (IntervalReward(), 1.25, 1.0, 1.0),
        (IntervalReward(), 0.75, 1.0, 1.0),
        (IntervalReward(), 1.2501, 1.0, 0.0),
        (IntervalReward(half_width=3.0), -1.9, 1.0, 1.0),
        (PinballReward(), 3.0, 1.0, -1.0),
        (PinballReward(level=0.9), 0.0, 1.0, -0.9),
        (PinballReward(level=0.9), 2.0, 1.0, -0.1),
        (PinballReward(level=0.1), 2.0, 1.0, -0.9),
    ],
)
def test_rewards_of_single_numbers(reward: Reward, prediction: float, target: float, expected: float) -> None:
    found = reward(torch.tensor([[prediction]]).double(), torch.tensor([[target]]).double())
    assert found.item() == pytest.approx(expected)


@pytest.mark.parametrize("name", list(REWARDS))
def test_a_hit_is_never_worth_less_than_a_miss_and_both_sides_broadcast(name: str) -> None:
    reward = resolve_reward(name)
    target = torch.tensor([[2.0], [7.0]]).double()
    prediction = target + torch.tensor([[0.0, 0.1, 0.5, 1.5]]).double()
    rewards = reward(prediction, target)
    assert rewards.shape == (2, 4)
    assert torch.isfinite(rewards).all()
    if name not in ("energy_score", "crps_gain"):
        assert (rewards[:, :1] >= rewards).all()
        assert (rewards[:, 0] > rewards[:, -1]).all()


@pytest.mark.parametrize(
    ("draws", "target", "expected"),
    [
        ([1.0, 3.0], 1.0, [2.0, 0.0]),  # |1 - 3| - 0, |3 - 1| - 2
        ([1.0, 1.0], 1.0, [0.0, 0.0]),
        ([0.0, 1.0, 4.0], 1.0, [1.5, 2.0, 0.5]),
    ],
)
def test_the_energy_score_reward(draws: list[float], target: float, expected: list[float]) -> None:
    found = EnergyScoreReward()(torch.tensor([draws]), torch.tensor([[target]]))
    assert found.tolist() == [pytest.approx(expected)]


def crps_of_draws(draws: list[float], y: float) -> float:
    spread = sum(abs(a - b) for a in draws for b in draws) / (2 * len(draws) ** 2)
    return sum(abs(a - y) for a in draws) / len(draws) - spread


@pytest.mark.parametrize("draws", [[1.0, 3.0], [0.0, 1.0, 4.0], [2.0, 2.0, 2.0, 2.0], [-1.0, 0.5, 0.5, 9.0, 2.0]])
@pytest.mark.parametrize("target", [-2.0, 0.5, 3.0])
def test_the_gain_is_what_the_groups_crps_loses_without_the_draw(draws: list[float], target: float) -> None:
    whole = crps_of_draws(draws, target)
    expected = [crps_of_draws(draws[:k] + draws[k + 1 :], target) - whole for k in range(len(draws))]
    found = CRPSGainReward()(torch.tensor([draws]).double(), torch.tensor([[target]]).double())
    torch.testing.assert_close(found[0], torch.tensor(expected, dtype=torch.float64), atol=1e-12, rtol=0.0)


@pytest.mark.parametrize("reward", [EnergyScoreReward(), CRPSGainReward()])
def test_groups_may_have_axes_before_them(reward: Reward) -> None:
    draws, target = torch.rand(3, 5, 4, dtype=torch.float64), torch.rand(3, 1, 1, dtype=torch.float64)
    by_group = torch.stack([reward(draws[:, group], target[:, 0]) for group in range(5)], dim=1)
    torch.testing.assert_close(reward(draws, target), by_group)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: SquaredErrorReward(cap=0.0), "cap must be positive and finite, but got 0.0"),
        (lambda: HuberReward(delta=-1.0), "delta must be positive and finite, but got -1.0"),
        (lambda: RelativeErrorReward(floor=math.nan), "floor must be positive and finite, but got nan"),
        (lambda: LogErrorReward(floor=0.0), "floor must be positive and finite, but got 0.0"),
        (lambda: KernelReward(width=math.inf), "width must be positive and finite, but got inf"),
        (lambda: IntervalReward(half_width=0.0), "half_width must be positive and finite, but got 0.0"),
        (lambda: PinballReward(level=1.0), "level must lie between 0 and 1, but got 1.0"),
        (lambda: PinballReward(level=0.0), "level must lie between 0 and 1, but got 0.0"),
        (lambda: resolve_reward("rsme"), "reward must be one of 'squared_error', .* or an object, but got 'rsme'"),
    ],
)
def test_impossible_settings_are_named(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("reward", [lambda y, target: -abs(y - target), SquaredErrorReward, 3.0, None])
def test_what_is_no_reward_is_refused_with_a_hint(reward: Any) -> None:
    unchecked = inspect.unwrap(resolve_reward)  # without the type checks that only tests switch on
    with pytest.raises(TypeError, match=r"Wrap a function of predictions and targets as CustomReward\(function="):
        unchecked(reward)


def test_names_and_objects_are_resolved() -> None:
    for name, kind in REWARDS.items():
        assert resolve_reward(name) == kind()
    own = KernelReward(width=3.0)
    assert resolve_reward(own) is own


PREDICTION, TARGET = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), torch.tensor([[1.5], [5.5]])


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (lambda y, t: (y - t).mean(), r"one number per prediction, shape \(2, 3\), but .* returned \(\)"),
        (lambda y, t: (y - t).mean(1), r"returned \(2,\)\. Targets come as \(2, 1\): compare by broadcast"),
        (lambda y, t: y.T - t.T, r"returned \(3, 2\)"),
        (lambda y, t: (y - 2).log(), r"must be finite, .* gave nan for prediction 1 and target 1\.5 "),
        (lambda y, t: -1 / (y - 5), r"gave -inf for prediction 5 and target 5\.5 \(data units\)\. Bound"),
    ],
)
def test_what_a_custom_reward_returns_is_checked(function: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        checked_rewards(CustomReward(function=function), PREDICTION, TARGET)


@dataclass(frozen=True)
class Returning:
    """A reward of one's own that is no `CustomReward`."""

    value: Any
    units: str = "data"

    def __call__(self, prediction: Tensor, target: Tensor) -> Any:
        return self.value


@pytest.mark.parametrize(("value", "kind"), [(1.0, "float"), (np.zeros(2), "ndarray"), (None, "NoneType")])
def test_a_reward_must_return_a_tensor(value: Any, kind: str) -> None:
    with pytest.raises(TypeError, match=f"A reward must return a torch tensor, but Returning.* returned {kind}"):
        checked_rewards(Returning(value), PREDICTION, TARGET)


def test_rewards_are_detached_and_of_the_predictions_type() -> None:
    weight = torch.ones((), requires_grad=True)
    for function in (lambda y, t: y > t, lambda y, t: (y - t).long(), lambda y, t: (y - t).half() * weight):
        rewards = checked_rewards(CustomReward(function=function), PREDICTION, TARGET)
        assert rewards.dtype == PREDICTION.dtype
        assert not rewards.requires_grad


@pytest.mark.parametrize(
    "make", [lambda reward: OnPolicy(reward=reward, n_draws=4), lambda reward: ExpectedReward(reward=reward)]
)
@pytest.mark.parametrize("units", ["standard", "data"])
def test_a_custom_reward_is_given_the_units_it_asks_for(make: Any, units: str) -> None:
    policy, targets, seen = make_line_policy("tree-mixed"), make_targets(3), []

    def function(prediction: Tensor, target: Tensor) -> Tensor:
        seen.append((prediction, target))
        return -(prediction - target).abs()

    make(CustomReward(function=function, units=units))(policy, make_memory(3), targets)
    assert targets.y is not None
    possible = policy.line.values if units == "data" else (policy.line.values - 27.0) / 9.0
    meant = targets.y if units == "data" else (targets.y - 27.0) / 9.0
    for prediction, target in seen:
        assert torch.isin(prediction, possible).all()
        torch.testing.assert_close(target.squeeze(1), meant)


def test_without_data_units_scaled_ones_are_meant() -> None:
    """`Targets.y` may be left out, as in tests and by those who use objectives without an estimator."""
    policy, z = make_line_policy("tree-mixed"), make_targets(3).z
    policy = Policy(policy.model, policy.codec, policy.tree)  # its line is the numbers in scaled units
    with_y, without = Targets(z, torch.ones(3), y=z), Targets(z, torch.ones(3))
    for reward in ("squared_error", "relative_error"):
        objective = ExpectedReward(reward=reward)
        first, second = (objective(policy, make_memory(3), targets).loss for targets in (with_y, without))
        torch.testing.assert_close(first, second)


def test_rewards_of_a_wrong_scale_are_warned_of() -> None:
    """Squared errors in data units of a target in millions: the usual mistake."""
    prediction, target = torch.tensor([[3e6, 1e6]]), torch.tensor([[2e6]])
    wrong = CustomReward(function=lambda prediction, target: -((prediction - target) ** 2), units="data")
    with pytest.warns(UserWarning, match=r"beyond ±1e\+06 \(data units\).*units='standard'"):
        checked_rewards(wrong, prediction, target)
