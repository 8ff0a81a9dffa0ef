"""Rows with more and with fewer pieces, as leaves of a histogram: as many in every row, and none without width."""

import numpy as np
from jaxtyping import Bool, Float
from numpy.typing import NDArray

from digitwise.distributions.probabilities import FloatArray

FEWEST = 3
"""A histogram that is open on both sides needs so many leaves."""


def as_leaves(
    edges: Float[FloatArray, "row edge"],
    probs: Float[FloatArray, "row piece"],
    values: Float[FloatArray, "row piece"],
    is_leaf: Bool[np.ndarray, "row piece"],
) -> tuple[Float[FloatArray, "row edges"], Float[FloatArray, "row leaf"], Float[FloatArray, "row leaf"]]:
    """Return edges, probabilities and values of leaves that say the same.

    Pieces without width give their mass to the one before them. Rows with fewer pieces than others have one of them cut
    evenly: the widest prefix that is not outermost, or the widest leaf where there is no prefix. Prefixes and what was
    cut stand for the centres of their intervals.

    Parameters
    ----------
    edges, probs, values, is_leaf
        As of `BoundedLaw`.

    Examples
    --------
    >>> edges = np.array([[0.0, 1.0, 4.0, 5.0, 6.0], [0.0, 1.0, 3.0, 3.0, 3.0]])
    >>> probs = np.array([[0.25, 0.25, 0.25, 0.25], [0.5, 0.5, 0.0, 0.0]])
    >>> leaves = as_leaves(edges, probs, np.zeros((2, 4)), np.zeros((2, 4), dtype=bool))
    >>> leaves[0].round(2).tolist()[1], leaves[1].round(2).tolist()[1]
    ([0.0, 1.0, 1.67, 2.33, 3.0], [0.5, 0.17, 0.17, 0.17])
    """
    low, high = edges[:, :-1], edges[:, 1:]
    values = np.where(is_leaf, np.clip(values, low, high), low + (high - low) / 2)
    has_width = high > low
    if has_width.all() and probs.shape[1] >= FEWEST:
        return edges, probs, values
    n_leaves = has_width.sum(axis=1)
    place = np.maximum(np.cumsum(has_width, axis=1) - 1, 0)
    rows, most = np.arange(len(edges))[:, None], max(int(n_leaves.max()), FEWEST)

    def compact(table: NDArray[np.float64]) -> FloatArray:
        row, column = np.nonzero(has_width)
        compacted = np.zeros((len(edges), most))
        compacted[row, place[row, column]] = table[row, column]
        return compacted

    gathered = np.zeros((len(edges), most))
    np.add.at(gathered, (rows, place), probs)
    starts, ends, values, is_prefix = compact(low), compact(high), compact(values), compact(~is_leaf * 1.0) > 0

    # Leaf k of the result is piece `source`, or where that is cut, its part number `part`.
    column = np.arange(most)
    is_inner = (column > 0) & (column < n_leaves[:, None] - 1)
    preference = (column < n_leaves[:, None]) * 1 + is_inner * 2 + (is_inner & is_prefix)
    width = ends - starts
    cut = np.where(preference == preference.max(axis=1, keepdims=True), width, -1.0).argmax(axis=1)[:, None]
    n_parts = most - n_leaves[:, None] + 1
    source = np.where(column < cut, column, np.maximum(cut, column - n_parts + 1))
    part = column - cut
    share = np.where(source == cut, 1.0 / n_parts, 1.0)

    def spread(table: FloatArray) -> FloatArray:
        return np.take_along_axis(table, source, axis=1)

    is_cut = source == cut
    starts = np.where(is_cut, spread(starts) + part * (spread(width) * share), spread(starts))
    last = np.take_along_axis(ends, n_leaves[:, None] - 1, axis=1)
    leaf_edges = np.concatenate([starts, last], axis=1)
    centres = leaf_edges[:, :-1] + np.diff(leaf_edges) / 2
    return leaf_edges, spread(gathered) * share, np.where(is_cut & (n_parts > 1), centres, spread(values))
