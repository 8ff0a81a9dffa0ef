"""RLOO: a draw is compared with the mean of the row's other draws."""

from digitwise.objectives.on_policy import OnPolicy
from digitwise.objectives.rewards import Reward


def RLOO(*, reward: str | Reward = "squared_error", n_draws: int = 16, temperature: float = 1.0) -> OnPolicy:
    """Return the policy gradient with a leave-one-out baseline: unbiased, no critic, no scaling.

    References
    ----------
    Ahmadian et al., "Back to Basics", arXiv 2402.14740.

    Examples
    --------
    >>> RLOO().baseline
    'leave_one_out'
    """
    return OnPolicy(reward=reward, baseline="leave_one_out", n_draws=n_draws, temperature=temperature)
