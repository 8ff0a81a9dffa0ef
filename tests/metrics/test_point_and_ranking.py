"""Point metrics equal scikit-learn's and SciPy's, and a weight of two is the row given twice."""

import numpy as np
import pytest
from scipy.stats import kendalltau, spearmanr
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from digitwise.metrics import kendall, mae, r2, relative_error, rmse, spearman

RNG = np.random.default_rng(0)
Y = np.round(RNG.normal(size=40), 1)
PREDICTION = np.round(Y + RNG.normal(size=40), 1)  # rounded: with ties
WEIGHT = RNG.integers(0, 4, size=40).astype(float)
EVERY = [rmse, mae, r2, relative_error, spearman, kendall]


@pytest.mark.parametrize(
    ("metric", "reference"),
    [
        (rmse, root_mean_squared_error),
        (mae, mean_absolute_error),
        (r2, r2_score),
        (relative_error, lambda y, p: np.median(np.abs(p - y) / np.abs(y))),
        (spearman, lambda y, p: spearmanr(y, p).statistic),
        (kendall, lambda y, p: kendalltau(y, p).statistic),
    ],
    ids=lambda function: getattr(function, "__name__", None),
)
def test_equals_its_reference(metric: object, reference: object) -> None:
    y = np.where(Y == 0.0, 0.1, Y)
    assert metric(y, PREDICTION) == pytest.approx(reference(y, PREDICTION), rel=1e-12)


@pytest.mark.parametrize("metric", EVERY)
def test_weights_count_rows(metric: object) -> None:
    repeated = np.repeat(np.arange(40), WEIGHT.astype(int))
    weighted = metric(Y, PREDICTION, sample_weight=WEIGHT)
    assert weighted == pytest.approx(metric(Y[repeated], PREDICTION[repeated]), rel=1e-12)
    assert metric(Y, PREDICTION, np.ones(40)) == pytest.approx(metric(Y, PREDICTION), rel=1e-12)
    assert metric(Y, PREDICTION, 7.3 * WEIGHT) == pytest.approx(weighted, rel=1e-12)


@pytest.mark.parametrize("metric", [spearman, kendall])
def test_ranks_see_only_the_order(metric: object) -> None:
    assert metric(np.exp(Y), PREDICTION**3) == pytest.approx(metric(Y, PREDICTION), rel=1e-12)
    assert metric(Y, Y) == pytest.approx(1.0) and metric(Y, -Y) == pytest.approx(-1.0)


@pytest.mark.parametrize("metric", [spearman, kendall])
@pytest.mark.parametrize("weight", [None, np.ones(3)])
def test_ranking_a_constant_is_not_defined(metric: object, weight: object) -> None:
    assert np.isnan(metric(np.arange(3.0), np.zeros(3), weight))
    assert np.isnan(metric(np.zeros(3), np.arange(3.0), weight))


def test_r2_of_a_constant_is_not_defined() -> None:
    assert np.isnan(r2(np.full(3, 0.1), np.arange(3.0)))


def test_relative_error_where_the_truth_is_zero() -> None:
    assert relative_error([0.0, 1.0, 1.0], [0.0, 1.5, 2.0]) == 0.5
    assert relative_error([0.0, 0.0, 1.0], [1.0, 1.0, 1.0]) == np.inf


@pytest.mark.parametrize("metric", EVERY)
@pytest.mark.parametrize(
    ("y", "prediction", "weight", "message"),
    [
        ([1.0, 2.0], [1.0], None, "same rows"),
        ([1.0, np.nan], [1.0, 2.0], None, "y must be finite"),
        ([1.0, 2.0], [1.0, np.inf], None, "prediction must be finite"),
        ([[1.0], [2.0]], [1.0, 2.0], None, r"y must be \(row,\)"),
        ([], [], None, "at least 1 row"),
        ([1.0, 2.0], [1.0, 2.0], [1.0], "one weight per row"),
        ([1.0, 2.0], [1.0, 2.0], [1.0, -1.0], "at least 0"),
        ([1.0, 2.0], [1.0, 2.0], [0.0, 0.0], "above 0"),
    ],
)
def test_wrong_arguments_are_errors(
    metric: object, y: object, prediction: object, weight: object, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        metric(y, prediction, weight)
