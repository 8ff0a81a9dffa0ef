"""Transformed: the law of a scaled number, read in data units through an increasing map."""

from collections.abc import Iterator
from functools import cached_property
from typing import Protocol, final, runtime_checkable

import numpy as np
from jaxtyping import Float

from digitwise.distributions.distribution import SmoothDistribution
from digitwise.distributions.probabilities import FloatArray
from digitwise.distributions.quadrature import N_NODES, mean_and_variance, panel_nodes, squares_about
from digitwise.distributions.rows import (
    Numbers,
    RandomState,
    RowIndex,
    central_levels,
    per_row,
    row_batches,
    row_selector,
)


@runtime_checkable
class Scaling(Protocol):
    """A strictly increasing map from data units ``y`` to scaled units ``z``.

    Where it is not smooth, it may say so in an attribute ``knots_z``; without one, it is taken to
    be smooth below, within and above the unit interval.
    """

    def forward(self, y: Float[FloatArray, "..."]) -> Float[FloatArray, "..."]:
        """Return ``z`` for each ``y``."""
        ...

    def inverse(self, z: Float[FloatArray, "..."]) -> Float[FloatArray, "..."]:
        """Return ``y`` for each ``z``."""
        ...

    def derivative(self, y: Float[FloatArray, "..."]) -> Float[FloatArray, "..."]:
        """Return ``dz / dy`` at each ``y``."""
        ...


