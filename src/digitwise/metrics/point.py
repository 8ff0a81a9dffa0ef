"""Scores of point predictions: how far a number is from the truth."""

import numpy as np
from numpy.typing import ArrayLike

from digitwise.metrics.rows import checked_pair, checked_weight, weighted_mean


def rmse(y: ArrayLike, prediction: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
    """Return the root mean squared error, in data units; the mean of the law minimises it.

    Parameters
    ----------
    y, prediction
        True and predicted values ``(row,)`` in data units.
    sample_weight
        ``(row,)``, at least 0; a row of weight 2 counts as two rows.

    Raises
    ------
    ValueError
        If rows disagree, values are not finite, or weights are negative.

    Examples
    --------
    >>> rmse([0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0])
    1.0
    """
    truth, point = checked_pair(y, prediction)
    return float(np.sqrt(weighted_mean((point - truth) ** 2, sample_weight)))


def mae(y: ArrayLike, prediction: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
    """Return the mean absolute error, in data units; the median of the law minimises it.

    Parameters
    ----------
    y, prediction
        True and predicted values ``(row,)`` in data units.
    sample_weight
        ``(row,)``, at least 0; a row of weight 2 counts as two rows.

    Raises
    ------
    ValueError
        If rows disagree, values are not finite, or weights are negative.

    Examples
    --------
    >>> mae([0.0, 0.0], [3.0, -1.0])
    2.0
    """
    truth, point = checked_pair(y, prediction)
    return weighted_mean(np.abs(point - truth), sample_weight)


def r2(y: ArrayLike, prediction: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
    """Return the share of the variance of ``y`` that the prediction explains; 1 is best.

    It is 0 for a prediction as good as the mean of ``y``, negative for a worse one, and NaN (not
    defined) where ``y`` is constant.

    Parameters
    ----------
    y, prediction
        True and predicted values ``(row,)`` in data units.
    sample_weight
        ``(row,)``, at least 0; a row of weight 2 counts as two rows.

    Raises
    ------
    ValueError
        If rows disagree, values are not finite, or weights are negative.

    Examples
    --------
    >>> r2([0.0, 1.0, 2.0], [0.0, 1.0, 1.0])
    0.5
    """
    truth, point = checked_pair(y, prediction)
    weight = checked_weight(sample_weight, len(truth))
    present = truth[weight > 0.0]
    if np.all(present == present[0]):
        return float("nan")
    total = weighted_mean((truth - weighted_mean(truth, weight)) ** 2, weight)
    return 1.0 - weighted_mean((point - truth) ** 2, weight) / total


def relative_error(y: ArrayLike, prediction: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
    """Return the median over rows of ``|prediction - y| / |y|``.

    Where ``y`` is 0 the relative error is 0 for an exact prediction, else infinite; being a median,
    the result is infinite only if that concerns half of the rows.

    Parameters
    ----------
    y, prediction
        True and predicted values ``(row,)`` in data units.
    sample_weight
        ``(row,)``, at least 0; a row of weight 2 counts as two rows.

    Raises
    ------
    ValueError
        If rows disagree, values are not finite, or weights are negative.

    Examples
    --------
    >>> relative_error([1.0, 10.0, 0.0], [1.5, 11.0, 1.0])
    0.5
    """
    truth, point = checked_pair(y, prediction)
    error, size = np.abs(point - truth), np.abs(truth)
    with np.errstate(over="ignore"):
        relative = np.divide(error, size, out=np.full_like(error, np.inf), where=size > 0.0)
    relative[error == 0.0] = 0.0
    order = np.argsort(relative, kind="stable")
    relative = relative[order]
    total = np.cumsum(checked_weight(sample_weight, len(truth))[order])
    half = total[-1] / 2.0
    # Both middle rows where the weight splits evenly, as numpy's median does.
    middle = np.searchsorted(total, half, side="left"), np.searchsorted(total, half, side="right")
    low, high = relative[middle[0]], relative[min(middle[1], len(relative) - 1)]
    return float(low if low == high else (low + high) / 2.0)
