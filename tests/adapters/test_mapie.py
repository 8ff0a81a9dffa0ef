"""MAPIE takes our estimators, and finds our intervals."""

import numpy as np
import pytest

from digitwise.adapters import quantile_estimators
from digitwise.calibration import QuantileDistance
from tests.estimators.estimators import ESTIMATORS

regression = pytest.importorskip("mapie.regression")

rng = np.random.default_rng(0)
N = 1200
X = rng.normal(size=(N, 2))
Y = 100 + 10 * X[:, 0] + rng.standard_t(3, size=N) * np.exp(0.5 * X[:, 1])
TRAIN, HELD_OUT, NEW = slice(0, 300), slice(300, 700), slice(700, N)


@pytest.fixture(scope="module")
def model():
    return ESTIMATORS["mixed"](max_epochs=5).fit(X[TRAIN], Y[TRAIN])


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("coverage", [0.8, 0.9])
def test_quantile_regression_gives_our_intervals(model, coverage: float, symmetric: bool) -> None:
    theirs = regression.ConformalizedQuantileRegressor(
        quantile_estimators(model, coverage), confidence_level=coverage, prefit=True
    ).conformalize(X[HELD_OUT], Y[HELD_OUT])
    point, interval = theirs.predict_interval(X[NEW], symmetric_correction=symmetric)
    interval = interval[:, :, 0]
    score = QuantileDistance(base_coverage=coverage, scaled=False)
    model.conformalize(X[HELD_OUT], Y[HELD_OUT], score=score, separate_tails=not symmetric)
    np.testing.assert_allclose(model.predict_interval(X[NEW], coverage), interval, rtol=1e-9)
    np.testing.assert_allclose(point, model.predict_quantiles(X[NEW], [0.5])[:, 0])
    inside = np.mean((interval[:, 0] <= Y[NEW]) & (Y[NEW] <= interval[:, 1]))
    assert abs(inside - coverage) < 0.06


def test_the_model_itself_is_a_fitted_estimator_of_points(model) -> None:
    theirs = regression.SplitConformalRegressor(model, confidence_level=0.8, prefit=True)
    point, interval = theirs.conformalize(X[HELD_OUT], Y[HELD_OUT]).predict_interval(X[NEW])
    np.testing.assert_array_equal(point, model.predict(X[NEW]))
    inside = np.mean((interval[:, 0, 0] <= Y[NEW]) & (Y[NEW] <= interval[:, 1, 0]))
    assert abs(inside - 0.8) < 0.06


def test_coverages_that_are_none(model) -> None:
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        quantile_estimators(model, 90.0)
