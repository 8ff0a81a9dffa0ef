"""Fitted methods whose laws or intervals are corrected on rows that were kept apart for it."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from digitwise.benchmark.methods import EstimatorCompetitor, Facts
from digitwise.benchmark.peers.package import package
from digitwise.calibration import SplitConformal, conformal_map, recalibrated, smooth_map
from digitwise.distributions import Distribution

Intervals = Float[np.ndarray, "row 2"]


@runtime_checkable
class Predictor(Protocol):
    """A fitted method."""

    def predict(self, X: Any) -> tuple[Float[np.ndarray, " row"], Distribution | None]:
        """Return points and laws of some rows, in data units; None where it has no laws."""
        ...

    def facts(self) -> Facts:
        """Return what the fit did."""
        ...


@dataclass(frozen=True, eq=False)
class Calibrated:
    """A fitted method with laws or intervals that were corrected.

    Parameters
    ----------
    base
        The method as it was fitted.
    corrected
        From its laws to the corrected ones.
    interval
        From corrected laws and a coverage to intervals.
    """

    base: Predictor
    corrected: Callable[[Distribution], Distribution]
    interval: Callable[[Distribution, float], Intervals]

    def predict(self, X: Any) -> tuple[Float[np.ndarray, " row"], Distribution]:
        """Return corrected laws and their points: means, or what the estimator predicts of a law."""
        point, law = self.base.predict(X)
        law = _needed(law)
        corrected = self.corrected(law)
        if corrected is law:
            return point, law
        answer = self.base.estimator.point_estimate if isinstance(self.base, EstimatorCompetitor) else "mean"
        return getattr(corrected, answer)(), corrected

    def facts(self) -> Facts:
        """Return what the fit did."""
        return self.base.facts()


def calibrated(how: str, base: Predictor, X: Any, y: np.ndarray) -> Predictor:
    """Return a fitted method that is corrected on rows it has not seen.

    Parameters
    ----------
    how
        ``"smooth"`` or ``"conformal"``: laws through a map of probabilities; ``"digits"``: through a temperature for
        each digit; ``"intervals"``: split conformal intervals, laws as they are; ``"mapie"``: intervals by MAPIE's
        conformalised quantile regression.
    base
        The fitted method.
    X, y
        Rows kept apart.

    Raises
    ------
    TypeError
        If the method has no laws, or none with digits.
    """
    if how == "digits":
        if not isinstance(base, EstimatorCompetitor):
            raise TypeError("Only estimators that write digits have a temperature for each digit.")
        estimator = copy.copy(base.estimator)
        return EstimatorCompetitor(estimator.recalibrate(X, y, method="digits"))
    law = _needed(base.predict(X)[1])
    if how == "intervals":
        return Calibrated(base, _as_it_is, SplitConformal.fit(law, y).interval)
    if how == "mapie":
        return Calibrated(base, _as_it_is, partial(mapie_interval, law, y))
    return Calibrated(base, partial(recalibrated, mapping=MAPS[how](law, y)), _own_interval)


MAPS = {"smooth": smooth_map, "conformal": conformal_map}
WAYS = (*MAPS, "digits", "intervals", "mapie")
"""What a suite may give as ``calibrate``."""


def intervals_of(predictor: Predictor, law: Distribution, coverage: float) -> Intervals:
    """Return the intervals that a fitted method gives for rows with these laws."""
    return predictor.interval(law, coverage) if isinstance(predictor, Calibrated) else law.interval(coverage)


def mapie_interval(held_out: Distribution, y: np.ndarray, law: Distribution, coverage: float) -> Intervals:
    """Return MAPIE's conformalised quantile intervals around a law's quantiles.

    Parameters
    ----------
    held_out, y
        Laws and outcomes of rows kept apart.
    law
        Laws of the rows to predict.
    coverage
        What the intervals hold.

    References
    ----------
    Romano, Patterson and Candès, "Conformalized quantile regression", arXiv 1905.03222.
    """
    from sklearn.base import BaseEstimator, RegressorMixin

    regression = package("mapie.regression", "MAPIE")

    class Known(RegressorMixin, BaseEstimator):  # type: ignore[misc]
        """Answers with the quantile of the row whose number it is asked for."""

        def __init__(self, values: np.ndarray) -> None:
            self.values = values
            self.n_features_in_ = 1

        def fit(self, X: np.ndarray, y: np.ndarray) -> "Known":
            """There is nothing to learn."""
            return self

        def predict(self, X: np.ndarray) -> np.ndarray:
            """Return the quantiles."""
            return np.asarray(self.values[X[:, 0].astype(int)])

    both = [np.concatenate([part.quantile(q) for part in (held_out, law)]) for q in _levels(coverage)]
    conformal = regression.ConformalizedQuantileRegressor(
        [Known(values) for values in both], confidence_level=coverage, prefit=True
    )
    rows = np.arange(len(both[0]))[:, None]
    conformal.conformalize(rows[: len(y)], y)
    _, interval = conformal.predict_interval(rows[len(y) :], symmetric_correction=True)
    return np.asarray(interval[:, :, 0], dtype=np.float64)


def _levels(coverage: float) -> tuple[float, float, float]:
    return (1 - coverage) / 2, (1 + coverage) / 2, 0.5


def _as_it_is(law: Distribution) -> Distribution:
    return law


def _own_interval(law: Distribution, coverage: float) -> Intervals:
    return law.interval(coverage)


def _needed(law: Distribution | None) -> Distribution:
    if law is None:
        raise TypeError("Only methods with laws can be calibrated, and this one predicts points alone.")
    return law
