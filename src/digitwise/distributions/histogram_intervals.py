"""Pure functions of histograms for an outcome in an interval: its score and its probability."""

import numpy as np
from jaxtyping import Float, Int

from digitwise.distributions.leaves import Leaves, at_leaf
from digitwise.distributions.probabilities import FloatArray
from digitwise.distributions.range_sums import range_sum


def integrated_squares(
    leaves: Leaves,
    cdf: Float[FloatArray, "row edge"],
    low: Float[FloatArray, "row point"],
    high: Float[FloatArray, "row point"],
) -> Float[FloatArray, "row point"]:
    """Return the integral of ``F²`` up to ``low`` plus that of ``(1 - F)²`` from ``high``.

    Where both are one number, that is its continuous ranked probability score.

    Parameters
    ----------
    leaves
        Where the leaves lie.
    cdf
        ``F`` at the edges of the middle: from the mass below it to one minus that above.
    low, high
        Ends of the interval, ``low <= high``. One and the same array may serve as both.

    Examples
    --------
    >>> leaves = Leaves([0.0, 1.0], n_rows=1, n_leaves=1, tails="closed")
    >>> low, high = np.array([[0.5, 0.0]]), np.array([[0.5, 0.5]])
    >>> integrated_squares(leaves, np.array([[0.0, 1.0]]), low, high).round(4)  # 1/12 and 1/24
    array([[0.0833, 0.0417]])
    """
    widths, lower_scale, upper_scale = leaves.middle_widths, leaves.lower_scale, leaves.upper_scale
    left, right = cdf[:, :-1], cdf[:, 1:]
    bottom, top = cdf[:, :1], 1.0 - cdf[:, -1:]
    # below[e] = integral of F² up to edge e; above[e] = integral of (1 - F)² from edge e.
    below, above = np.empty_like(cdf), np.empty_like(cdf)
    below[:, :1] = bottom**2 * lower_scale / 2.0
    above[:, -1:] = top**2 * upper_scale / 2.0
    below[:, 1:] = below[:, :1] + np.cumsum(widths * _mean_square(left, right), axis=1)
    pieces = widths * _mean_square(1.0 - left, 1.0 - right)
    above[:, :-1] = above[:, -1:] + np.cumsum(pieces[:, ::-1], axis=1)[:, ::-1]

    leaf, part, under_low, over_low = leaves.locate(low)
    start, at, end = _cdf_around(cdf, leaf, part)
    up_to_low = np.take_along_axis(below, leaf, axis=1) + part * at_leaf(widths, leaf) * _mean_square(start, at)
    under_high, over_high = under_low, over_low
    if high is not low:
        leaf, part, under_high, over_high = leaves.locate(high)
        start, at, end = _cdf_around(cdf, leaf, part)
    inside = (
        up_to_low
        + (1.0 - part) * at_leaf(widths, leaf) * _mean_square(1.0 - at, 1.0 - end)
        + np.take_along_axis(above, leaf + 1, axis=1)
    )
    with np.errstate(over="ignore"):
        # Beyond the middle: the distance, less what the exponential tail already reaches of it.
        reached = bottom * lower_scale * np.expm1(-under_high / lower_scale)
        reached += top * upper_scale * np.expm1(-over_low / upper_scale)
        score: FloatArray = inside + under_high + over_low + 2.0 * reached
        if high is not low:
            # And the squares of the tails between the two ends.
            between = np.expm1(-2.0 * under_low / lower_scale) - np.expm1(-2.0 * under_high / lower_scale)
            beyond = np.expm1(-2.0 * over_high / upper_scale) - np.expm1(-2.0 * over_low / upper_scale)
            score += below[:, :1] * between + above[:, -1:] * beyond
    return np.maximum(score, 0.0)


def log_mass(
    leaves: Leaves,
    probs: Float[FloatArray, "row leaf"],
    low: Float[FloatArray, "row point"],
    high: Float[FloatArray, "row point"],
) -> Float[FloatArray, "row point"]:
    """Return the log of the probability of an interval, however little mass it holds.

    Mass within leaves and whole leaves between them are added up, mass out in a tail is computed as a
    logarithm: no two numbers close to each other are ever subtracted, and nothing underflows.

    Parameters
    ----------
    leaves
        Where the leaves lie.
    probs
        The probabilities of the leaves.
    low, high
        Ends of the interval, ``low < high``.

    Examples
    --------
    >>> leaves = Leaves([0.0, 1.0, 2.0], n_rows=1, n_leaves=2, tails=("closed", "exponential"))
    >>> log_mass(leaves, np.array([[0.5, 0.5]]), np.array([[0.5, 1001.0]]), np.array([[1.0, np.inf]])).round(2)
    array([[   -1.39, -1000.69]])
    """
    first, last = leaves.middle[..., :1], leaves.middle[..., -1:]
    start, end = np.clip(low, first, last), np.clip(high, first, last)
    left, right = leaves.find(start), leaves.find(end)
    inner = probs[:, leaves.closed]

    def within(leaf: Int[np.ndarray, "row point"], length: FloatArray) -> FloatArray:
        return np.take_along_axis(inner, leaf, axis=1) * (length / at_leaf(leaves.middle_widths, leaf))

    at_the_ends = within(left, at_leaf(leaves.middle, left + 1) - start)
    at_the_ends += within(right, end - at_leaf(leaves.middle, right))
    middle = np.where(
        left == right, within(left, end - start), at_the_ends + range_sum(inner, np.minimum(left + 1, right), right)
    )
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        total: FloatArray = np.log(middle)
        if leaves.lower_open:
            length = np.minimum(high, first) - np.minimum(low, first)
            distance = np.maximum(first - high, 0.0)
            total = np.logaddexp(total, _log_tail(probs[:, :1], distance, length, leaves.lower_scale))
        if leaves.upper_open:
            length = np.maximum(high, last) - np.maximum(low, last)
            distance = np.maximum(low - last, 0.0)
            total = np.logaddexp(total, _log_tail(probs[:, -1:], distance, length, leaves.upper_scale))
    return np.minimum(total, 0.0)


def _log_tail(
    mass: Float[FloatArray, "row 1"],
    distance: Float[FloatArray, "row point"],
    length: Float[FloatArray, "row point"],
    scale: Float[FloatArray, "*row 1"],
) -> Float[FloatArray, "row point"]:
    """Return the log of the mass of a stretch of an exponential tail that begins at a distance."""
    return np.log(mass) - distance / scale + np.log(-np.expm1(-length / scale))


def _cdf_around(
    cdf: Float[FloatArray, "row edge"], leaf: Int[np.ndarray, "row point"], part: Float[FloatArray, "row point"]
) -> tuple[Float[FloatArray, "row point"], Float[FloatArray, "row point"], Float[FloatArray, "row point"]]:
    """Return the cdf where a leaf starts, at a part of it, and where it ends."""
    start, end = np.take_along_axis(cdf, leaf, axis=1), np.take_along_axis(cdf, leaf + 1, axis=1)
    return start, start + part * (end - start), end


def _mean_square(
    start: Float[FloatArray, "row part"], end: Float[FloatArray, "row part"]
) -> Float[FloatArray, "row part"]:
    """Return the mean of the square of a function that runs linearly from start to end."""
    return (start**2 + start * end + end**2) / 3.0
