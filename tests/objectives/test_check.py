"""The check of objectives says yes to what is right and no to what is not."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import torch

from digitwise import (
    CRPS,
    DAR,
    GRPO,
    RAFT,
    RLOO,
    CrossEntropy,
    EnergyScore,
    ExpectedReward,
    NormalizedCodec,
    OnPolicy,
    ReMax,
)
from digitwise.codecs import Codec
from digitwise.nn import LossOutput, Memory, Targets
from digitwise.objectives import ObjectiveCheck, check_objective, exact_counterpart
from digitwise.policy import Policy


def check(objective: Any, **more: Any) -> ObjectiveCheck:
    return check_objective(objective, **{"n_repeats": 20, "verbose": False} | more)


@pytest.mark.parametrize(
    ("objective", "verdict"),
    [
        (RLOO(n_draws=4), "Unbiased: the mean gradient is the exact one."),
        (EnergyScore(n_draws=4), "Unbiased: the mean gradient is the exact one."),
        (OnPolicy(n_draws=4, kl_weight=0.5, expert_weight=0.1), "Unbiased: the mean gradient is the exact one."),
        (CrossEntropy() + ReMax(n_draws=4), "Unbiased: the mean gradient is the exact one."),
        (CrossEntropy(), "Unbiased: the mean gradient is that of differences of its own loss."),
        (ExpectedReward(), "Unbiased: the mean gradient is that of differences of its own loss."),
    ],
)
def test_what_is_right_passes(objective: Any, verdict: str) -> None:
    found = check(objective)
    assert (found.verdict, found.passed) == (verdict, True)
    assert found.factor == pytest.approx(1.0, abs=0.1)
    assert found.after < found.before


@pytest.mark.parametrize("n_draws", [2, 4])
def test_the_group_mean_is_found_to_shrink_the_gradient(n_draws: int) -> None:
    found = check(GRPO(n_draws=n_draws, divide_by_std=False))
    assert found.passed
    assert found.verdict.startswith("In the right direction: the mean gradient is 0.")
    assert found.factor == pytest.approx((n_draws - 1) / n_draws, abs=0.05)


def test_dar_without_its_std_is_right_too() -> None:
    """Its group mean leaves the gain in a group without the draw: ``(K - 1) / K`` times that of ``K - 1`` draws."""
    found = check(DAR(n_draws=4, divide_by_std=False), n_repeats=200)
    assert found.passed, found.verdict


@dataclass(frozen=True)
class Wrong:
    """An objective that claims to be the expected reward, and is not."""

    factor: float = 1.0
    also: float = 0.0

    def adapt(self, z: np.ndarray, codec: Codec) -> "Wrong":
        return self

    def __call__(self, policy: Policy, memory: Memory, targets: Targets) -> LossOutput:
        right = ExpectedReward()(policy, memory, targets).loss
        return LossOutput(self.factor * right + self.also * CrossEntropy()(policy, memory, targets).loss)


@pytest.mark.parametrize(
    ("objective", "passed", "verdict"),
    [
        (Wrong(), True, "Unbiased: the mean gradient is the exact one."),
        (Wrong(factor=2.0), True, "In the right direction: the mean gradient is 2.000 times the exact one."),
        (Wrong(factor=-1.0), False, "Biased: the mean gradient is no multiple of the exact one (cosine -1.000). Tra"),
        (Wrong(also=0.3), False, "Biased: the mean gradient is no multiple of the exact one"),
    ],
)
def test_what_is_wrong_is_found_out(objective: Wrong, passed: bool, verdict: str) -> None:
    found = check(objective, exact=ExpectedReward(), n_repeats=2)
    assert found.passed == passed
    assert found.verdict.startswith(verdict)


def test_an_objective_that_does_nothing_is_found_out() -> None:
    @dataclass(frozen=True)
    class Nothing(Wrong):
        def __call__(self, policy: Policy, memory: Memory, targets: Targets) -> LossOutput:
            return LossOutput(CRPS()(policy, memory, targets).loss.detach())

    with pytest.raises(ValueError, match="must have a gradient with respect to the policy"):
        check(Nothing())
    assert not check(Wrong(factor=0.0), n_repeats=2).passed


@pytest.mark.filterwarnings("ignore")
def test_what_is_not_finite_is_named() -> None:
    with pytest.raises(FloatingPointError, match="Loss and gradient must be finite"):
        check(Wrong(factor=float("inf")))


def test_the_callers_random_state_is_left_alone_and_the_figures_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    before = torch.get_rng_state()
    found = check(CRPS(), n_repeats=2, verbose=True)
    assert torch.equal(torch.get_rng_state(), before)
    assert capsys.readouterr().out == f"{found}\n"
    assert "cosine of the angle" in str(found)
    assert check(CRPS(), n_repeats=2) == found


def test_other_codecs_can_be_tried() -> None:
    assert check(RLOO(n_draws=4), codec=NormalizedCodec(base=2, length=3)).passed


def test_exact_counterparts() -> None:
    settings: dict[str, Any] = {"temperature": 0.7, "expert_weight": 0.1, "kl_weight": 0.2, "entropy_weight": 0.3}
    sampled = OnPolicy(reward="huber", n_draws=5, **settings)
    assert exact_counterpart(sampled) == ExpectedReward(reward="huber", n_draws=5, **settings)
    assert exact_counterpart(2.0 * sampled + RAFT()) == 2.0 * exact_counterpart(sampled) + RAFT()
    assert exact_counterpart(replace(sampled, n_draws=1)).n_draws == 1
    for exact in (RAFT(), CrossEntropy() + RAFT()):
        assert exact_counterpart(exact) is exact
