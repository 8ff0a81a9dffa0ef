"""The sampled objectives, each with the exact one that it estimates, and the rows on which they are compared."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from digitwise import CRPS, DAR, GRPO, PPO, RLOO, EnergyScore, ExpectedReward, GenRe2, OnPolicy, ReMax
from digitwise.codecs import NumberLine
from digitwise.nn import Memory, Targets
from digitwise.objectives import REWARDS, IntervalReward, KernelReward, Objective, Reference, Reward
from digitwise.policy import Policy
from tests.contracts.policies import make_memory, make_policy


@dataclass(frozen=True)
class Member:
    """A sampled objective; its expected gradient is ``factor`` times that of the exact one."""

    sampled: OnPolicy
    exact: Objective
    factor: float = 1.0


SINGLE_REWARDS: dict[str, str | Reward] = {
    **{name: name for name in REWARDS if name not in ("energy_score", "crps_gain")},
    "kernel": KernelReward(width=1.0),  # wide enough to be met by some draws of every law here
    "interval": IntervalReward(half_width=2.0),
}
EXPERT = {"expert_weight": 0.5, "expert_temperature": 0.1}
ALL_TERMS = {"kl_weight": 1.0, "entropy_weight": 0.5, **EXPERT}
TWO_KL, TWO_ENTROPY, HOT = {"kl_weight": 2.0}, {"entropy_weight": 2.0}, {"temperature": 1.5}


def gain(n_draws: int) -> ExpectedReward:
    return ExpectedReward(reward="crps_gain", n_draws=n_draws)


UNBIASED: dict[str, Member] = {
    "remax": Member(ReMax(n_draws=3), ExpectedReward()),
    "remax, one draw": Member(ReMax(n_draws=1), ExpectedReward()),
    "remax, cool": Member(ReMax(n_draws=3, temperature=0.6), ExpectedReward(temperature=0.6)),
    "remax, stratified": Member(ReMax(n_draws=3, stratified=True), ExpectedReward()),
    "no baseline": Member(OnPolicy(baseline="none", n_draws=3), ExpectedReward()),
    "no baseline, stratified": Member(
        OnPolicy(baseline="none", n_draws=3, stratified=True, **HOT), ExpectedReward(**HOT)
    ),
    "dr. grpo of two": Member(GRPO(n_draws=2, divide_by_std=False), ExpectedReward(), 1 / 2),
    "dr. grpo of three": Member(GRPO(n_draws=3, divide_by_std=False), ExpectedReward(), 2 / 3),
    "ppo": Member(PPO(n_draws=3, scale="none"), ExpectedReward()),
    "ppo, hot": Member(PPO(n_draws=3, scale="none", **HOT), ExpectedReward(**HOT)),
    "genre2": Member(GenRe2(n_draws=2, expert_weight=0.5), ExpectedReward(expert_weight=0.5)),
    "genre2, soft expert": Member(GenRe2(n_draws=2, **EXPERT), ExpectedReward(**EXPERT)),
    "genre2, soft expert, hot": Member(GenRe2(n_draws=2, **EXPERT, **HOT), ExpectedReward(**EXPERT, **HOT)),
    "kl": Member(OnPolicy(n_draws=2, **TWO_KL), ExpectedReward(**TWO_KL)),
    "kl, hot": Member(OnPolicy(n_draws=2, **TWO_KL, **HOT), ExpectedReward(**TWO_KL, **HOT)),
    "entropy": Member(OnPolicy(n_draws=2, **TWO_ENTROPY), ExpectedReward(**TWO_ENTROPY)),
    "entropy, hot": Member(OnPolicy(n_draws=2, **TWO_ENTROPY, **HOT), ExpectedReward(**TWO_ENTROPY, **HOT)),
    "all terms, clipped": Member(OnPolicy(n_draws=2, clip=0.2, **ALL_TERMS, **HOT), ExpectedReward(**ALL_TERMS, **HOT)),
    "energy score": Member(EnergyScore(n_draws=3), CRPS()),
    "energy score, no baseline": Member(OnPolicy(reward="energy_score", baseline="none", n_draws=3), CRPS()),
    "gain, leave one out": Member(OnPolicy(reward="crps_gain", baseline="leave_one_out", n_draws=3), gain(3)),
    "gain, no baseline": Member(OnPolicy(reward="crps_gain", baseline="none", n_draws=2), gain(2)),
    # The mean of the gains of the group also rests on the draw itself: what is left is the gain in a group without it.
    "dar without std": Member(DAR(n_draws=3, divide_by_std=False), gain(2), 2 / 3),
    **{
        f"rloo, {name}": Member(RLOO(reward=reward, n_draws=2), ExpectedReward(reward=reward))
        for name, reward in SINGLE_REWARDS.items()
    },
}
"""Settings whose expected gradient is known; small groups, so that whatever depends on their size shows."""

SCALED: dict[str, OnPolicy] = {
    "grpo": GRPO(n_draws=4),
    "grpo, kl": GRPO(n_draws=4, kl_weight=0.1),
    "ppo, batch std": PPO(n_draws=4),
    "dar": DAR(n_draws=4),
    "remax, batch std": OnPolicy(n_draws=4, scale="batch_std"),
}
"""Settings that divide by a standard deviation: right direction row by row, no gradient of anything."""

ONE_OF_EACH = ["remax", "rloo, huber", "dr. grpo of two", "ppo", "genre2", "kl", "entropy", "energy score"]
"""One of each sort, for what takes many steps, and for codecs that make no difference to most."""

SAMPLED: dict[str, OnPolicy] = {name: member.sampled for name, member in UNBIASED.items()} | SCALED


def make_line_policy(name: str, spread: float = 4.0) -> Policy:
    """Return a random policy whose leaves stand for uneven numbers in data units, from about 10 to 50."""
    policy = make_policy(name, spread)
    line = NumberLine(in_data_units(policy.line.values), center=27.0, spread=9.0)
    return Policy(policy.model, policy.codec, policy.tree, line).eval()


def in_data_units(z: Tensor) -> Tensor:
    """Return an increasing and positive function of numbers in scaled units: 10 at 0, 50 at 1; smooth, and tame."""
    inside = z.clamp(0, 1)
    below, above = torch.exp(3 * z.clamp(max=0)), torch.log(z.clamp(min=1))
    return 10 * below + 30 * inside + 10 * inside**2 + 50 * above


def make_targets(n_rows: int) -> Targets:
    z = torch.linspace(0.15, 0.85, n_rows, dtype=torch.float64)
    return Targets(z, torch.ones(n_rows, dtype=torch.float64), y=in_data_units(z))


def interval_targets(n_rows: int) -> Targets:
    """Return, row by row in turn: a number, one that is known from below, from above, and between two ends."""
    numbers = make_targets(n_rows)
    low, high = numbers.z.clone(), numbers.z.clone()
    high[1::4] = torch.inf
    low[2::4] = -torch.inf
    low[3::4], high[3::4] = low[3::4] - 0.2, high[3::4] + 0.1
    y, y_high = (torch.where(z.isfinite(), in_data_units(z), z) for z in (low, high))
    return replace(numbers, z=low, y=y, z_high=high, y_high=y_high)


def make_reference(name: str, n_rows: int) -> Reference:
    """Return a policy that sees other features, and so has other laws."""
    return Reference(make_policy(name), make_memory(n_rows, seed=9))


def repeated(n: int, memory: Memory, targets: Targets, reference: Reference) -> tuple[Memory, Targets, Reference]:
    """Return the rows ``n`` times, one block after the other."""
    many = replace(
        targets, **{name: part.repeat(n) for name, part in vars(targets).items() if isinstance(part, Tensor)}
    )
    other = Reference(reference.policy, Memory(reference.memory.features.repeat(n, 1, 1)))
    return Memory(memory.features.repeat(n, 1, 1)), many, other


def only(rows: slice, memory: Memory, targets: Targets, reference: Reference) -> tuple[Memory, Targets, Reference]:
    """Return some of the rows."""
    kept = replace(targets, **{name: part[rows] for name, part in vars(targets).items() if isinstance(part, Tensor)})
    return Memory(memory.features[rows]), kept, Reference(reference.policy, Memory(reference.memory.features[rows]))
