"""Scores of given intervals, wherever they come from: a law, or conformal prediction."""

import numpy as np
from jaxtyping import Bool, Float

from digitwise.metrics.rows import FloatArray


def is_inside(ends: Float[FloatArray, "row 2"], y: Float[FloatArray, " row"]) -> Bool[np.ndarray, " row"]:
    """Return whether each interval, ends included, holds its true value.

    Examples
    --------
    >>> is_inside(np.array([[0.0, 1.0], [0.0, 1.0]]), np.array([1.0, 1.5]))
    array([ True, False])
    """
    return np.asarray((ends[:, 0] <= y) & (y <= ends[:, 1]))


def width_and_fine(
    ends: Float[FloatArray, "row 2"], y: Float[FloatArray, " row"], level: float
) -> Float[FloatArray, " row"]:
    """Return the interval score of each row: the width, and ``2 / (1 - level)`` times the distance of a miss.

    Examples
    --------
    >>> width_and_fine(np.array([[0.5, 9.5]]), np.array([10.5]), 0.9).round(6)  # 9 + 20 * (10.5 - 9.5)
    array([29.])
    """
    low, high = ends[:, 0], ends[:, 1]
    miss = np.maximum(low - y, 0.0) + np.maximum(y - high, 0.0)
    return np.asarray(high - low + 2.0 / (1.0 - level) * miss)
