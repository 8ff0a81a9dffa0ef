"""A law whose cdf goes through a monotone map: still a law, with every verb."""

from collections.abc import Iterator
from functools import cached_property
from typing import final

import numpy as np
from jaxtyping import Float

from digitwise.calibration.probability_map import ProbabilityMap
from digitwise.distributions import Atoms, Distribution, Histogram, SmoothDistribution
from digitwise.distributions.probabilities import FloatArray, running_sum
from digitwise.distributions.quadrature import N_NODES, mean_and_variance, panel_nodes, squares_about
from digitwise.distributions.rows import (
    Numbers,
    RandomState,
    RowIndex,
    central_levels,
    open_uniforms,
    per_level,
    per_row,
    row_batches,
    row_selector,
)


def recalibrated(law: Distribution, mapping: ProbabilityMap) -> Distribution:
    """Return the laws with the cdf ``G(F(y))``, where ``F`` is the predicted one and ``G`` the map.

    Atoms stay atoms, exactly. Histograms stay histograms with the same leaves, tails and values: the cdf at every edge
    of a leaf is exactly ``G(F)``, and within a leaf the density stays even. All verbs remain closed forms, and such
    laws still mix. Laws with a smooth density become `Recalibrated`.

    Parameters
    ----------
    law
        Predicted laws.
    mapping
        What their probabilities become; see `conformal_map` and `smooth_map`.

    Raises
    ------
    TypeError
        If the law is of none of these kinds.

    Examples
    --------
    >>> low = ProbabilityMap(levels=np.array([0.0, 0.5, 1.0]), values=np.array([0.0, 0.2, 1.0]))
    >>> recalibrated(Histogram([0.0, 1.0, 2.0], [[0.5, 0.5]]), low).probs
    array([[0.2, 0.8]])
    >>> recalibrated(Atoms([3.0, 1.0], [[0.5, 0.5]]), low).probs
    array([[0.8, 0.2]])
    """
    if isinstance(law, Histogram):
        return Histogram(law.edges, _mapped(law.probs, mapping), law.values, law.tails)
    if isinstance(law, Atoms):
        values = np.broadcast_to(law.values, law.probs.shape)
        order = np.argsort(values, axis=1, kind="stable")
        probs = np.empty_like(law.probs)
        np.put_along_axis(probs, order, _mapped(np.take_along_axis(law.probs, order, axis=1), mapping), axis=1)
        return Atoms(law.values, probs)
    if isinstance(law, SmoothDistribution):
        return Recalibrated(law, mapping)
    raise TypeError(f"recalibrated takes histograms, atoms and laws with a density and knots, but got {law!r}.")


def _mapped(probs: Float[FloatArray, "row outcome"], mapping: ProbabilityMap) -> Float[FloatArray, "row outcome"]:
    """Return the mass that each outcome is left with: between two knots its own times the slope, however little."""
    total = running_sum(probs)
    between = np.diff(np.searchsorted(mapping.levels[1:-1], total, side="right"), axis=1) == 0
    return np.where(between, probs * mapping.slope(total[:, :-1]), np.diff(mapping.forward(total), axis=1))


