"""Rank correlations: whether larger predictions go with larger truths, whatever the scale."""

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike
from scipy.stats import kendalltau, spearmanr

from digitwise.metrics.rows import FloatArray, checked_pair, checked_weight


def spearman(y: ArrayLike, prediction: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
    """Return Spearman's rank correlation, from -1 to 1; ties share their mean rank.

    NaN (not defined) where ``y`` or the prediction is constant.

    Parameters
    ----------
    y, prediction
        True and predicted values ``(row,)``, in any increasing units.
    sample_weight
        ``(row,)``, at least 0; a row of weight 2 counts as two rows.

    Raises
    ------
    ValueError
        If rows disagree, values are not finite, or weights are negative.

    Examples
    --------
    >>> round(spearman([1.0, 2.0, 3.0], [10.0, 1000.0, 100.0]), 6)
    0.5
    """
    truth, point = checked_pair(y, prediction)
    weight = checked_weight(sample_weight, len(truth))
    present = weight > 0.0
    truth, point, weight = truth[present], point[present], weight[present]
    if _constant(truth) or _constant(point):
        return float("nan")
    if sample_weight is None:
        return float(spearmanr(truth, point).statistic)
    left, right = _weighted_ranks(truth, weight), _weighted_ranks(point, weight)
    left -= np.average(left, weights=weight)
    right -= np.average(right, weights=weight)
    size = np.sqrt(np.sum(weight * left**2)) * np.sqrt(np.sum(weight * right**2))
    return float(np.clip(np.sum(weight * left * right) / size, -1.0, 1.0))


def kendall(y: ArrayLike, prediction: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
    """Return Kendall's tau-b, from -1 to 1: concordant minus discordant pairs, corrected for ties.

    NaN (not defined) where ``y`` or the prediction is constant. With weights, a pair counts with
    the product of its two weights, and time grows with the square of the number of rows.

    Parameters
    ----------
    y, prediction
        True and predicted values ``(row,)``, in any increasing units.
    sample_weight
        ``(row,)``, at least 0; a row of weight 2 counts as two rows.

    Raises
    ------
    ValueError
        If rows disagree, values are not finite, or weights are negative.

    Examples
    --------
    >>> round(kendall([1.0, 2.0, 3.0], [10.0, 1000.0, 100.0]), 6)
    0.333333
    """
    truth, point = checked_pair(y, prediction)
    weight = checked_weight(sample_weight, len(truth))
    present = weight > 0.0
    truth, point, weight = truth[present], point[present], weight[present]
    if _constant(truth) or _constant(point):
        return float("nan")
    if sample_weight is None:
        return float(kendalltau(truth, point).statistic)
    agreement = 0.0
    size = max(1, 2**21 // len(truth))
    for start in range(0, len(truth), size):
        rows = slice(start, start + size)
        up_truth = np.sign(truth[rows, None] - truth)
        up_point = np.sign(point[rows, None] - point)
        agreement += float(weight[rows] @ ((up_truth * up_point) @ weight))
    pairs = np.sqrt(_untied_pairs(truth, weight)) * np.sqrt(_untied_pairs(point, weight))
    return float(np.clip(agreement / pairs, -1.0, 1.0))


def _constant(values: Float[FloatArray, " row"]) -> bool:
    return bool(np.all(values == values[0]))


def _weighted_ranks(values: Float[FloatArray, " row"], weight: Float[FloatArray, " row"]) -> Float[FloatArray, " row"]:
    """Return the weight below each value plus half the weight tied with it."""
    _, group = np.unique(values, return_inverse=True)
    tied = np.bincount(group, weights=weight)
    ranks: FloatArray = (np.cumsum(tied) - tied / 2.0)[group]
    return ranks


def _untied_pairs(values: Float[FloatArray, " row"], weight: Float[FloatArray, " row"]) -> float:
    """Return the weight of all ordered pairs of different values."""
    _, group = np.unique(values, return_inverse=True)
    return float(weight.sum() ** 2 - np.sum(np.bincount(group, weights=weight) ** 2))
