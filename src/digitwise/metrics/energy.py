"""The energy score: one number for laws over several targets at once."""

from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from digitwise.metrics.rows import FloatArray, checked_weight, weighted_mean


@runtime_checkable
class ScoredByEnergy(Protocol):
    """What this metric asks of a joint law: one law per row, in data units."""

    def __len__(self) -> int:
        """Return the number of rows."""
        ...

    def energy_score(self, y: ArrayLike, scale: ArrayLike | None = None) -> Float[FloatArray, " row"]:
        """Return the energy score of each row's outcome; NaN where nothing of it is known."""
        ...


def energy_score(
    y: ArrayLike, law: ScoredByEnergy, sample_weight: ArrayLike | None = None, scale: ArrayLike | None = None
) -> float:
    """Return the mean energy score ``E‖X - y‖ - E‖X - X'‖ / 2``; lower is better.

    The continuous ranked probability score for several targets at once: it judges each target and
    how they go together, and is lowest in expectation for the true law.

    Parameters
    ----------
    y
        True values ``(row, target)`` in data units; NaN where unknown. A row of nothing but NaN is left
        out of the mean.
    law
        One joint law per row; of plain draws ``(row, draw, target)`` that is `JointLaw.from_draws`.
    sample_weight
        ``(row,)``, at least 0; a row of weight 2 counts as two rows.
    scale
        ``(target,)``: a unit for each target, by which it is divided first, for instance the standard
        deviation of the training targets.

    Raises
    ------
    ValueError
        If rows disagree, values are infinite, weights are negative, scales are not positive, or no row
        has both a weight and a known target.

    References
    ----------
    Gneiting and Raftery (2007), "Strictly proper scoring rules, prediction, and estimation".

    Examples
    --------
    >>> from digitwise.distributions import JointLaw
    >>> law = JointLaw.from_draws([[[0.0, 0.0], [3.0, 4.0]]], names=["a", "b"])
    >>> energy_score([[6.0, 8.0]], law)
    5.0
    """
    score = law.energy_score(y, scale)
    weight = checked_weight(sample_weight, len(score))
    known = ~np.isnan(score)
    if not np.any(known & (weight > 0.0)):
        raise ValueError(
            "energy_score needs at least 1 row with a weight and a known target, but got none. Score rows "
            "whose targets are known."
        )
    return weighted_mean(score[known], weight[known])
