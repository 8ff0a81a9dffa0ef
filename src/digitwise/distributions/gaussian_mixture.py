"""Gaussian mixture: the law of a mixture density head."""

from collections.abc import Callable
from typing import final

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike
from scipy.special import ndtr

from digitwise.distributions.gaussian_functions import (
    climb_to_mode,
    log_density,
    mean_absolute,
    solve_quantile,
)
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
    random_generator,
    row_batches,
    row_selector,
)

_KNOTS = np.array([0.0, 1.0, 2.0, 3.0, 4.5, 6.0, 8.0, 12.0])


@final
class GaussianMixture:
    r"""A weighted sum of normal laws; one component makes it a plain normal law.

    Everything but `quantile`, `median`, `interval` and `mode` is a closed form. Quantiles are
    solved for to about 1e-12 relative, by Newton's method inside a bracket that always holds
    them: the smallest and the largest of the components' own quantiles. The mode climbs from
    every component's mean and keeps the highest place.

    Parameters
    ----------
    weights
        ``(row, component)``, non-negative, each row summing to 1 within 1e-6 (then divided by the
        sum).
    means, stds
        ``(row, component)``, finite, in data units; standard deviations above 0 (a component
        without width is a point mass: see `Atoms`).

    Raises
    ------
    ValueError
        If shapes disagree, weights are not a law, or a mean or standard deviation is out of range.

    References
    ----------
    Grimit, Gneiting, Berrocal and Johnson (2006), "The continuous ranked probability score for
    circular variables and its application to mesoscale forecast ensemble verification", for the
    closed-form CRPS.

    Examples
    --------
    >>> law = GaussianMixture(weights=[[0.5, 0.5]], means=[[-1.0, 1.0]], stds=[[1.0, 1.0]])
    >>> law.mean(), law.variance(), law.median().round(6)
    (array([0.]), array([2.]), array([0.]))
    >>> GaussianMixture([[1.0]], [[0.0]], [[1.0]]).crps(0.0).round(4)
    array([0.2337])
    """

    def __init__(self, weights: ArrayLike, means: ArrayLike, stds: ArrayLike) -> None:
        self.weights: Float[FloatArray, "row component"] = checked_probabilities(weights, "weights", "component")
        self.means: Float[FloatArray, "row component"] = np.array(means, dtype=np.float64)
        self.stds: Float[FloatArray, "row component"] = np.array(stds, dtype=np.float64)
        if not self.weights.shape == self.means.shape == self.stds.shape:
            raise ValueError(
                "weights, means and stds must have one shape (row, component), but got "
                f"{self.weights.shape}, {self.means.shape} and {self.stds.shape}."
            )
        if not np.all(np.isfinite(self.means)):
            raise ValueError("means must be finite, but NaN or infinity came.")
        if not np.all(np.isfinite(self.stds) & (self.stds > 0.0)):
            raise ValueError(
                f"stds must be positive and finite, but the smallest is {self.stds.min()}. "
                "Use Atoms for point masses, or set a floor."
            )
        for array in (self.weights, self.means, self.stds):
            array.setflags(write=False)

    def __repr__(self) -> str:
        return f"GaussianMixture(rows={len(self)}, components={self.weights.shape[1]})"

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.weights)

    def __getitem__(self, index: RowIndex, /) -> "GaussianMixture":
        """Return the laws of some rows."""
        rows = row_selector(index)
        return GaussianMixture(self.weights[rows], self.means[rows], self.stds[rows])

    def mean(self) -> Float[FloatArray, " row"]:
        """Return the weighted mean of the component means."""
        return expectation(self.weights, self.means)

    def variance(self) -> Float[FloatArray, " row"]:
        """Return the variance within plus between components."""
        between = (self.means - self.mean()[:, None]) ** 2
        return expectation(self.weights, self.stds**2 + between)

    def median(self) -> Float[FloatArray, " row"]:
        """Return the 0.5 quantile."""
        return self.quantile(0.5)

    def mode(self) -> Float[FloatArray, " row"]:
        """Return the place of highest density."""
        n_components = self.means.shape[1]
        shape = (*self.means.shape, n_components)
        laws = [
            np.broadcast_to(array[:, None, :], shape).reshape(-1, n_components)
            for array in (self.weights, self.means, self.stds)
        ]
        # Components without weight have no hill: start from the heaviest one instead.
        heaviest = np.argmax(self.weights, axis=1)[:, None]
        starts = np.where(self.weights > 0.0, self.means, np.take_along_axis(self.means, heaviest, axis=1))
        places = climb_to_mode(starts.reshape(-1), *laws).reshape(starts.shape)
        height = self._log_prob(places)
        highest = height.max(axis=1, keepdims=True)
        # Of places as high as each other the lowest counts.
        lowest: FloatArray = np.where(height >= highest - 1e-12, places, np.inf).min(axis=1)
        return lowest

    def quantile(self, q: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the quantiles; ``-inf`` and ``inf`` at levels 0 and 1."""
        return per_level(self._quantile, q, len(self))

    def interval(self, coverage: float = 0.9) -> Float[FloatArray, "row 2"]:
        """Return the central interval."""
        return self.quantile(central_levels(coverage))

    def cdf(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the probability of a value of at most ``y``."""
        return per_row(self._cdf, y, len(self))

    def pdf(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the density."""
        return np.exp(self.log_prob(y))

    def log_prob(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the log density, finite for every finite ``y``."""
        return per_row(self._log_prob, y, len(self))

    def crps(self, y: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the continuous ranked probability score, in closed form."""
        return per_row(self._crps, y, len(self))

    def prob_above(self, threshold: Numbers) -> Float[FloatArray, "row ..."]:
        """Return the probability of a value above the threshold, exact far out in the tail too."""
        return per_row(self._prob_above, threshold, len(self), name="threshold")

    def sample(self, n_draws: int, random_state: RandomState = None) -> Float[FloatArray, "row draw"]:
        """Return draws: a component at random, then a normal number from it."""
        generator = random_generator(random_state)
        level = open_uniforms(len(self), n_draws, generator)
        component = count_below(running_sum(self.weights)[:, 1:], level, side="left")
        mean = np.take_along_axis(self.means, component, axis=1)
        std = np.take_along_axis(self.stds, component, axis=1)
        return mean + std * generator.standard_normal(mean.shape)

    def knots(self) -> Float[FloatArray, "row knot"]:
        """Return points about a standard deviation apart around every component, out to twelve."""
        offsets = np.concatenate([-_KNOTS[:0:-1], _KNOTS])
        points = self.means[:, :, None] + self.stds[:, :, None] * offsets
        return np.sort(points.reshape(len(self), self.means.shape[1] * len(offsets)), axis=1)

    def _mix(
        self,
        part: Callable[[FloatArray, FloatArray], FloatArray],
        y: Float[FloatArray, "row point"],
    ) -> Float[FloatArray, "row point"]:
        """Return the weighted sum over components of ``part(y - mean, std)``."""
        total = np.zeros(y.shape)
        for component in range(self.weights.shape[1]):
            mean, std = self.means[:, component, None], self.stds[:, component, None]
            weight = self.weights[:, component, None]
            # A component without weight does not count, even where its part is infinite.
            total += weight * np.where(weight > 0.0, part(y - mean, std), 0.0)
        return total

    def _cdf(self, y: Float[FloatArray, "row point"]) -> Float[FloatArray, "row point"]:
        return self._mix(lambda offset, std: ndtr(offset / std), y)

    def _prob_above(self, y: Float[FloatArray, "row point"]) -> Float[FloatArray, "row point"]:
        return self._mix(lambda offset, std: ndtr(-offset / std), y)

    def _log_prob(self, y: Float[FloatArray, "row point"]) -> Float[FloatArray, "row point"]:
        return log_density(y, self.weights[:, None], self.means[:, None], self.stds[:, None])

    def _crps(self, y: Float[FloatArray, "row point"]) -> Float[FloatArray, "row point"]:
        pair_offsets = self.means[:, :, None] - self.means[:, None, :]
        pair_stds = np.sqrt(self.stds[:, :, None] ** 2 + self.stds[:, None, :] ** 2)
        pairs = mean_absolute(pair_offsets, pair_stds)
        spread = np.einsum("ri,rij,rj->r", self.weights, pairs, self.weights)
        # Rounding can push a score of nearly 0 below it.
        score: FloatArray = np.maximum(self._mix(mean_absolute, y) - 0.5 * spread[:, None], 0.0)
        return score

    def _quantile(self, q: Float[FloatArray, "row point"]) -> Float[FloatArray, "row point"]:
        answer = np.empty(q.shape)
        for rows in row_batches(len(self), q.shape[1] * self.weights.shape[1]):
            n_components = self.weights.shape[1]
            shape = (*q[rows].shape, n_components)
            parameters = (
                np.broadcast_to(array[rows, None, :], shape).reshape(-1, n_components)
                for array in (self.weights, self.means, self.stds)
            )
            answer[rows] = solve_quantile(q[rows].reshape(-1), *parameters).reshape(shape[:2])
        # The solver's last digits may disorder levels that lie next to each other.
        order = np.argsort(q, axis=1, kind="stable")
        ordered = np.maximum.accumulate(np.take_along_axis(answer, order, axis=1), axis=1)
        np.put_along_axis(answer, order, ordered, axis=1)
        return answer
