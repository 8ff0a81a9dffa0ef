"""Joint law: what a model predicts for several targets of a row, each exactly and all together in draws."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import final

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from digitwise.distributions.atoms import Atoms
from digitwise.distributions.distribution import Distribution
from digitwise.distributions.energy import energy_scores
from digitwise.distributions.probabilities import FloatArray, checked_probabilities, running_sum
from digitwise.distributions.rows import Numbers, RandomState, RowIndex, count_below, open_uniforms, row_selector


@final
class JointLaw:
    """One law per row over several targets, in data units.

    What concerns one target is read from its exact `marginal` law; how targets go together is read
    from the draws. Targets come in the order of ``names`` in every answer.

    Parameters
    ----------
    draws
        ``(row, draw, target)``: joint draws, finite.
    marginals
        The exact law of each target, by name; all with the rows of the draws.
    names
        Names of the targets in the order of the draws' last axis; by default that of ``marginals``.
    weights
        ``(row, draw)``: how much each draw counts, non-negative, each row summing to 1 within 1e-6;
        equal by default.

    Raises
    ------
    ValueError
        If shapes or rows disagree, draws are not finite, weights are not probabilities, or names are
        repeated or not those of the marginals.
    TypeError
        If a marginal is no law.

    Examples
    --------
    >>> law = JointLaw.from_draws([[[0.0, 10.0], [1.0, 12.0], [2.0, 14.0]]], names=["length", "mass"])
    >>> law
    JointLaw(rows=1, draws=3, targets=['length', 'mass'])
    >>> law.mean(), law.marginal("mass").cdf(12.0).round(3)
    (array([[ 1., 12.]]), array([0.667]))
    >>> law.covariance()
    array([[[1., 2.],
            [2., 4.]]])
    >>> law.quantile([0.1, 0.9]).shape  # (row, target, quantile)
    (1, 2, 2)
    >>> law.energy_score([[1.0, 12.0]], scale=[1.0, 2.0]).round(4)
    array([0.])
    """

    def __init__(
        self,
        draws: ArrayLike,
        *,
        marginals: Mapping[str, Distribution],
        names: Sequence[str] | None = None,
        weights: ArrayLike | None = None,
    ) -> None:
        self.names: tuple[str, ...] = tuple(marginals if names is None else names)
        self.draws: Float[FloatArray, "row draw target"] = np.array(draws, dtype=np.float64)
        self.weights: Float[FloatArray, "row draw"] | None = (
            None if weights is None else checked_probabilities(weights, "weights", "draw")
        )
        if len(set(self.names)) < len(self.names) or set(self.names) != set(marginals):
            raise ValueError(
                f"names must hold the name of each marginal once, here {list(marginals)}, but got {list(self.names)}."
            )
        self._marginals: tuple[Distribution, ...] = tuple(marginals[name] for name in self.names)
        _check_draws(self.draws, len(self.names))
        if self.weights is not None and self.weights.shape != self.draws.shape[:2]:
            raise ValueError(
                f"weights must be (row, draw), here {self.draws.shape[:2]} to match draws, but got "
                f"{self.weights.shape}."
            )
        for name, law in zip(self.names, self._marginals, strict=True):
            if not isinstance(law, Distribution):
                raise TypeError(f"Each marginal must be a law, but that of {name!r} is a {type(law).__name__}.")
            if len(law) != len(self.draws):
                raise ValueError(
                    f"Draws and marginals must have the same rows, but got {len(self.draws)} and, for {name!r}, "
                    f"{len(law)}. Index both with the same rows."
                )
        for array in (self.draws, self.weights):
            if array is not None:
                array.setflags(write=False)

    @classmethod
    def from_draws(cls, draws: ArrayLike, names: Sequence[str], weights: ArrayLike | None = None) -> "JointLaw":
        """Return the empirical law of draws ``(row, draw, target)``: the marginals are `Atoms`.

        Raises
        ------
        ValueError
            As for the class.

        Examples
        --------
        >>> JointLaw.from_draws([[[0.0, 4.0], [1.0, 1.0]]], names=["a", "b"]).variance()
        array([[0.25, 2.25]])
        """
        values = np.asarray(draws, dtype=np.float64)
        _check_draws(values, len(names))
        shares = np.full(values.shape[:2], 1.0 / values.shape[1]) if weights is None else weights
        marginals = {name: Atoms(values[:, :, target], shares) for target, name in enumerate(names)}
        return cls(values, marginals=marginals, names=names, weights=weights)

    def __repr__(self) -> str:
        return f"JointLaw(rows={len(self)}, draws={self.draws.shape[1]}, targets={list(self.names)})"

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.draws)

    def __getitem__(self, index: RowIndex, /) -> "JointLaw":
        """Return the laws of some rows."""
        rows = row_selector(index)
        marginals = {name: law[rows] for name, law in zip(self.names, self._marginals, strict=True)}
        weights = None if self.weights is None else self.weights[rows]
        return JointLaw(self.draws[rows], marginals=marginals, weights=weights)

    def marginal(self, name: str) -> Distribution:
        """Return the exact law of one target.

        Raises
        ------
        ValueError
            If there is no target of that name.
        """
        if name not in self.names:
            raise ValueError(f"name must be one of {', '.join(self.names)}, but got {name!r}.")
        return self._marginals[self.names.index(name)]

    def mean(self) -> Float[FloatArray, "row target"]:
        """Return the expected value of each target."""
        return self._of_each(lambda law: law.mean())

    def variance(self) -> Float[FloatArray, "row target"]:
        """Return the variance of each target's exact law."""
        return self._of_each(lambda law: law.variance())

    def median(self) -> Float[FloatArray, "row target"]:
        """Return the 0.5 quantile of each target."""
        return self._of_each(lambda law: law.median())

    def quantile(self, q: Numbers) -> Float[FloatArray, "row target ..."]:
        """Return the quantiles of each target: ``(row, target)`` for one level, else a third axis."""
        return self._of_each(lambda law: law.quantile(q))

    def interval(self, coverage: float = 0.9) -> Float[FloatArray, "row target 2"]:
        """Return the central interval of each target: each covers by itself, not all at once."""
        return self._of_each(lambda law: law.interval(coverage))

    def covariance(self) -> Float[FloatArray, "row target target"]:
        """Return the covariances of the draws, unbiased: for equal weights divided by one less than their number.

        The diagonal estimates `variance`, which is exact.

        Raises
        ------
        ValueError
            If a row has fewer than 2 draws with weight.
        """
        self._check_pairs("covariance")
        # From the first draw, so that equal draws vary by exactly 0.
        offset = self.draws - self.draws[:, :1]
        weights = self._weights[:, :, None]
        offset -= np.sum(weights * offset, axis=1, keepdims=True)
        different = np.sum(weights * (1.0 - weights), axis=1)  # the chance that two picks are two draws
        columns = [
            np.sum(weights * (offset * offset[:, :, target, None]), axis=1) / different
            for target in range(len(self.names))
        ]
        return np.stack(columns, axis=2)

    def correlation(self) -> Float[FloatArray, "row target target"]:
        """Return the correlations of the draws; NaN for a target whose draws are all the same.

        Raises
        ------
        ValueError
            If a row has fewer than 2 draws with weight.
        """
        covariance = self.covariance()
        variance = np.diagonal(covariance, axis1=1, axis2=2)
        std = np.sqrt(variance)
        with np.errstate(divide="ignore", invalid="ignore"):
            correlation = np.clip(covariance / std[:, :, None] / std[:, None, :], -1.0, 1.0)
        one = np.eye(len(self.names), dtype=bool) & (variance > 0.0)[:, None, :]
        return np.where(one, 1.0, correlation)

    def sample(self, n_draws: int, random_state: RandomState = None) -> Float[FloatArray, "row draw target"]:
        """Return draws, picked with replacement from those that the law was made of."""
        uniforms = open_uniforms(len(self), n_draws, random_state)
        picked = count_below(running_sum(self._weights)[:, 1:], uniforms, side="left")
        return np.take_along_axis(self.draws, picked[:, :, None], axis=1)

    def energy_score(self, y: ArrayLike, scale: ArrayLike | None = None) -> Float[FloatArray, " row"]:
        """Return the energy score of each row's outcome, ``E‖X - y‖ - E‖X - X'‖ / 2``; lower is better.

        The continuous ranked probability score for several numbers at once: the true law has the
        lowest expectation. Both means are over the draws, the second over pairs of different ones.

        Parameters
        ----------
        y
            Outcomes ``(row, target)`` in data units. A NaN is unknown and left out of the distances;
            a row of nothing but NaN has no score: NaN.
        scale
            ``(target,)``, above 0: a unit for each target, by which it is divided first. Without, the
            target that varies most in data units decides.

        Raises
        ------
        ValueError
            If y or scale do not fit, are infinite or not positive, or a row has fewer than 2 draws
            with weight.

        References
        ----------
        Gneiting and Raftery (2007), "Strictly proper scoring rules, prediction, and estimation".

        Examples
        --------
        >>> law = JointLaw.from_draws([[[0.0, 0.0], [3.0, 4.0]]], names=["a", "b"])
        >>> law.energy_score([[6.0, 8.0]]), law.energy_score([[6.0, np.nan]])
        (array([5.]), array([3.]))
        """
        truth = np.asarray(y, dtype=np.float64)
        shape = (len(self), len(self.names))
        if truth.shape != shape:
            raise ValueError(f"y must be (row, target), here {shape}, but got shape {truth.shape}.")
        if np.any(np.isinf(truth)):
            raise ValueError("y must be finite, or NaN where a target is not known, but infinity came.")
        self._check_pairs("energy_score")
        unit = np.ones(shape[1]) if scale is None else np.asarray(scale, dtype=np.float64)
        if unit.shape != shape[1:] or not np.all(np.isfinite(unit) & (unit > 0.0)):
            raise ValueError(f"scale must be {shape[1]} positive numbers, one per target, but got {scale!r}.")
        return energy_scores(self.draws / unit, self.weights, truth / unit)

    @cached_property
    def _weights(self) -> Float[FloatArray, "row draw"]:
        n_draws = self.draws.shape[1]
        return np.full(self.draws.shape[:2], 1.0 / n_draws) if self.weights is None else self.weights

    def _of_each(self, verb: Callable[[Distribution], FloatArray]) -> Float[FloatArray, "row target ..."]:
        return np.stack([verb(law) for law in self._marginals], axis=1)

    def _check_pairs(self, verb: str) -> None:
        n_draws = np.sum(self._weights > 0.0, axis=1)
        if np.any(n_draws < 2):
            row = int(np.argmin(n_draws))
            raise ValueError(
                f"{verb} needs at least 2 draws with weight in every row, but row {row} has {n_draws[row]}. "
                "Draw more, or pass a certain outcome as two equal draws."
            )


def _check_draws(draws: FloatArray, n_targets: int) -> None:
    if draws.ndim != 3 or draws.shape[1] == 0 or draws.shape[2] != n_targets or n_targets == 0:
        raise ValueError(
            f"draws must be (row, draw, target) with at least 1 draw and one target for each of {n_targets} names, "
            f"but got shape {draws.shape}."
        )
    if not np.all(np.isfinite(draws)):
        raise ValueError("draws must be finite, but NaN or infinity came. Drop those draws.")
