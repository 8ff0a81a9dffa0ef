"""The rewards by name."""

from digitwise.objectives.group_rewards import CRPSGainReward, EnergyScoreReward
from digitwise.objectives.rewards import (
    AbsoluteErrorReward,
    HuberReward,
    IntervalReward,
    KernelReward,
    LogErrorReward,
    PinballReward,
    RelativeErrorReward,
    Reward,
    SquaredErrorReward,
)

REWARDS: dict[str, type] = {
    "squared_error": SquaredErrorReward,
    "absolute_error": AbsoluteErrorReward,
    "huber": HuberReward,
    "relative_error": RelativeErrorReward,
    "log_error": LogErrorReward,
    "kernel": KernelReward,
    "interval": IntervalReward,
    "pinball": PinballReward,
    "energy_score": EnergyScoreReward,
    "crps_gain": CRPSGainReward,
}


def resolve_reward(reward: str | Reward) -> Reward:
    """Return a reward: a name gives its default settings, an object is returned as it is.

    Raises
    ------
    ValueError
        If there is no such name.
    TypeError
        If the object is no reward.

    Examples
    --------
    >>> resolve_reward("kernel")
    KernelReward(width=0.25, units='standard')
    """
    if isinstance(reward, str):
        if reward not in REWARDS:
            raise ValueError(f"reward must be one of {', '.join(map(repr, REWARDS))} or an object, but got {reward!r}.")
        made: Reward = REWARDS[reward]()
        return made
    if isinstance(reward, type) or not isinstance(reward, Reward):
        raise TypeError(
            f"reward must be a name or a reward object, but got {reward!r}. Wrap a function of predictions and targets "
            "as CustomReward(function=…)."
        )
    return reward
