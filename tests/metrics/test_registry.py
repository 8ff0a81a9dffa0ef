"""Metrics by name."""

import dataclasses

import numpy as np
import pytest

from digitwise import metrics
from digitwise.distributions import Histogram
from digitwise.metrics import METRICS, evaluate, get_metric

Y = np.array([0.2, 1.5, 1.9])
LAW = Histogram([0.0, 1.0, 2.0], [[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]])
POINT = LAW.mean()
WEIGHT = np.array([1.0, 2.0, 0.5])


@pytest.mark.parametrize(
    ("name", "needs_law", "greater_is_better", "expected"),
    [
        ("rmse", False, False, metrics.rmse(Y, POINT, WEIGHT)),
        ("mae", False, False, metrics.mae(Y, POINT, WEIGHT)),
        ("r2", False, True, metrics.r2(Y, POINT, WEIGHT)),
        ("relative_error", False, False, metrics.relative_error(Y, POINT, WEIGHT)),
        ("spearman", False, True, metrics.spearman(Y, POINT, WEIGHT)),
        ("kendall", False, True, metrics.kendall(Y, POINT, WEIGHT)),
        ("crps", True, False, metrics.mean_crps(LAW, Y, WEIGHT)),
        ("nll", True, False, metrics.mean_nll(LAW, Y, WEIGHT)),
        ("coverage_90", True, True, metrics.coverage(LAW, Y, 0.9, WEIGHT)),
        ("width_90", True, False, metrics.mean_width(LAW, 0.9, WEIGHT)),
        ("interval_score_90", True, False, metrics.interval_score(LAW, Y, 0.9, WEIGHT)),
    ],
)
def test_each_name(name: str, needs_law: bool, greater_is_better: bool, expected: float) -> None:
    metric = get_metric(name)
    assert (metric.name, metric.needs_law) == (name, needs_law)
    assert metric.greater_is_better is greater_is_better
    prediction = LAW if needs_law else POINT
    assert metric.function(Y, prediction, sample_weight=WEIGHT) == expected
    assert evaluate(Y, POINT, LAW, [name], WEIGHT) == {name: expected}


def test_evaluate_computes_what_the_arguments_allow() -> None:
    assert list(evaluate(Y, POINT, LAW)) == list(METRICS)
    points = evaluate(Y, POINT)
    assert list(points) == [name for name, metric in METRICS.items() if not metric.needs_law]
    assert all(type(value) is float for value in points.values())
    assert list(evaluate(Y, POINT, LAW, names=("nll", "mae"))) == ["nll", "mae"]


def test_errors_name_the_way_out() -> None:
    with pytest.raises(ValueError, match="rmse, mae"):
        get_metric("accuracy")
    with pytest.raises(ValueError, match=r"crps.*law=model"):
        evaluate(Y, POINT, names=["mae", "crps"])
    with pytest.raises(ValueError, match="same rows"):
        evaluate(Y, POINT[:-1])


def test_a_metric_does_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        METRICS["mae"].needs_law = True
