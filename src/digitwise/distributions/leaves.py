"""Leaves: where a histogram's cells lie and which of the outermost are open; no probabilities."""

from functools import cached_property
from typing import final

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

from digitwise.distributions.probabilities import FloatArray
from digitwise.distributions.rows import count_below
from digitwise.distributions.tails import Tails, tail_pair

_REACH = np.array([1.0, 2.0, 4.0, 8.0, 14.0, 22.0, 40.0])  # exp(-40) of an open leaf's mass is beyond


@final
class Leaves:
    """The cells between increasing edges, the same for all rows or each row its own.

    All kinds of tails are one formula: a piecewise linear middle, and mass beyond either end of it
    that falls off exponentially. Where a side is closed that mass is zero.

    Parameters
    ----------
    edges
        ``(leaf + 1,)``, shared by all rows, or ``(row, leaf + 1)``.
    n_rows, n_leaves
        What the edges must fit.
    tails
        As of `Histogram`.

    Raises
    ------
    ValueError
        If edges do not fit, do not increase or are not finite, tails are unknown, or so few leaves
        come that none is left between the open ones.

    Examples
    --------
    >>> leaves = Leaves([0.0, 1.0, 3.0], n_rows=2, n_leaves=2, tails=("closed", "exponential"))
    >>> leaves.middle, leaves.means()
    (array([0., 1.]), array([0.5, 3. ]))
    """

    def __init__(self, edges: ArrayLike, n_rows: int, n_leaves: int, tails: Tails) -> None:
        self.edges: Float[FloatArray, "*row edge"] = np.array(edges, dtype=np.float64)
        self.lower_open, self.upper_open = (tail == "exponential" for tail in tail_pair(tails))
        if self.edges.shape not in ((n_leaves + 1,), (n_rows, n_leaves + 1)):
            raise ValueError(
                f"{n_leaves} leaves need {n_leaves + 1} edges, shape ({n_leaves + 1},), or for every row its own "
                f"({n_rows}, {n_leaves + 1}), but edges have shape {self.edges.shape}."
            )
        self.widths: Float[FloatArray, "*row leaf"] = np.diff(self.edges)
        if not (np.all(np.isfinite(self.edges)) and np.all(self.widths > 0.0)):
            raise ValueError(
                f"edges must be finite and strictly increasing, but the narrowest leaf has width {self.widths.min()}."
            )
        n_open = self.lower_open + self.upper_open
        if n_leaves <= n_open:
            raise ValueError(
                f"Exponential tails need at least {n_open + 1} leaves if {n_open} of them are open, but got "
                f"{n_leaves}. Use more leaves, or close a side."
            )
        self.edges.setflags(write=False)

    @cached_property
    def closed(self) -> slice:
        """The leaves that are not open, which make up the middle."""
        return slice(int(self.lower_open), self.widths.shape[-1] - self.upper_open)

    @cached_property
    def middle(self) -> Float[FloatArray, "*row edge"]:
        """The edges of the middle."""
        return self.edges[..., self.closed.start : self.closed.stop + 1]

    @cached_property
    def middle_widths(self) -> Float[FloatArray, "*row leaf"]:
        """The widths of the leaves in the middle."""
        return self.widths[..., self.closed]

    @property
    def lower_scale(self) -> Float[FloatArray, "*row 1"]:
        """The scale at which mass falls off below the middle, where that side is open."""
        return self.widths[..., :1]

    @property
    def upper_scale(self) -> Float[FloatArray, "*row 1"]:
        """The scale at which mass falls off above the middle, where that side is open."""
        return self.widths[..., -1:]

    def find(self, inside: Float[FloatArray, "row point"]) -> Int[np.ndarray, "row point"]:
        """Return in which leaf of the middle a number in the middle lies; an edge is the leaf above's."""
        shared = self.middle.ndim == 1
        count = np.searchsorted(self.middle, inside, "right") if shared else count_below(self.middle, inside, "right")
        leaf: Int[np.ndarray, "row point"] = np.minimum(count - 1, self.middle.shape[-1] - 2)
        return leaf

    def locate(
        self, y: Float[FloatArray, "row point"]
    ) -> tuple[
        Int[np.ndarray, "row point"],
        Float[FloatArray, "row point"],
        Float[FloatArray, "row point"],
        Float[FloatArray, "row point"],
    ]:
        """Return the leaf of the middle, the part of it below ``y``, and how far ``y`` is below and above it all."""
        low, high = self.middle[..., :1], self.middle[..., -1:]
        inside = np.clip(y, low, high)
        leaf = self.find(inside)
        part = (inside - at_leaf(self.middle, leaf)) / at_leaf(self.middle_widths, leaf)
        return leaf, part, np.maximum(low - y, 0.0), np.maximum(y - high, 0.0)

    def means(self) -> Float[FloatArray, "*row leaf"]:
        """Return the mean of each leaf's density: the mid-point, of an open leaf the outer edge."""
        return self._centres(lower=self.edges[..., 0], upper=self.edges[..., -1])

    def peaks(self) -> Float[FloatArray, "*row leaf"]:
        """Return where each leaf's density is highest: the mid-point, of an open leaf the inner edge."""
        return self._centres(lower=self.edges[..., 1], upper=self.edges[..., -2])

    def variances(self) -> Float[FloatArray, "*row leaf"]:
        """Return the variance of each leaf's density: width²/12, of an open leaf width²."""
        within = self.widths**2 / 12.0
        if self.lower_open:
            within[..., 0] = self.widths[..., 0] ** 2
        if self.upper_open:
            within[..., -1] = self.widths[..., -1] ** 2
        return within

    def knots(self) -> Float[FloatArray, "*row knot"]:
        """Return where the density is not smooth, the edges, and points out in open tails."""
        below, above = self.edges[..., :1], self.edges[..., -1:]
        if self.lower_open:
            below = self.edges[..., 1:2] - self.lower_scale * _REACH[::-1]
        if self.upper_open:
            above = self.edges[..., -2:-1] + self.upper_scale * _REACH
        return np.concatenate([below, self.edges[..., 1:-1], above], axis=-1)

    def checked_values(self, values: ArrayLike) -> Float[FloatArray, "*row leaf"]:
        """Return what each leaf stands for: a number within the leaf, of an open leaf any number.

        Raises
        ------
        ValueError
            If there is not one number per leaf, or one lies outside its leaf.
        """
        means = np.array(values, dtype=np.float64)
        if means.shape != self.widths.shape:
            raise ValueError(f"values must hold one number per leaf, shape {self.widths.shape}, but got {means.shape}.")
        slack = 1e-6 * self.widths
        low, high = self.edges[..., :-1] - slack, self.edges[..., 1:] + slack
        if self.lower_open:
            low[..., 0] = -np.inf
        if self.upper_open:
            high[..., -1] = np.inf
        outside = ~(np.isfinite(means) & (low <= means) & (means <= high))
        if np.any(outside):
            *row, leaf = (int(axis) for axis in np.argwhere(outside)[0])
            start, end, value = self.edges[(*row, leaf)], self.edges[(*row, leaf + 1)], means[(*row, leaf)]
            raise ValueError(
                f"Each value must lie within its leaf, but leaf {leaf}{f' of row {row[0]}' if row else ''}, from "
                f"{start} to {end}, got {value}. Use the same edges for both."
            )
        return means

    def _centres(
        self, lower: FloatArray | np.float64, upper: FloatArray | np.float64
    ) -> Float[FloatArray, "*row leaf"]:
        """Return mid-points, for open leaves the given numbers."""
        centres: FloatArray = (self.edges[..., :-1] + self.edges[..., 1:]) / 2.0
        if self.lower_open:
            centres[..., 0] = lower
        if self.upper_open:
            centres[..., -1] = upper
        return centres


def at_leaf(
    table: Float[FloatArray, "*row leaf"], leaf: Int[np.ndarray, "row point"]
) -> Float[FloatArray, "row point"]:
    """Return entries of a table that all rows share, or that has a row for each.

    Examples
    --------
    >>> at_leaf(np.array([5.0, 6.0]), np.array([[0], [1]])).tolist()
    [[5.0], [6.0]]
    >>> at_leaf(np.array([[5.0, 6.0], [7.0, 8.0]]), np.array([[0], [1]])).tolist()
    [[5.0], [8.0]]
    """
    entries: FloatArray = table[leaf] if table.ndim == 1 else np.take_along_axis(table, leaf, axis=1)
    return entries
