"""Which settings of the sampled objectives are refused, and in which words; what the named ones stand for."""

import math
from typing import Any

import numpy as np
import pytest

from digitwise import (
    DAR,
    GRPO,
    PPO,
    RLOO,
    CustomReward,
    EnergyScore,
    GenRe2,
    HammingCodec,
    NormalizedCodec,
    OnPolicy,
    ReMax,
)
from digitwise.objectives import KernelReward
from digitwise.objectives.on_policy_checks import check_settings


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"reward": "rsme"}, "reward must be one of 'squared_error', .* or an object, but got 'rsme'"),
        ({"n_draws": 0}, "n_draws must be at least 1, but got 0"),
        ({"n_updates": 0}, "n_updates must be at least 1, but got 0"),
        ({"temperature": 0.0}, "temperature must be positive and finite, but got 0.0"),
        ({"temperature": math.inf}, "temperature must be positive and finite, but got inf"),
        ({"expert_temperature": -1.0}, "expert_temperature must be positive and finite, but got -1.0"),
        ({"clip": 0.0}, "clip must be positive and finite, but got 0.0"),
        ({"clip": 1.0}, "clip bounds a ratio to 1 ± clip and must lie below 1, but got 1.0"),
        ({"expert_weight": -0.1}, "expert_weight must be finite and at least 0, but got -0.1"),
        ({"kl_weight": math.nan}, "kl_weight must be finite and at least 0, but got nan"),
        ({"entropy_weight": math.inf}, "entropy_weight must be finite and at least 0, but got inf"),
        (
            {"baseline": "leave_one_out", "n_draws": 1},
            "compare the draws of a row and need at least 2 of them, but got n_draws=1. Use baseline='greedy'",
        ),
        ({"baseline": "group_mean", "n_draws": 1}, "need at least 2 of them, but got n_draws=1"),
        ({"scale": "group_std", "n_draws": 1}, "scale='group_std' compare the draws .* but got n_draws=1"),
        ({"reward": "energy_score"}, "rewards the draws of a row as a group, but the greedy baseline is a single"),
        ({"reward": "crps_gain", "baseline": "greedy"}, "Use baseline='leave_one_out', 'group_mean' or 'none'"),
        (
            {"reward": "energy_score", "baseline": "leave_one_out", "n_draws": 2},
            "With baseline='leave_one_out' energy_score needs n_draws of at least 3, but got 2",
        ),
        (
            {"reward": "crps_gain", "baseline": "none", "n_draws": 1},
            "crps_gain needs n_draws of at least 2, but got 1",
        ),
        (
            {"baseline": "leave_one_out", "scale": "group_std"},
            r"divides an unbiased advantage .* Use baseline='group_mean' \(GRPO\) or scale='none' \(RLOO\)",
        ),
        ({"stratified": True, "baseline": "leave_one_out"}, "Stratified draws of a row depend on each other"),
        ({"stratified": True, "baseline": "group_mean"}, "Use baseline='greedy' or 'none' with a reward of single"),
        ({"stratified": True, "scale": "group_std"}, "comparing them is no unbiased baseline"),
        ({"stratified": True, "baseline": "none", "reward": "energy_score"}, "with a reward of single numbers"),
        ({"n_updates": 2}, r"n_updates=2 reuses draws of an older policy, which needs a clip such as 0\.2 \(PPO\)"),
    ],
)
def test_what_is_impossible_is_refused_in_words(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        OnPolicy(**settings)


@pytest.mark.parametrize(("name", "value"), [("baseline", "critic"), ("scale", "row_std")])
def test_unknown_choices_are_named(name: str, value: str) -> None:
    """The type checks that tests switch on come first, so the check is called by itself."""
    settings = OnPolicy()
    object.__setattr__(settings, name, value)
    with pytest.raises(ValueError, match=f"{name} must be one of .*, but got '{value}'"):
        check_settings(settings)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: GRPO(n_draws=1), "at least 2 of them, but got n_draws=1"),
        (lambda: RLOO(n_draws=1), "at least 2 of them, but got n_draws=1"),
        (lambda: PPO(n_draws=1), "at least 2 of them, but got n_draws=1"),
        (lambda: DAR(n_draws=1), "at least 2 of them, but got n_draws=1"),
        (lambda: EnergyScore(n_draws=2), "needs n_draws of at least 3, but got 2"),
        (lambda: ReMax(reward="crps_gain"), "the greedy baseline is a single number"),
        (lambda: GenRe2(reward="energy_score"), "the greedy baseline is a single number"),
        (lambda: PPO(scale="group_std"), "divides an unbiased advantage by what depends on the draw itself"),
    ],
)
def test_the_named_ones_are_held_to_the_same(make: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    "settings",
    [
        {"n_draws": 1},
        {"n_draws": 1, "baseline": "none", "stratified": True},
        {"n_draws": 2, "baseline": "leave_one_out"},
        {"n_draws": 2, "baseline": "none", "reward": "energy_score"},
        {"n_draws": 3, "baseline": "leave_one_out", "reward": "crps_gain"},
        {"n_draws": 2, "baseline": "group_mean", "scale": "group_std", "reward": "crps_gain"},
        {"stratified": True, "scale": "batch_std"},
        {"n_updates": 8, "clip": 0.2, "kl_weight": 0.1, "entropy_weight": 0.1, "expert_weight": 0.1},
        {"reward": CustomReward(function=lambda prediction, target: -(prediction - target).abs())},
        {"reward": KernelReward(width=2.0)},
    ],
)
def test_what_goes_together_is_accepted(settings: dict[str, Any]) -> None:
    assert OnPolicy(**settings).n_updates == settings.get("n_updates", 1)


def test_the_named_ones_are_their_published_settings() -> None:
    assert ReMax() == OnPolicy()
    assert RLOO() == OnPolicy(baseline="leave_one_out")
    assert GRPO() == OnPolicy(baseline="group_mean", scale="group_std")
    assert GRPO(divide_by_std=False) == OnPolicy(baseline="group_mean")
    assert GenRe2() == OnPolicy(expert_weight=0.05)
    assert DAR() == OnPolicy(reward="crps_gain", baseline="group_mean", scale="group_std", n_draws=12)
    assert EnergyScore() == OnPolicy(reward="energy_score", baseline="leave_one_out")
    assert PPO() == OnPolicy(baseline="leave_one_out", scale="batch_std", clip=0.2, n_updates=4)


@pytest.mark.parametrize("make", [ReMax, RLOO, GRPO, PPO, GenRe2, DAR, EnergyScore])
def test_settings_are_passed_on_and_misspelt_ones_are_errors(make: Any) -> None:
    assert (make(n_draws=5, temperature=0.7).n_draws, make(n_draws=5, temperature=0.7).temperature) == (5, 0.7)
    with pytest.raises(TypeError, match="n_samples"):
        make(n_samples=5)


def test_stratified_draws_need_an_ordered_codec() -> None:
    z = np.zeros(3)
    with pytest.raises(ValueError, match=r"Stratified draws need an ordered codec\. Use stratified=False"):
        ReMax(stratified=True).adapt(z, HammingCodec())
    with pytest.raises(ValueError, match="Stratified draws need an ordered codec"):
        (ReMax() + ReMax(stratified=True)).adapt(z, HammingCodec())
    assert ReMax(stratified=True).adapt(z, NormalizedCodec()) == ReMax(stratified=True)
    assert ReMax().adapt(z, HammingCodec()) == ReMax()
