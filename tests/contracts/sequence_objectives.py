"""The sampled objectives, each with the exact one that it estimates, and the rows on which they are compared."""

from dataclasses import dataclass

import pytest
import torch
from torch import Tensor

from digitwise import CRPS, DAR, GRPO, PPO, RLOO, EnergyScore, ExpectedReward, GenRe2, OnPolicy, ReMax
from digitwise.nn import Memory, Targets
from digitwise.objectives import REWARDS, Objective, Reference, on_policy
from digitwise.objectives.objective import call_objective
from digitwise.policy import Policy, Rollout
from tests.contracts.policies import make_memory


@dataclass(frozen=True)
class Member:
    """A sampled objective; its expected gradient is ``factor`` times that of the exact one."""

    sampled: Objective
    exact: Objective
    factor: float = 1.0


SINGLE_REWARDS = [name for name in REWARDS if name not in ("energy_score", "crps_gain")]
KL_AND_ENTROPY = {"kl_weight": 2.0, "entropy_weight": 1.0}
EXPERT = {"expert_weight": 0.5, "expert_temperature": 0.1}

UNBIASED: dict[str, Member] = {
    "remax": Member(ReMax(n_draws=3), ExpectedReward()),
    "remax_one_draw": Member(ReMax(n_draws=1), ExpectedReward()),
    "remax_cool": Member(ReMax(n_draws=3, temperature=0.6), ExpectedReward(temperature=0.6)),
    "remax_stratified": Member(ReMax(n_draws=3, stratified=True), ExpectedReward()),
    "no_baseline": Member(OnPolicy(baseline="none", n_draws=3), ExpectedReward()),
    "dr_grpo": Member(GRPO(n_draws=2, divide_by_std=False), ExpectedReward(), 1 / 2),
    "dr_grpo_of_three": Member(GRPO(n_draws=3, divide_by_std=False), ExpectedReward(), 2 / 3),
    "ppo": Member(PPO(n_draws=3, scale="none"), ExpectedReward()),
    "ppo_hot": Member(PPO(n_draws=3, scale="none", temperature=1.5), ExpectedReward(temperature=1.5)),
    "genre2": Member(GenRe2(n_draws=2, expert_weight=0.5), ExpectedReward(expert_weight=0.5)),
    "soft_expert": Member(GenRe2(n_draws=2, **EXPERT), ExpectedReward(**EXPERT)),
    "soft_expert_hot": Member(
        GenRe2(n_draws=2, temperature=1.5, **EXPERT), ExpectedReward(temperature=1.5, **EXPERT)
    ),
    "kl": Member(GRPO(n_draws=2, divide_by_std=False, kl_weight=0.0) | {"kl_weight": 2.0}, ExpectedReward())
    if False
    else Member(OnPolicy(n_draws=2, kl_weight=2.0), ExpectedReward(kl_weight=2.0)),
    "kl_cool": Member(
        OnPolicy(n_draws=2, kl_weight=2.0, temperature=0.6), ExpectedReward(kl_weight=2.0, temperature=0.6)
    ),
    "entropy": Member(OnPolicy(n_draws=2, entropy_weight=2.0), ExpectedReward(entropy_weight=2.0)),
}
