"""A law of which only pieces are known: intervals with their probabilities. What it can say, it says as bounds."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, final

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

from digitwise.distributions.histogram import Histogram
from digitwise.distributions.pieces import Pieces
from digitwise.distributions.probabilities import FloatArray
from digitwise.distributions.ragged_pieces import as_leaves
from digitwise.distributions.rows import Numbers, RowIndex, per_level, per_row, row_selector
from digitwise.distributions.tails import Tails, shortest

LeafWidth = Callable[[FloatArray], FloatArray]


class Bounds(NamedTuple):
    """Lower and upper ends, of one shape."""

    low: Float[FloatArray, "row ..."]
    high: Float[FloatArray, "row ..."]


class Stretch(NamedTuple):
    """An interval of each row, and the probability of a value within."""

    low: Float[FloatArray, " row"]
    high: Float[FloatArray, " row"]
    prob: Float[FloatArray, " row"]


@final
class BoundedLaw:
    """A partition of each row's law into leaves, which are known, and prefixes, of which only the mass is.

    Whatever the law is within the prefixes, its answers lie within the bounds given here, up to rounding. Where all is
    known, lower and upper bounds are equal, and what the `Histogram` of the leaves says.

    Parameters
    ----------
    edges
        ``(row, piece + 1)``, not decreasing, in data units. Rows with fewer pieces than others repeat their last edge.
    probs
        ``(row, piece)``, non-negative, each row summing to 1 within 1e-6.
    values
        ``(row, piece)``: the number that each leaf stands for in the mean; not looked at for prefixes.
    is_leaf
        ``(row, piece)``: whether a piece is a leaf.
    shared_tokens
        ``(row, piece)``: how many tokens a piece shares with the one before it; 0 for the first.
    n_nodes
        ``(row,)``: how many prefixes were looked at.
    tails
        As of `Histogram`. On an open side the outermost piece reaches to infinity, for all but the mean: what leaves
        stand for lies within the edges.
    leaf_width
        Maps numbers in data units to the width of the leaf that each falls into, which bounds the density within
        prefixes; without it that has no upper end.

    Raises
    ------
    ValueError
        If shapes do not fit, edges decrease, or probabilities are not a law.

    Examples
    --------
    >>> law = BoundedLaw([[0.0, 1.0, 3.0]], [[0.9, 0.1]], [[0.5, 0.0]], [[True, False]], [[0, 0]], [2])
    >>> law
    BoundedLaw(rows=1, pieces=2, mass_left=0.1)
    >>> law.mean_bounds()
    Bounds(low=array([0.55]), high=array([0.75]))
    >>> law.cdf_bounds(2.0)
    Bounds(low=array([0.9]), high=array([1.]))
    >>> law.quantile_bounds([0.45, 0.95])
    Bounds(low=array([[0.5, 1. ]]), high=array([[0.5, 3. ]]))
    """

    def __init__(
        self,
        edges: ArrayLike,
        probs: ArrayLike,
        values: ArrayLike,
        is_leaf: ArrayLike,
        shared_tokens: ArrayLike,
        n_nodes: ArrayLike,
        tails: Tails = "closed",
        leaf_width: LeafWidth | None = None,
    ) -> None:
        self.pieces = Pieces(edges, probs, is_leaf, tails)
        self.values: Float[FloatArray, "row piece"] = np.asarray(values, dtype=np.float64)
        self.shared_tokens: Int[np.ndarray, "row piece"] = np.asarray(shared_tokens, dtype=np.int64)
        self.n_nodes: Int[np.ndarray, " row"] = np.asarray(n_nodes, dtype=np.int64)
        self.tails, self.leaf_width = shortest(tails), leaf_width

    def __repr__(self) -> str:
        n_rows, n_pieces = self.pieces.probs.shape
        return f"BoundedLaw(rows={n_rows}, pieces={n_pieces}, mass_left={self.mass_left.max():.3g})"

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.pieces.probs)

    def __getitem__(self, index: RowIndex, /) -> "BoundedLaw":
        """Return the laws of some rows."""
        rows, pieces = row_selector(index), self.pieces
        return BoundedLaw(
            pieces.edges[rows],
            pieces.probs[rows],
            self.values[rows],
            pieces.is_leaf[rows],
            self.shared_tokens[rows],
            self.n_nodes[rows],
            self.tails,
            self.leaf_width,
        )

    @property
    def mass_left(self) -> Float[FloatArray, " row"]:
        """The probability of the prefixes: what is not known to the last digit."""
        left: FloatArray = np.where(self.pieces.is_leaf, 0.0, self.pieces.probs).sum(axis=1)
        return left

    def mean_bounds(self) -> Bounds:
        """Return bounds of the mean: all mass of each prefix at the lower end of its interval, and at the upper."""
        pieces = self.pieces
        low, high = (
            np.sum(pieces.probs * np.where(pieces.is_leaf, self.values, ends), axis=1)
            for ends in (pieces.edges[:, :-1], pieces.edges[:, 1:])
        )
        return Bounds(low, high)

    def cdf_bounds(self, y: Numbers) -> Bounds:
        """Return bounds of the probability of a value of at most ``y``, in its shape (see `Distribution`)."""
        return _bounds(per_row(self.pieces.cdf, y, len(self)))

    def quantile_bounds(self, q: Numbers) -> Bounds:
        """Return bounds of the quantiles, in the shape that levels ask for (see `Distribution`)."""
        return _bounds(per_level(self.pieces.quantile, q, len(self)))

    def log_prob_bounds(self, y: Numbers) -> Bounds:
        """Return bounds of the log density: within a prefix it is highest if one leaf has all of the mass."""
        width = self.leaf_width or np.zeros_like
        return _bounds(per_row(lambda y: self.pieces.log_prob(y, width(y)), y, len(self)))

    def after(self, n_tokens: int) -> Stretch:
        """Return the likeliest interval that at most ``n_tokens`` tokens can name, and its probability.

        From coarse to fine: with more tokens intervals become narrower and less probable. Fewer tokens are used where
        all that is longer is less likely than a prefix of which no more is known.

        Raises
        ------
        ValueError
            If ``n_tokens`` is below 1.

        Examples
        --------
        >>> edges, probs, shared = [[0.0, 0.1, 0.9, 1.0, 2.0]], [[0.3, 0.2, 0.1, 0.4]], [[0, 1, 1, 0]]
        >>> law = BoundedLaw(edges, probs, [[0.05, 0.5, 0.95, 1.5]], [[True] * 4], shared, [2])
        >>> law.after(1)
        Stretch(low=array([0.]), high=array([1.]), prob=array([0.6]))
        >>> law.after(2)
        Stretch(low=array([1.]), high=array([2.]), prob=array([0.4]))
        """
        if n_tokens < 1:
            raise ValueError(f"n_tokens must be at least 1, but got {n_tokens}.")
        n_rows, n_pieces = self.pieces.probs.shape
        rows, stretch = np.arange(n_rows), np.cumsum(self.shared_tokens < n_tokens, axis=1) - 1
        prob = np.zeros((n_rows, n_pieces))
        np.add.at(prob, (rows[:, None], stretch), self.pieces.probs)
        likeliest = prob.argmax(axis=1)
        is_in = stretch == likeliest[:, None]
        first, last = is_in.argmax(axis=1), n_pieces - 1 - is_in[:, ::-1].argmax(axis=1)
        return Stretch(self.pieces.edges[rows, first], self.pieces.edges[rows, last + 1], prob[rows, likeliest])

    def histogram(self) -> Histogram:
        """Return a law within the bounds: the mass of each prefix lies evenly over its interval."""
        pieces = self.pieces
        return Histogram(*as_leaves(pieces.edges, pieces.probs, self.values, pieces.is_leaf), self.tails)


def joined_bounds(laws: Sequence[BoundedLaw]) -> BoundedLaw:
    """Return the rows of several laws, which share tails and leaves, as one."""
    most = max(law.values.shape[1] for law in laws)
    pieces = [law.pieces for law in laws]
    return BoundedLaw(
        _filled_up([part.edges for part in pieces], most + 1),
        _filled_up([part.probs for part in pieces], most, 0.0),
        _filled_up([law.values for law in laws], most),
        _filled_up([part.is_leaf for part in pieces], most, True),
        _filled_up([law.shared_tokens for law in laws], most),
        np.concatenate([law.n_nodes for law in laws]),
        laws[0].tails,
        laws[0].leaf_width,
    )


def _filled_up(tables: Sequence[np.ndarray], n_columns: int, fill: float | bool | None = None) -> np.ndarray:
    """Return tables one below the other, filled up on the right with a number, or with what stands last."""
    rows = []
    for table in tables:
        n_more = n_columns - table.shape[1]
        more = table[:, -1:].repeat(n_more, axis=1) if fill is None else np.full((len(table), n_more), fill)
        rows.append(np.concatenate([table, more], axis=1))
    return np.concatenate(rows)


def _bounds(both: Float[FloatArray, "row *point 2"]) -> Bounds:
    return Bounds(both[..., 0], both[..., 1])
