"""GRPO: a draw is compared with its group, in units of the group's spread."""

from digitwise.objectives.on_policy import OnPolicy
from digitwise.objectives.rewards import Reward


def GRPO(
    *,
    reward: str | Reward = "squared_error",
    n_draws: int = 16,
    temperature: float = 1.0,
    divide_by_std: bool = True,
    kl_weight: float = 0.0,
) -> OnPolicy:
    """Return the policy gradient with advantages ``(reward - group mean) / group std``.

    Parameters
    ----------
    reward, n_draws, temperature, kl_weight
        As for `OnPolicy`.
    divide_by_std
        False leaves the division out (Dr. GRPO): then the gradient is ``(n_draws - 1) / n_draws`` of the exact one.
        With it a row with tiny errors pushes as hard as one with huge errors.

    Raises
    ------
    ValueError
        If ``n_draws`` is below 2.

    References
    ----------
    Shao et al., "DeepSeekMath", arXiv 2402.03300; Liu et al., "Understanding R1-Zero-Like Training", arXiv 2503.20783.

    Examples
    --------
    >>> GRPO(divide_by_std=False).scale
    'none'
    """
    return OnPolicy(
        reward=reward,
        baseline="group_mean",
        scale="group_std" if divide_by_std else "none",
        n_draws=n_draws,
        temperature=temperature,
        kl_weight=kl_weight,
    )
