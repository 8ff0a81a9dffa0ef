"""Atoms: a law of point masses, such as the empirical law of draws."""

from functools import cached_property
from typing import final

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

from digitwise.distributions.probabilities import (
    FloatArray,
    checked_probabilities,
    expectation,
    running_sum,
)
from digitwise.distributions.range_sums import range_sum
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

_SLACK = 1e-12  # running sums carry rounding errors; levels closer than this are the same


@final
class Atoms:
    """Probabilities of single values; nothing in between.

    All verbs are closed forms on the sorted values: ``O(atom log atom)`` per row once, then
    ``O(log atom)`` per value asked for.

    Parameters
    ----------
    values
        ``(atom,)``, shared by all rows, or ``(row, atom)``; finite, in data units, in any order and
        with repetitions if you like (equal values add up).
    probs
        ``(row, atom)``, non-negative, each row summing to 1 within 1e-6 (then divided by the sum).

    Raises
    ------
    ValueError
        If shapes disagree, values are not finite, or probabilities are not a law.

    Notes
    -----
    `quantile` is the generalised inverse, the smallest atom with ``cdf >= q`` (levels within
    1e-12 count as equal, so that the 0.3 quantile of ten draws is the third smallest); quantiles
    are always atoms and never interpolated. There is no density: `pdf` raises ``TypeError``, and
    `log_prob` is the log of the *mass* at exactly ``y``, which is ``-inf`` between atoms and must
    not be compared with the log density of another law.

    Examples
    --------
    >>> law = Atoms(values=[1.0, 2.0, 5.0], probs=[[0.5, 0.25, 0.25]])
    >>> law.mean(), law.median(), law.cdf(2.0)
    (array([2.25]), array([1.]), array([0.75]))
    >>> law.log_prob([[1.0, 1.5]]).round(2)
    array([[-0.69,  -inf]])
    >>> Atoms.from_draws([[3.0, 1.0, 2.0]]).crps(2.0).round(3)
    array([0.222])
    """

    def __init__(self, values: ArrayLike, probs: ArrayLike) -> None:
        self.values: Float[FloatArray, "*row atom"] = np.array(values, dtype=np.float64)
        self.probs: Float[FloatArray, "row atom"] = checked_probabilities(probs, "probs", "atom")
        if self.values.shape not in (self.probs.shape, self.probs.shape[1:]):
            raise ValueError(
                f"values must be (atom,) or (row, atom), here {self.probs.shape[1:]} or "
                f"{self.probs.shape} to match probs, but got {self.values.shape}."
            )
        if not np.all(np.isfinite(self.values)):
            raise ValueError("values must be finite, but NaN or infinity came. Drop those draws.")
        self.values.setflags(write=False)
        self.probs.setflags(write=False)

    @classmethod
    def from_draws(cls, draws: ArrayLike) -> "Atoms":
        """Return the empirical law of draws ``(row, draw)``: each draw has the same probability.

        Raises
        ------
        ValueError
            If draws are not ``(row, draw)`` with at least one draw, or not finite.

        Examples
        --------
        >>> Atoms.from_draws([[0.0, 4.0], [1.0, 1.0]]).variance()
        array([4., 0.])
        """
        values = np.asarray(draws, dtype=np.float64)
        if values.ndim != 2 or values.shape[1] == 0:
            raise ValueError(f"draws must be (row, draw), but got shape {values.shape}.")
        return cls(values, np.full(values.shape, 1.0 / values.shape[1]))

    def __repr__(self) -> str:
        return f"Atoms(rows={len(self)}, atoms={self.probs.shape[1]})"

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.probs)

    def __getitem__(self, index: RowIndex, /) -> "Atoms":
        """Return the laws of some rows."""
        rows = row_selector(index)
        values = self.values if self.values.ndim == 1 else self.values[rows]
        return Atoms(values, self.probs[rows])

    def mean(self) -> Float[FloatArray, " row"]:
        """Return the probability-weighted mean of the atoms."""
        return expectation(self.probs, self.values)

    def variance(self) -> Float[FloatArray, " row"]:
        """Return the probability-weighted variance (of draws: divided by their number)."""
        return expectation(self.probs, (self.values - self.mean()[:, None]) ** 2)

    def median(self) -> Float[FloatArray, " row"]:
        """Return the 0.5 quantile; of an even number of draws the lower of the two middle ones."""
        return self.quantile(0.5)

    def mode(self) -> Float[FloatArray, " row"]:
        """Return the value with the highest mass, equal atoms added up; of several the lowest."""
        values = np.broadcast_to(self._sorted, self.probs.shape)
        mass = self._mass(values)
        first = np.argmax(mass >= mass.max(axis=1, keepdims=True) - _SLACK, axis=1)
        return np.take_along_axis(values, first[:, None], axis=1)[:, 0]

    def quantile(self, q: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the quantiles, each of them an atom."""
        return per_level(self._quantile, q, len(self))

    def interval(self, coverage: float = 0.9) -> Float[FloatArray, "row 2"]:
        """Return the central interval; both ends belong to it."""
        return self.quantile(central_levels(coverage))

    def cdf(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the probability of a value of at most ``y``."""
        return per_row(self._cdf, y, len(self))

    def pdf(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Raise ``TypeError``: point masses have no density."""
        raise TypeError(
            "Atoms have no density. Use log_prob(y) for the log of the mass at y, cdf(y) for "
            "cumulative probabilities, or predict with exact decoding, whose law has a density."
        )

    def log_prob(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the log of the mass at exactly ``y``: ``-inf`` between atoms, never above 0."""
        with np.errstate(divide="ignore"):
            return np.log(per_row(self._mass, y, len(self)))

    def crps(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the continuous ranked probability score, ``E|Y - y| - E|Y - Y'| / 2``, exactly."""
        return per_row(lambda y: self._integrated_squares(y, y), y, len(self))

    def crps_of_interval(self, low: Numbers, high: Numbers) -> Float[FloatArray, "row ..."]:
        r"""Return the score of an outcome of which only ``low <= y <= high`` is known, exactly.

        :math:`\int_{-\infty}^{low} F(x)^2 dx + \int_{high}^{\infty} (1 - F(x))^2 dx`, as explained in
        `Histogram.crps_of_interval`.

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
        >>> law = Atoms([0.0, 4.0], [[0.5, 0.5]])
        >>> law.crps_of_interval(1.0, [[1.0, 3.0, np.inf]])
        array([[1.  , 0.5 , 0.25]])
        """
        return per_interval(self._integrated_squares, low, high, len(self))

    def log_prob_of_interval(self, low: Numbers, high: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the log of the mass of ``low <= y <= high``, both ends included; ``-inf`` for none.

        Masses are added up and never subtracted: a little mass beside much is not lost to rounding.

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
        >>> law = Atoms([0.0, 1.0, 2.0], [[0.5, 0.5, 1e-30]])
        >>> law.log_prob_of_interval([[1.0, 1.5]], [[2.0, 3.0]]).round(2)
        array([[ -0.69, -69.08]])
        """
        return per_interval(self._log_mass_between, low, high, len(self))

    def prob_above(self, threshold: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the probability of a value above the threshold."""
        return 1.0 - self.cdf(threshold)

    def sample(self, n_draws: int, random_state: RandomState = None) -> Float[FloatArray, "row draw"]:
        """Return atoms drawn with replacement."""
        return self._quantile(open_uniforms(len(self), n_draws, random_state))

    @cached_property
    def _order(self) -> np.ndarray:
        return np.atleast_2d(np.argsort(self.values, axis=-1, kind="stable"))

    @cached_property
    def _sorted(self) -> Float[FloatArray, "_ atom"]:
        return np.take_along_axis(np.atleast_2d(self.values), self._order, axis=1)

    @cached_property
    def _sorted_probs(self) -> Float[FloatArray, "row atom"]:
        return np.take_along_axis(self.probs, self._order, axis=1)

    @cached_property
    def _sums(self) -> Float[FloatArray, "row node"]:
        """Total mass of the first 0, 1, …, atom sorted values."""
        return running_sum(self._sorted_probs)

    def _cdf(self, y: Float[FloatArray, "row point"]) -> Float[FloatArray, "row point"]:
        count = count_below(self._sorted, y, side="right")
        return np.take_along_axis(self._sums, count, axis=1)

    def _mass(self, y: Float[FloatArray, "row point"]) -> Float[FloatArray, "row point"]:
        count = count_below(self._sorted, y, side="left")
        return self._cdf(y) - np.take_along_axis(self._sums, count, axis=1)

    def _quantile(self, q: Float[FloatArray, "row point"]) -> Float[FloatArray, "row point"]:
        # The smallest positive number instead of 0: level 0 then skips atoms without mass.
        level = np.maximum(q - _SLACK, np.nextafter(0.0, 1.0))
        atom = count_below(self._sums[:, 1:], level, side="left")
        return np.take_along_axis(self._sorted, atom, axis=1)

    def _log_mass_between(
        self, low: Float[FloatArray, "row point"], high: Float[FloatArray, "row point"]
    ) -> Float[FloatArray, "row point"]:
        start = count_below(self._sorted, low, side="left")
        end = count_below(self._sorted, high, side="right")
        with np.errstate(divide="ignore"):
            return np.minimum(np.log(range_sum(self._sorted_probs, start, end)), 0.0)

    def _integrated_squares(
        self, low: Float[FloatArray, "row point"], high: Float[FloatArray, "row point"]
    ) -> Float[FloatArray, "row point"]:
        """Return the integral of ``F²`` up to ``low`` plus that of ``(1 - F)²`` from ``high``."""
        values, cdf = self._sorted, self._sums[:, 1:]
        gaps = np.diff(values, axis=1)
        # below[a] = integral of F² up to atom a; above[a] = integral of (1 - F)² from atom a.
        below, above = np.zeros_like(cdf), np.zeros_like(cdf)
        np.cumsum(gaps * cdf[:, :-1] ** 2, axis=1, out=below[:, 1:])
        pieces = gaps * (1.0 - cdf[:, :-1]) ** 2
        above[:, :-1] = np.cumsum(pieces[:, ::-1], axis=1)[:, ::-1]

        low_inside, atom = self._atom_below(low)
        at = np.take_along_axis(cdf, atom, axis=1)
        up_to_low = np.take_along_axis(below, atom, axis=1) + at**2 * (
            low_inside - np.take_along_axis(values, atom, axis=1)
        )
        high_inside = low_inside
        if high is not low:
            high_inside, atom = self._atom_below(high)
            at = np.take_along_axis(cdf, atom, axis=1)
        after = np.minimum(atom + 1, values.shape[1] - 1)
        score: FloatArray = (
            up_to_low
            + (1.0 - at) ** 2 * (np.take_along_axis(values, after, axis=1) - high_inside)
            + np.take_along_axis(above, after, axis=1)
            + (np.maximum(low - low_inside, 0.0) + np.maximum(high_inside - high, 0.0))
        )
        return score

    def _atom_below(
        self, y: Float[FloatArray, "row point"]
    ) -> tuple[Float[FloatArray, "row point"], Int[np.ndarray, "row point"]]:
        """Return ``y``, moved to the nearest atom if it is outside all of them, and the last atom up to it."""
        inside = np.clip(y, self._sorted[:, :1], self._sorted[:, -1:])
        return inside, np.maximum(count_below(self._sorted, inside, side="right") - 1, 0)
