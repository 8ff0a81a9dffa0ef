"""ReMax: a draw is compared with the greedy number."""

from digitwise.objectives.on_policy import OnPolicy
from digitwise.objectives.rewards import Reward


def ReMax(
    *, reward: str | Reward = "squared_error", n_draws: int = 16, temperature: float = 1.0, stratified: bool = False
) -> OnPolicy:
    """Return the policy gradient with the greedy number's reward as baseline: unbiased, no critic, no scaling.

    The defaults are those of GenRe² on tables: 16 draws at temperature 1, minus the squared error.

    References
    ----------
    Li et al., arXiv 2310.10505; GenRe², arXiv 2512.06533. *Differs from the published code*: draws are made once, on a
    cache and without gradient, and scored in one pass over their distinct prefixes; the estimator is the same.

    Examples
    --------
    >>> ReMax(n_draws=4).baseline
    'greedy'
    """
    return OnPolicy(reward=reward, baseline="greedy", n_draws=n_draws, temperature=temperature, stratified=stratified)
