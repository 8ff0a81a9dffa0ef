"""GenRe²: ReMax, and the expert at every prefix of the same draws."""

from digitwise.objectives.on_policy import OnPolicy
from digitwise.objectives.rewards import Reward


def GenRe2(
    *,
    reward: str | Reward = "squared_error",
    n_draws: int = 16,
    temperature: float = 1.0,
    expert_weight: float = 0.05,
    expert_temperature: float | None = None,
) -> OnPolicy:
    """Return the paper's final method: ReMax plus 0.05 times the cross-entropy towards the expert's digits.

    Parameters
    ----------
    reward, n_draws, temperature
        As for `ReMax`.
    expert_weight
        0.05 for tables, 0.1 for code metrics.
    expert_temperature
        Makes the expert soft: ``softmax(-distance of the nearest completion / temperature)``, scaled units.

    References
    ----------
    Chen et al., "Beyond Token-level Supervision", arXiv 2512.06533. *Differs from the paper*: the grammar's mask
    applies to the expert's cross-entropy too, and the expert is the nearest completion in every ordered format.

    Examples
    --------
    >>> GenRe2().expert_weight
    0.05
    """
    return OnPolicy(
        reward=reward,
        baseline="greedy",
        n_draws=n_draws,
        temperature=temperature,
        expert_weight=expert_weight,
        expert_temperature=expert_temperature,
    )
