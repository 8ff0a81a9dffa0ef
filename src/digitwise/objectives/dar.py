"""DAR: a draw is rewarded for what the group's law would lose without it."""

from digitwise.objectives.on_policy import OnPolicy


def DAR(*, n_draws: int = 12, temperature: float = 1.0, divide_by_std: bool = True, kl_weight: float = 0.0) -> OnPolicy:
    """Return GRPO on the leave-one-out gain in CRPS, with 12 draws as published.

    Parameters
    ----------
    n_draws, temperature, kl_weight
        As for `OnPolicy`; the paper's KL weight is 0.001.
    divide_by_std
        Whether advantages are divided by the group's standard deviation, as in the paper.

    References
    ----------
    Park et al., "Distribution-Aware Reward", arXiv 2605.20740.

    Examples
    --------
    >>> DAR().reward
    'crps_gain'
    """
    return OnPolicy(
        reward="crps_gain",
        baseline="group_mean",
        scale="group_std" if divide_by_std else "none",
        n_draws=n_draws,
        temperature=temperature,
        kl_weight=kl_weight,
    )


def EnergyScore(*, n_draws: int = 16, temperature: float = 1.0) -> OnPolicy:
    """Return the unbiased sampled counterpart of `CRPS`: energy-score rewards with a leave-one-out baseline.

    Examples
    --------
    >>> EnergyScore().baseline
    'leave_one_out'
    """
    return OnPolicy(reward="energy_score", baseline="leave_one_out", n_draws=n_draws, temperature=temperature)
