"""Histogram: the law of a digit tree, with a uniform density on every leaf."""

from functools import cached_property
from typing import Literal, final

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

from digitwise.distributions.probabilities import (
    FloatArray,
    checked_probabilities,
    expectation,
    running_sum,
)
from digitwise.distributions.rows import (
    Numbers,
    RandomState,
    RowIndex,
    central_levels,
    count_below,
    open_uniforms,
    per_level,
    per_row,
    row_selector,
)

Tails = Literal["closed", "exponential"]


@final
class Histogram:
    r"""Probabilities of the leaves between common edges; the cdf is piecewise linear.

    Every verb is exact (closed form) and costs ``O(row * leaf)`` plus ``O(log leaf)`` per value.

    Parameters
    ----------
    edges
        ``(leaf + 1,)``, strictly increasing, in data units; shared by all rows.
    probs
        ``(row, leaf)``, non-negative, each row summing to 1 within 1e-6 (then divided by the sum).
    values
        ``(leaf,)``, the number that each leaf stands for in `mean`, `variance` and `mode`, within
        its leaf: for instance the mean of the training targets that fell into it. By default the
        mean of the leaf's own density (its mid-point; for an open leaf the outer edge).
    tails
        ``"closed"``: nothing outside the edges. ``"exponential"``: the two outermost leaves are
        open; the mass of each falls off exponentially outwards from its inner edge, with its
        width as scale. A closed law gives a log score of ``-inf`` to any target outside the
        training range, however close; with open leaves every real number has a positive density,
        as long as both outermost leaves have a positive probability.

    Raises
    ------
    ValueError
        If edges do not increase, probabilities are not a law, shapes disagree, a value lies outside
        its leaf, or open tails come with fewer than 3 leaves.

    Notes
    -----
    `mean`, `variance` and `mode` use ``values``; all other verbs, `crps` included, use the
    density alone. With given values the mean may thus differ from the density's own mean, by less
    than half a leaf (in open leaves, by up to a whole one). `variance` is that of the values plus
    the variance within the leaves, which is width²/12 (in open leaves, width²).

    Examples
    --------
    >>> law = Histogram(edges=[0.0, 1.0, 3.0], probs=[[0.5, 0.5], [0.1, 0.9]])
    >>> law
    Histogram(rows=2, leaves=2, tails='closed')
    >>> law.mean()
    array([1.25, 1.85])
    >>> law.quantile([0.25, 0.5, 0.75])[0]
    array([0.5, 1. , 2. ])
    >>> law.pdf(2.0)
    array([0.25, 0.45])
    """

    def __init__(
        self,
        edges: ArrayLike,
        probs: ArrayLike,
        values: ArrayLike | None = None,
        tails: Tails = "closed",
    ) -> None:
        self.edges: Float[FloatArray, " edge"] = np.array(edges, dtype=np.float64)
        self.probs: Float[FloatArray, "row leaf"] = checked_probabilities(probs, "probs", "leaf")
        self.tails: Tails = tails
        if tails not in ("closed", "exponential"):
            raise ValueError(f'tails must be "closed" or "exponential", but got {tails!r}.')
        leaves = self.probs.shape[1]
        if self.edges.shape != (leaves + 1,):
            raise ValueError(f"{leaves} leaves need {leaves + 1} edges, but edges have shape {self.edges.shape}.")
        self._widths: Float[FloatArray, " leaf"] = np.diff(self.edges)
        if not (np.all(np.isfinite(self.edges)) and np.all(self._widths > 0.0)):
            raise ValueError(
                f"edges must be finite and strictly increasing, but the narrowest leaf has width {self._widths.min()}."
            )
        if tails == "exponential" and leaves < 3:
            raise ValueError(f"Exponential tails need at least 3 leaves, but got {leaves}.")
        self.values: Float[FloatArray, " leaf"] | None = None if values is None else self._checked_values(values)
        for array in (self.edges, self.probs, self.values):
            if array is not None:
                array.setflags(write=False)

    def __repr__(self) -> str:
        return f"Histogram(rows={len(self)}, leaves={self.probs.shape[1]}, tails={self.tails!r})"

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.probs)

    def __getitem__(self, index: RowIndex, /) -> "Histogram":
        """Return the laws of some rows."""
        return Histogram(self.edges, self.probs[row_selector(index)], self.values, self.tails)

    def mean(self) -> Float[FloatArray, " row"]:
        """Return the probability-weighted mean of the leaves' values."""
        return expectation(self.probs, self._leaf_means)

    def variance(self) -> Float[FloatArray, " row"]:
        """Return the variance of the leaves' values plus the variance within leaves."""
        within = self._widths**2 / 12.0
        if self._open:
            within[[0, -1]] = self._widths[[0, -1]] ** 2
        spread = (self._leaf_means - self.mean()[:, None]) ** 2 + within
        return expectation(self.probs, spread)

    def median(self) -> Float[FloatArray, " row"]:
        """Return the 0.5 quantile."""
        return self.quantile(0.5)

    def mode(self) -> Float[FloatArray, " row"]:
        """Return the value of the densest leaf; by default its mid-point (if open: inner edge)."""
        peaks = self.values
        if peaks is None:
            peaks = (self.edges[:-1] + self.edges[1:]) / 2.0
            if self._open:
                peaks[[0, -1]] = self.edges[[1, -2]]
        highest: FloatArray = peaks[np.argmax(self.probs / self._widths, axis=1)]
        return highest

    def quantile(self, q: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the quantiles: the exact inverse of the cdf."""
        return per_level(self._quantile, q, len(self))

    def interval(self, coverage: float = 0.9) -> Float[FloatArray, "row 2"]:
        """Return the central interval."""
        return self.quantile(central_levels(coverage))

    def cdf(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the probability of a value of at most ``y``."""
        return per_row(self._cdf, y, len(self))

    def pdf(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the density; on an edge that of the leaf above (on the last edge, below)."""
        return np.exp(self.log_prob(y))

    def log_prob(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the log density; ``-inf`` where no mass can be."""
        return per_row(self._log_prob, y, len(self))

    def crps(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the continuous ranked probability score, in closed form."""
        return per_row(self._crps, y, len(self))

    def prob_above(self, threshold: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the probability of a value above the threshold."""
        return 1.0 - self.cdf(threshold)

    def sample(self, n_draws: int, random_state: RandomState = None) -> Float[FloatArray, "row draw"]:
        """Return draws: quantiles of uniform numbers."""
        return self._quantile(open_uniforms(len(self), n_draws, random_state))

    def knots(self) -> Float[FloatArray, "row knot"]:
        """Return where the density is not smooth, the edges, and points out in open tails."""
        points = self.edges
        if self._open:
            reach = np.array([1.0, 2.0, 4.0, 8.0, 14.0, 22.0, 40.0])
            below = points[1] - self._widths[0] * reach[::-1]
            above = points[-2] + self._widths[-1] * reach
            points = np.concatenate([below, points[1:-1], above])
        return np.broadcast_to(points, (len(self), points.shape[0]))

    @property
    def _open(self) -> bool:
        return self.tails == "exponential"

    @cached_property
    def _leaf_means(self) -> Float[FloatArray, " leaf"]:
        if self.values is not None:
            return self.values
        means = (self.edges[:-1] + self.edges[1:]) / 2.0
        if self._open:
            means[[0, -1]] = self.edges[[0, -1]]
        return means

    # Both kinds of tails are one formula: a piecewise linear middle, and mass beyond either end of
    # it that falls off exponentially. For closed tails that mass is zero.

    @cached_property
    def _middle(self) -> Float[FloatArray, " edge"]:
        return self.edges[1:-1] if self._open else self.edges

    @cached_property
    def _middle_cdf(self) -> Float[FloatArray, "row edge"]:
        """The cdf at the edges of the middle: from the mass below to one minus that above."""
        total = running_sum(self.probs)
        return total[:, 1:-1] if self._open else total

    def _locate(
        self, y: Float[FloatArray, "row point"]
    ) -> tuple[
        Int[np.ndarray, "row point"],
        Float[FloatArray, "row point"],
        Float[FloatArray, "row point"],
        Float[FloatArray, "row point"],
    ]:
        """Return the leaf, the part of it below ``y``, and how far ``y`` is outside the middle."""
        low, high = self._middle[0], self._middle[-1]
        inside = np.clip(y, low, high)
        leaf = np.searchsorted(self._middle, inside, side="right") - 1
        leaf = np.minimum(leaf, self._middle.shape[0] - 2)
        part = (inside - self._middle[leaf]) / np.diff(self._middle)[leaf]
        return leaf, part, np.maximum(low - y, 0.0), np.maximum(y - high, 0.0)

    def _at(
        self, leaf: Int[np.ndarray, "row point"], part: Float[FloatArray, "row point"]
    ) -> Float[FloatArray, "row point"]:
        """Return the cdf in the middle."""
        left = np.take_along_axis(self._middle_cdf, leaf, axis=1)
        right = np.take_along_axis(self._middle_cdf, leaf + 1, axis=1)
        return left + part * (right - left)

    def _cdf(self, y: Float[FloatArray, "row point"]) -> Float[FloatArray, "row point"]:
        leaf, part, below, above = self._locate(y)
        middle = self._at(leaf, part)
        lower = middle * np.exp(-below / self._widths[0])
        upper = 1.0 - (1.0 - middle) * np.exp(-above / self._widths[-1])
        if not self._open:
            return middle
        return np.where(below > 0.0, lower, np.where(above > 0.0, upper, middle))

    def _log_prob(self, y: Float[FloatArray, "row point"]) -> Float[FloatArray, "row point"]:
        leaf, _, below, above = self._locate(y)
        if self._open:
            tail = np.where(y >= self._middle[-1], self.probs.shape[1] - 1, leaf + 1)
            leaf = np.where(y < self._middle[0], 0, tail)
        with np.errstate(divide="ignore"):
            density = np.log(np.take_along_axis(self.probs, leaf, axis=1))
        density -= np.log(self._widths)[leaf]
        if not self._open:
            return np.where((below > 0.0) | (above > 0.0), -np.inf, density)
        density -= below / self._widths[0] + above / self._widths[-1]
        return density

    def _quantile(self, q: Float[FloatArray, "row point"]) -> Float[FloatArray, "row point"]:
        bottom, top = self._middle_cdf[:, :1], self._middle_cdf[:, -1:]
        level = np.clip(q, bottom, top)
        # The smallest positive number instead of 0: level 0 then skips leaves without mass.
        above_zero = np.maximum(level, np.nextafter(0.0, 1.0))
        leaf = count_below(self._middle_cdf[:, 1:], above_zero, side="left")
        leaf = np.minimum(leaf, self._middle.shape[0] - 2)
        left = np.take_along_axis(self._middle_cdf, leaf, axis=1)
        mass = np.take_along_axis(self._middle_cdf, leaf + 1, axis=1) - left
        part = np.clip((level - left) / np.where(mass > 0.0, mass, 1.0), 0.0, 1.0)
        start, end = self._middle[leaf], self._middle[leaf + 1]
        inside: FloatArray = np.where(part < 1.0, np.minimum(start + part * (end - start), end), end)
        if not self._open:
            return inside
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            lower = self._middle[0] + self._widths[0] * np.log(q / bottom)
            upper = self._middle[-1] - self._widths[-1] * np.log((1.0 - q) / (1.0 - top))
        answer: FloatArray = np.where(q < bottom, lower, np.where(q > top, upper, inside))
        return answer

    def _crps(self, y: Float[FloatArray, "row point"]) -> Float[FloatArray, "row point"]:
        cdf, widths = self._middle_cdf, np.diff(self._middle)
        left, right = cdf[:, :-1], cdf[:, 1:]
        bottom, top = cdf[:, :1], 1.0 - cdf[:, -1:]
        # below[e] = integral of F² up to edge e; above[e] = integral of (1 - F)² from edge e.
        below, above = np.empty_like(cdf), np.empty_like(cdf)
        below[:, :1] = bottom**2 * self._widths[0] / 2.0
        above[:, -1:] = top**2 * self._widths[-1] / 2.0
        below[:, 1:] = below[:, :1] + np.cumsum(widths * _mean_square(left, right), axis=1)
        pieces = widths * _mean_square(1.0 - left, 1.0 - right)
        above[:, :-1] = above[:, -1:] + np.cumsum(pieces[:, ::-1], axis=1)[:, ::-1]

        leaf, part, under, over = self._locate(y)
        at, width = self._at(leaf, part), widths[leaf]
        start = np.take_along_axis(cdf, leaf, axis=1)
        end = np.take_along_axis(cdf, leaf + 1, axis=1)
        inside = (
            np.take_along_axis(below, leaf, axis=1)
            + part * width * _mean_square(start, at)
            + (1.0 - part) * width * _mean_square(1.0 - at, 1.0 - end)
            + np.take_along_axis(above, leaf + 1, axis=1)
        )
        # Beyond the middle: the distance, less what the exponential tail already reaches of it.
        reached = bottom * self._widths[0] * np.expm1(-under / self._widths[0])
        reached += top * self._widths[-1] * np.expm1(-over / self._widths[-1])
        score: FloatArray = inside + under + over + 2.0 * reached
        return score

    def _checked_values(self, values: ArrayLike) -> Float[FloatArray, " leaf"]:
        means = np.array(values, dtype=np.float64)
        if means.shape != self._widths.shape:
            raise ValueError(
                f"values must hold one number per leaf, shape {self._widths.shape}, but got {means.shape}."
            )
        slack = 1e-6 * self._widths
        low, high = self.edges[:-1] - slack, self.edges[1:] + slack
        if self._open:
            low[0], high[-1] = -np.inf, np.inf
        outside = ~(np.isfinite(means) & (low <= means) & (means <= high))
        if np.any(outside):
            leaf = int(np.argmax(outside))
            raise ValueError(
                f"Each value must lie within its leaf, but leaf {leaf}, from {self.edges[leaf]} to "
                f"{self.edges[leaf + 1]}, got {means[leaf]}. Use the same edges for both."
            )
        return means


def _mean_square(
    start: Float[FloatArray, "row part"], end: Float[FloatArray, "row part"]
) -> Float[FloatArray, "row part"]:
    """Return the mean of the square of a function that runs linearly from start to end."""
    return (start**2 + start * end + end**2) / 3.0