@final
class Recalibrated:
    """The law with the cdf ``G(F(y))``, within leaves too.

    `cdf`, `quantile`, `median`, `interval`, `pdf`, `log_prob`, `prob_above` and `sample` are as exact as those of the
    base. `mean`, `variance` and `crps` are integrals between the base's knots and the map's by Gauss-Legendre
    quadrature with eight nodes per panel. `mode` is the densest of these nodes and of the knots' two sides.

    Parameters
    ----------
    base
        A law with a density and knots.
    mapping
        What its probabilities become.

    Raises
    ------
    TypeError
        If base has no ``knots``.

    Examples
    --------
    >>> from digitwise.distributions import GaussianMixture
    >>> wider = ProbabilityMap(levels=np.array([0.0, 0.1, 0.9, 1.0]), values=np.array([0.0, 0.2, 0.8, 1.0]))
    >>> law = Recalibrated(GaussianMixture([[1.0]], [[0.0]], [[1.0]]), wider)
    >>> law.interval(0.6).round(2), law.variance().round(2)  # the interval was the central 80 %
    (array([[-1.28,  1.28]]), array([1.56]))
    """

    def __init__(self, base: SmoothDistribution, mapping: ProbabilityMap) -> None:
        if not isinstance(base, SmoothDistribution):
            raise TypeError(f"base must be a law with a density and knots, but got {type(base).__name__}.")
        self.base: SmoothDistribution = base
        self.mapping: ProbabilityMap = mapping

    def __repr__(self) -> str:
        return f"Recalibrated({self.base!r}, knots={len(self.mapping.levels)})"

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.base)

    def __getitem__(self, index: RowIndex, /) -> "Recalibrated":
        """Return the laws of some rows."""
        rows = self.base[row_selector(index)]
        assert isinstance(rows, SmoothDistribution)  # indexing keeps the kind of law
        return Recalibrated(rows, self.mapping)

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
        """Return the densest of the knots' sides and the nodes between them."""
        answer = np.empty(len(self))
        for rows, part in self._batches():
            knots = part.knots()
            start, end = knots[:, :-1, None], knots[:, 1:, None]
            hair = 1e-9 * (end - start)  # a density may jump at a knot: its limits from either side are candidates too
            inner = panel_nodes(knots[:, :-1], knots[:, 1:])[0]
            nodes = np.concatenate([start + hair, inner, end - hair], axis=2).reshape(len(part), -1)
            best = np.argmax(part.log_prob(nodes), axis=1)[:, None]
            answer[rows] = np.take_along_axis(nodes, best, axis=1)[:, 0]
        return answer

    def quantile(self, q: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the base's quantiles at the levels that become ``q``."""
        return per_level(lambda q: self.base.quantile(self.mapping.inverse(q)), q, len(self))

    def interval(self, coverage: float = 0.9) -> Float[FloatArray, "row 2"]:
        """Return the central interval."""
        return self.quantile(central_levels(coverage))

    def cdf(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the probability of a value of at most ``y``."""
        return self.mapping.forward(self.base.cdf(y))

    def pdf(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the density: the base's times the slope of the map."""
        return np.exp(self.log_prob(y))

    def log_prob(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the log density."""
        return self.base.log_prob(y) + np.log(self.mapping.slope(self.base.cdf(y)))

    def crps(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the continuous ranked probability score, by quadrature."""
        return per_row(self._crps, y, len(self))

    def prob_above(self, threshold: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the probability of a value above the threshold."""
        return 1.0 - self.cdf(threshold)

    def sample(self, n_draws: int, random_state: RandomState = None) -> Float[FloatArray, "row draw"]:
        """Return draws: quantiles of uniform numbers."""
        return self.quantile(open_uniforms(len(self), n_draws, random_state))

    def knots(self) -> Float[FloatArray, "row knot"]:
        """Return the base's knots, and where the map has its own."""
        knots = self.base.knots()
        own = np.clip(self.base.quantile(self.mapping.levels[1:-1]), knots[:, :1], knots[:, -1:])
        return np.sort(np.concatenate([knots, own], axis=1), axis=1)

    def _batches(self) -> Iterator[tuple[slice, "Recalibrated"]]:
        """Yield the laws of a few rows at a time, to bound the memory of quadrature."""
        for rows in row_batches(len(self), N_NODES * self[:1].knots().shape[1]):
            yield rows, self[rows]

    @cached_property
    def _moments(self) -> Float[FloatArray, "row 2"]:
        answer = np.empty((len(self), 2))
        for rows, part in self._batches():
            knots = part.knots()
            nodes, weights = (array.reshape(len(part), -1) for array in panel_nodes(knots[:, :-1], knots[:, 1:]))
            answer[rows] = mean_and_variance(nodes, weights * part.pdf(nodes))
        return answer

    def _crps(self, y: Float[FloatArray, "row point"]) -> Float[FloatArray, "row point"]:
        answer = np.empty(y.shape)
        for rows, part in self._batches():
            knots = part.knots()
            inside = np.clip(y[rows], knots[:, :1], knots[:, -1:])
            answer[rows] = squares_about(knots, inside, part._squares) + np.abs(y[rows] - inside)
        return answer

    def _squares(
        self, start: Float[FloatArray, "row panel"], end: Float[FloatArray, "row panel"]
    ) -> tuple[Float[FloatArray, "row panel"], Float[FloatArray, "row panel"]]:
        """Return the integrals of ``F²`` and of ``(1 - F)²`` over each panel."""
        nodes, weights = panel_nodes(start, end)
        cdf = self.cdf(nodes.reshape(len(self), -1)).reshape(nodes.shape)
        return (weights * cdf**2).sum(axis=2), (weights * (1.0 - cdf) ** 2).sum(axis=2)
