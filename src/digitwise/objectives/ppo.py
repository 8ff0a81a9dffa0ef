"""PPO: several clipped steps on each rollout."""

from digitwise.objectives.advantages import Scale
from digitwise.objectives.on_policy import OnPolicy
from digitwise.objectives.rewards import Reward


def PPO(
    *,
    reward: str | Reward = "squared_error",
    n_draws: int = 16,
    temperature: float = 1.0,
    clip: float = 0.2,
    n_updates: int = 4,
    scale: Scale = "batch_std",
    kl_weight: float = 0.0,
    entropy_weight: float = 0.0,
) -> OnPolicy:
    """Return PPO's clipped objective with the row's other draws as baseline instead of a critic.

    *Differs from the paper*: the reward comes at the end and numbers are short, so a leave-one-out baseline takes the
    place of the learnt value function, as in RLOO. Advantages are scaled by the batch, as implementations do.

    References
    ----------
    Schulman et al., arXiv 1707.06347.

    Examples
    --------
    >>> PPO().n_updates, PPO().clip
    (4, 0.2)
    """
    return OnPolicy(
        reward=reward,
        baseline="leave_one_out",
        scale=scale,
        n_draws=n_draws,
        temperature=temperature,
        clip=clip,
        n_updates=n_updates,
        kl_weight=kl_weight,
        entropy_weight=entropy_weight,
    )
