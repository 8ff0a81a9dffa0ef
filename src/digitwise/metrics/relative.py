"""Errors relative to the size of the truth, for targets that span orders of magnitude."""

import numpy as np
from numpy.typing import ArrayLike

from digitwise.metrics.rows import checked_pair, checked_vector, weighted_mean

FLOOR_LEVEL = 0.05


def mean_relative_error(
    y: ArrayLike, prediction: ArrayLike, sample_weight: ArrayLike | None = None, *, floor: float | None = None
) -> float:
    """Return the mean over rows of ``|prediction - y| / max(|y|, floor)``.

    Unlike the median (`relative_error`) it sees the worst rows: a prediction of 1000 where the truth is 1 counts as
    much as a thousand predictions that are off by their own size.

    Parameters
    ----------
    y, prediction
        True and predicted values ``(row,)`` in data units.
    sample_weight
        ``(row,)``, at least 0; a row of weight 2 counts as two rows.
    floor
        The least size that an error is divided by, data units, above 0; by default that of `relative_floor`.

    Raises
    ------
    ValueError
        If rows disagree, values are not finite, weights are negative, or the floor is not above 0.

    Examples
    --------
    >>> mean_relative_error([1.0, 10.0, 0.0], [1.5, 11.0, 1.2], floor=2.0)
    0.31666...
    """
    truth, point = checked_pair(y, prediction)
    least = relative_floor(truth) if floor is None else floor
    if not least > 0:
        raise ValueError(f"floor must be above 0, but got {floor}.")
    return weighted_mean(np.abs(point - truth) / np.maximum(np.abs(truth), least), sample_weight)


def relative_floor(y: ArrayLike) -> float:
    """Return the 5th percentile of the sizes ``|y|`` that are not 0; 1 where all are.

    It moves with the unit of the target, and keeps zeros and the tiniest truths from deciding a mean of relative
    errors.

    Examples
    --------
    >>> relative_floor([0.0, 0.0, 3.0, -3.0])
    3.0
    """
    size = np.abs(checked_vector(y, "y"))
    size = size[size > 0]
    return float(np.quantile(size, FLOOR_LEVEL)) if len(size) else 1.0