@final
class Transformed:
    """The law of ``scaling.inverse(Z)`` where ``Z`` follows ``base``, for instance on a log scale.

    `cdf`, `quantile`, `median`, `interval`, `pdf`, `log_prob`, `prob_above` and `sample` change
    variables and are as exact as the base's own. `mean`, `variance` and `crps` are integrals over
    the base's knots by Gauss-Legendre quadrature with eight nodes per panel. `mode` is searched on
    those nodes and refined between neighbours; it differs from the image of the base's mode.

    Parameters
    ----------
    base
        A law with a density in scaled units: `Histogram`, `GaussianMixture` or `Transformed`.
    scaling
        Anything with ``forward(y)``, ``inverse(z)`` and ``derivative(y)`` = dz/dy, increasing.

    Raises
    ------
    TypeError
        If base has no ``knots`` (`Atoms`: transform the values instead) or scaling lacks a method.

    Notes
    -----
    Accuracy of the integrals: a relative error of about 1e-8 or better for scalings that are smooth
    at the scale of a leaf or of a component's width, or piecewise so between their ``knots_z``. The
    mass beyond the last knots (below 1e-15) is left out, which shows only where that mass carries a
    share of the integral, as in the variance of a log-normal law with ``std(log y)`` above 3. If
    ``y`` has no finite mean, the figures returned are those of the law cut at its last knots.

    The ``values`` of a base `Histogram` are not used: the mean is that of the density.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from digitwise.distributions import GaussianMixture
    >>> log = SimpleNamespace(forward=np.log, inverse=np.exp, derivative=np.reciprocal)
    >>> law = Transformed(GaussianMixture([[1.0]], [[0.0]], [[0.5]]), log)
    >>> law.median(), law.mean().round(6), law.mode().round(6)  # 1, exp(1/8), exp(-1/4)
    (array([1.]), array([1.133148]), array([0.778801]))
    """

    def __init__(self, base: SmoothDistribution, scaling: Scaling) -> None:
        if not isinstance(base, SmoothDistribution):
            raise TypeError(
                f"base must be a law with a density and knots, but got {type(base).__name__}. Move "
                "point masses by hand: Atoms(scaling.inverse(law.values), law.probs)."
            )
        if not isinstance(scaling, Scaling):
            raise TypeError(f"scaling must have forward, inverse and derivative, but got {type(scaling).__name__}.")
        self.base: SmoothDistribution = base
        self.scaling: Scaling = scaling

    def __repr__(self) -> str:
        return f"Transformed({self.base!r}, {self.scaling!r})"

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.base)

    def __getitem__(self, index: RowIndex, /) -> "Transformed":
        """Return the laws of some rows."""
        rows = self.base[row_selector(index)]
        assert isinstance(rows, SmoothDistribution)  # indexing keeps the kind of law
        return Transformed(rows, self.scaling)

    def mean(self) -> Float[FloatArray, " row"]:
        """Return the expected value, by quadrature."""
        return self._moments[:, 0]

    def variance(self) -> Float[FloatArray, " row"]:
        """Return the variance, by quadrature."""
        return self._moments[:, 1]

    def median(self) -> Float[FloatArray, " row"]:
        """Return the 0.5 quantile."""
        return self.quantile(0.5)

    def mode(self) -> Float[FloatArray, " row"]:
        """Return the place of highest density per data unit, to about 1e-8 of its neighbourhood."""
        answer = np.empty(len(self))
        for rows, part in self._batches():
            start, end = (side[:, :, None] for side in _panels(part._scaled_knots()))
            nodes = panel_nodes(start[:, :, 0], end[:, :, 0])[0]
            # A density may jump at a knot: its limits from either side are candidates too.
            hair = 1e-9 * (end - start)
            nodes = np.concatenate([start + hair, nodes, end - hair], axis=2)
            nodes = nodes.reshape(len(part), -1)
            best = np.argmax(part._log_density(nodes), axis=1)[:, None]
            low = np.take_along_axis(nodes, np.maximum(best - 1, 0), axis=1)
            high = np.take_along_axis(nodes, np.minimum(best + 1, nodes.shape[1] - 1), axis=1)
            z = part._climb(np.take_along_axis(nodes, best, axis=1), low, high)
            answer[rows] = self.scaling.inverse(z)[:, 0]
        return answer

    def quantile(self, q: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the image of the base's quantiles."""
        return self.scaling.inverse(self.base.quantile(q))

    def interval(self, coverage: float = 0.9) -> Float[FloatArray, "row 2"]:
        """Return the central interval."""
        return self.quantile(central_levels(coverage))

    def cdf(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the probability of a value of at most ``y``."""
        return per_row(lambda y: self.base.cdf(self._forward(y)), y, len(self))

    def pdf(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the density per data unit: the base's times dz/dy."""
        return np.exp(self.log_prob(y))

    def log_prob(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the log density per data unit."""
        return per_row(self._log_prob, y, len(self))

    def crps(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the continuous ranked probability score in data units, by quadrature."""
        return per_row(self._crps, y, len(self))

    def prob_above(self, threshold: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the probability of a value above the threshold."""
        return per_row(lambda y: self.base.prob_above(self._forward(y)), threshold, len(self), name="threshold")

    def sample(self, n_draws: int, random_state: RandomState = None) -> Float[FloatArray, "row draw"]:
        """Return the image of the base's draws."""
        return self.scaling.inverse(self.base.sample(n_draws, random_state))

    def knots(self) -> Float[FloatArray, "row knot"]:
        """Return the image of the base's knots and the scaling's."""
        return self.scaling.inverse(self._scaled_knots())

    def _forward(self, y: Float[FloatArray, "row point"]) -> Float[FloatArray, "row point"]:
        with np.errstate(divide="ignore"):
            z = self.scaling.forward(y)
        if np.isnan(z).any():
            raise ValueError(f"y must lie where the scaling is defined, but {y[np.isnan(z)][0]} does not.")
        return z

    def _log_prob(self, y: Float[FloatArray, "row point"]) -> Float[FloatArray, "row point"]:
        log_density = self.base.log_prob(self._forward(y))
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = np.log(self.scaling.derivative(y))
        # Where no mass can be the slope does not matter, and may not be finite.
        return log_density + np.where(np.isneginf(log_density), 0.0, slope)

    def _log_density(self, z: Float[FloatArray, "row point"]) -> Float[FloatArray, "row point"]:
        """Return the log density per data unit at the image of ``z``."""
        slope = self.scaling.derivative(self.scaling.inverse(z))
        log_density: FloatArray = self.base.log_prob(z) + np.log(slope)
        return log_density

    def _scaled_knots(self) -> Float[FloatArray, "row knot"]:
        """Return where the density in scaled units or the scaling is not smooth."""
        knots = self.base.knots()
        kinks = np.asarray(getattr(self.scaling, "knots_z", (0.0, 1.0)), dtype=np.float64)
        inside = np.clip(np.broadcast_to(kinks, (len(knots), len(kinks))), knots[:, :1], knots[:, -1:])
        return np.sort(np.concatenate([knots, inside], axis=1), axis=1)

    def _batches(self) -> Iterator[tuple[slice, "Transformed"]]:
        """Yield the laws of a few rows at a time, to bound the memory of quadrature."""
        for rows in row_batches(len(self), N_NODES * self[:1]._scaled_knots().shape[1]):
            yield rows, self[rows]

    @cached_property
    def _moments(self) -> Float[FloatArray, "row 2"]:
        answer = np.empty((len(self), 2))
        for rows, part in self._batches():
            nodes, weights = panel_nodes(*_panels(part._scaled_knots()))
            nodes, weights = nodes.reshape(len(part), -1), weights.reshape(len(part), -1)
            answer[rows] = mean_and_variance(self.scaling.inverse(nodes), weights * part.base.pdf(nodes))
        return answer

    def _crps(self, y: Float[FloatArray, "row point"]) -> Float[FloatArray, "row point"]:
        answer = np.empty(y.shape)
        z = self._forward(y)
        for rows, part in self._batches():
            knots = part._scaled_knots()
            inside = np.clip(z[rows], knots[:, :1], knots[:, -1:])
            ends = self.scaling.inverse(knots[:, [0, -1]])
            beyond = np.maximum(ends[:, :1] - y[rows], 0.0) + np.maximum(y[rows] - ends[:, 1:], 0.0)
            answer[rows] = squares_about(knots, inside, part._squares) + beyond
        return answer

    def _squares(
        self,
        start: Float[FloatArray, "row panel"],
        end: Float[FloatArray, "row panel"],
    ) -> tuple[Float[FloatArray, "row panel"], Float[FloatArray, "row panel"]]:
        """Return the integrals over ``y`` of ``F²`` and of ``(1 - F)²`` between scaled ends."""
        nodes, weights = panel_nodes(start, end)
        flat = nodes.reshape(len(self), -1)
        cdf = self.base.cdf(flat).reshape(nodes.shape)
        slope = self.scaling.derivative(self.scaling.inverse(flat)).reshape(nodes.shape)
        length = weights / slope
        return (length * cdf**2).sum(axis=2), (length * (1.0 - cdf) ** 2).sum(axis=2)

    def _climb(
        self,
        best: Float[FloatArray, "row 1"],
        low: Float[FloatArray, "row 1"],
        high: Float[FloatArray, "row 1"],
    ) -> Float[FloatArray, "row 1"]:
        """Return the highest place by golden-section search, or the best so far if higher."""
        golden = (np.sqrt(5.0) - 1.0) / 2.0
        for _ in range(40):
            left, right = high - golden * (high - low), low + golden * (high - low)
            up = self._log_density(right) > self._log_density(left)
            low, high = np.where(up, left, low), np.where(up, high, right)
        place = (low + high) / 2.0
        higher = self._log_density(place) > self._log_density(best)
        return np.where(higher, place, best)


def _panels(
    knots: Float[FloatArray, "row knot"],
) -> tuple[Float[FloatArray, "row panel"], Float[FloatArray, "row panel"]]:
    return knots[:, :-1], knots[:, 1:]
