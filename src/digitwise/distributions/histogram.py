"""Histogram: the law of a digit tree, with a uniform density on every leaf."""

from functools import cached_property
from typing import final

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from digitwise.distributions.histogram_intervals import integrated_squares, log_mass
from digitwise.distributions.leaves import Leaves, at_leaf
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
    per_interval,
    per_level,
    per_row,
    row_selector,
)
from digitwise.distributions.tails import Tails, shortest


@final
class Histogram:
    r"""Probabilities of the leaves between edges; the cdf is piecewise linear.

    Every verb is exact (closed form) and costs ``O(row * leaf)`` plus ``O(log leaf)`` per value.

    Parameters
    ----------
    edges
        ``(leaf + 1,)``, strictly increasing, in data units; shared by all rows. Or
        ``(row, leaf + 1)``: every row its own.
    probs
        ``(row, leaf)``, non-negative, each row summing to 1 within 1e-6 (then divided by the sum).
    values
        ``(leaf,)``, or ``(row, leaf)`` if the edges are the rows' own: the number that each leaf
        stands for in `mean`, `variance` and `mode`, within its leaf: for instance the mean of the
        training targets that fell into it. By default the mean of the leaf's own density (its
        mid-point; for an open leaf the outer edge).
    tails
        ``"closed"``: nothing outside the edges. ``"exponential"``: the two outermost leaves are
        open; the mass of each falls off exponentially outwards from its inner edge, with its
        width as scale. A pair ``(lower, upper)`` says it for each side, for instance
        ``("closed", "exponential")`` for a number that is never negative. A closed side gives a log
        score of ``-inf`` to any target beyond it, however close; with open leaves every real number
        has a positive density, as long as both outermost leaves have a positive probability.

    Raises
    ------
    ValueError
        If edges do not increase, probabilities are not a law, shapes disagree, a value lies outside
        its leaf, or there is no leaf besides the open ones.

    Notes
    -----
    `mean`, `variance` and `mode` use ``values``; all other verbs, `crps` included, use the
    density alone. With given values the mean may thus differ from the density's own mean, by less
    than half a leaf (in open leaves, by up to a whole one). `variance` is that of the values plus
    the variance within the leaves, which is width²/12 (in open leaves, width²).

    An outcome of which only an interval is known, such as a survival time beyond the last visit, has
    its own two scores: `crps_of_interval` and `log_prob_of_interval`.

    References
    ----------
    Avati, Duan, Zhou, Jung, Shah and Ng (2019), "Countdown Regression: Sharp and Calibrated Survival
    Predictions", https://arxiv.org/abs/1806.08324, for the score of an interval.
    Rindt, Hu, Steinsaltz and Sejdinovic (2022), "Survival Regression with Proper Scoring Rules and
    Monotonic Neural Networks", https://arxiv.org/abs/2103.14755, for which scores of
    intervals are proper.

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
    >>> Histogram([[0.0, 1.0, 3.0], [5.0, 6.0, 7.0]], law.probs, tails=("closed", "exponential"))
    Histogram(rows=2, leaves=2, tails=('closed', 'exponential'))
    """

    def __init__(
        self,
        edges: ArrayLike,
        probs: ArrayLike,
        values: ArrayLike | None = None,
        tails: Tails = "closed",
    ) -> None:
        self.probs: Float[FloatArray, "row leaf"] = checked_probabilities(probs, "probs", "leaf")
        self._leaves: Leaves = Leaves(edges, len(self.probs), self.probs.shape[1], tails)
        self.edges: Float[FloatArray, "*row edge"] = self._leaves.edges
        self.values: Float[FloatArray, "*row leaf"] | None = (
            None if values is None else self._leaves.checked_values(values)
        )
        self.tails: Tails = shortest(tails)
        for array in (self.probs, self.values):
            if array is not None:
                array.setflags(write=False)

    def __repr__(self) -> str:
        return f"Histogram(rows={len(self)}, leaves={self.probs.shape[1]}, tails={self.tails!r})"

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.probs)

    def __getitem__(self, index: RowIndex, /) -> "Histogram":
        """Return the laws of some rows."""
        rows = row_selector(index)
        if self.edges.ndim == 1:
            return Histogram(self.edges, self.probs[rows], self.values, self.tails)
        values = None if self.values is None else self.values[rows]
        return Histogram(self.edges[rows], self.probs[rows], values, self.tails)

    def mean(self) -> Float[FloatArray, " row"]:
        """Return the probability-weighted mean of the leaves' values."""
        return expectation(self.probs, self._leaf_means)

    def variance(self) -> Float[FloatArray, " row"]:
        """Return the variance of the leaves' values plus the variance within leaves."""
        spread = (self._leaf_means - self.mean()[:, None]) ** 2 + self._leaves.variances()
        return expectation(self.probs, spread)

    def median(self) -> Float[FloatArray, " row"]:
        """Return the 0.5 quantile."""
        return self.quantile(0.5)

    def mode(self) -> Float[FloatArray, " row"]:
        """Return the value of the densest leaf; by default its mid-point (if open: inner edge)."""
        peaks = self._leaves.peaks() if self.values is None else self.values
        highest = np.argmax(self.probs / self._leaves.widths, axis=1)
        return at_leaf(peaks, highest[:, None])[:, 0]

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
        return per_row(lambda y: integrated_squares(self._leaves, self._middle_cdf, y, y), y, len(self))

    def crps_of_interval(self, low: Numbers, high: Numbers) -> Float[FloatArray, "row ..."]:
        r"""Return the score of an outcome of which only ``low <= y <= high`` is known, in closed form.

        :math:`\int_{-\infty}^{low} F(x)^2 dx + \int_{high}^{\infty} (1 - F(x))^2 dx`, in data units:
        what the law says within the interval is not judged. It is `crps` where both ends are one
        number, and 0 where nothing is known.

        Parameters
        ----------
        low, high
            Ends of the interval, in the shapes of ``y`` elsewhere; ``-inf`` or ``inf`` where unknown.

        Raises
        ------
        ValueError
            If NaN is among them, ``low`` is above ``high``, or shapes do not fit the rows.

        Notes
        -----
        This score is not proper, unlike `log_prob_of_interval`: of outcomes that are cut off at
        limits, those beyond say nothing against a law that ends right at its limit, and those before
        speak for it. Where the limit ``c`` of every row is known, judge laws up to there, which is
        proper: from the `crps` of an outcome that was seen subtract ``crps_of_interval(-inf, c)``.

        Examples
        --------
        >>> Histogram([0.0, 1.0], [[1.0]]).crps_of_interval(0.5, [[0.5, np.inf]]).round(4)
        array([[0.0833, 0.0417]])
        """
        return per_interval(
            lambda low, high: integrated_squares(self._leaves, self._middle_cdf, low, high), low, high, len(self)
        )

    def log_prob_of_interval(self, low: Numbers, high: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the log of the probability of ``low <= y <= high``, precise far out in the tails too.

        Where both ends are one number, the outcome is known: that is the log density, `log_prob`. The
        sum of both kinds is the log likelihood of censored data, highest in expectation for the true
        law as long as where outcomes are cut has nothing to do with the outcomes.

        Parameters
        ----------
        low, high
            Ends of the interval, in the shapes of ``y`` elsewhere; ``-inf`` or ``inf`` where unknown.

        Raises
        ------
        ValueError
            If NaN is among them, ``low`` is above ``high``, or shapes do not fit the rows.

        Examples
        --------
        >>> law = Histogram([0.0, 1.0, 2.0], [[0.5, 0.5]], tails=("closed", "exponential"))
        >>> law.log_prob_of_interval(1001.0, np.inf)  # log(0.5) - 1000
        array([-1000.69314718])
        """
        return per_interval(self._log_prob_of_interval, low, high, len(self))

    def prob_above(self, threshold: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the probability of a value above the threshold."""
        return 1.0 - self.cdf(threshold)

    def sample(self, n_draws: int, random_state: RandomState = None) -> Float[FloatArray, "row draw"]:
        """Return draws: quantiles of uniform numbers."""
        return self._quantile(open_uniforms(len(self), n_draws, random_state))

    def knots(self) -> Float[FloatArray, "row knot"]:
        """Return where the density is not smooth, the edges, and points out in open tails."""
        points = self._leaves.knots()
        return np.broadcast_to(points, (len(self), points.shape[-1]))

    @cached_property
    def _leaf_means(self) -> Float[FloatArray, "*row leaf"]:
        return self._leaves.means() if self.values is None else self.values

    @cached_property
    def _middle_cdf(self) -> Float[FloatArray, "row edge"]:
        """The cdf at the edges of the middle: from the mass below to one minus that above."""
        closed = self._leaves.closed
        return running_sum(self.probs)[:, closed.start : closed.stop + 1]

    def _cdf(self, y: Float[FloatArray, "row point"]) -> Float[FloatArray, "row point"]:
        leaf, part, below, above = self._leaves.locate(y)
        left = np.take_along_axis(self._middle_cdf, leaf, axis=1)
        right = np.take_along_axis(self._middle_cdf, leaf + 1, axis=1)
        middle: FloatArray = left + part * (right - left)
        answer = middle
        if self._leaves.lower_open:
            answer = np.where(below > 0.0, middle * np.exp(-below / self._leaves.lower_scale), answer)
        if self._leaves.upper_open:
            upper = 1.0 - (1.0 - middle) * np.exp(-above / self._leaves.upper_scale)
            answer = np.where(above > 0.0, upper, answer)
        return answer

    def _log_prob(self, y: Float[FloatArray, "row point"]) -> Float[FloatArray, "row point"]:
        leaves = self._leaves
        leaf, _, below, above = leaves.locate(y)
        leaf = leaf + leaves.closed.start
        if leaves.lower_open:
            leaf = np.where(below > 0.0, 0, leaf)
        if leaves.upper_open:
            leaf = np.where(y >= leaves.middle[..., -1:], self.probs.shape[1] - 1, leaf)
        with np.errstate(divide="ignore"):
            density = np.log(np.take_along_axis(self.probs, leaf, axis=1))
        density -= at_leaf(np.log(leaves.widths), leaf)
        density -= below / leaves.lower_scale if leaves.lower_open else np.where(below > 0.0, np.inf, 0.0)
        density -= above / leaves.upper_scale if leaves.upper_open else np.where(above > 0.0, np.inf, 0.0)
        return density

    def _log_prob_of_interval(
        self, low: Float[FloatArray, "row point"], high: Float[FloatArray, "row point"]
    ) -> Float[FloatArray, "row point"]:
        return np.where(low == high, self._log_prob(low), log_mass(self._leaves, self.probs, low, high))

    def _quantile(self, q: Float[FloatArray, "row point"]) -> Float[FloatArray, "row point"]:
        middle = self._leaves.middle
        bottom, top = self._middle_cdf[:, :1], self._middle_cdf[:, -1:]
        level = np.clip(q, bottom, top)
        # The smallest positive number instead of 0: level 0 then skips leaves without mass.
        above_zero = np.maximum(level, np.nextafter(0.0, 1.0))
        leaf = count_below(self._middle_cdf[:, 1:], above_zero, side="left")
        leaf = np.minimum(leaf, middle.shape[-1] - 2)
        left = np.take_along_axis(self._middle_cdf, leaf, axis=1)
        mass = np.take_along_axis(self._middle_cdf, leaf + 1, axis=1) - left
        part = np.clip((level - left) / np.where(mass > 0.0, mass, 1.0), 0.0, 1.0)
        start, end = at_leaf(middle, leaf), at_leaf(middle, leaf + 1)
        answer: FloatArray = np.where(part < 1.0, np.minimum(start + part * (end - start), end), end)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            if self._leaves.lower_open:
                lower = middle[..., :1] + self._leaves.lower_scale * np.log(q / bottom)
                answer = np.where(q < bottom, lower, answer)
            if self._leaves.upper_open:
                upper = middle[..., -1:] - self._leaves.upper_scale * np.log((1.0 - q) / (1.0 - top))
                answer = np.where(q > top, upper, answer)
        return answer
