"""Figures by name, against the metrics they are made of."""

import numpy as np
import pytest

from digitwise import HistogramRegressor
from digitwise.estimators.figures import figures, greater_is_better
from digitwise.metrics import METRICS, mean_crps, mean_width, pinball_loss, rmse

rng = np.random.default_rng(0)
X = rng.normal(size=(120, 2))
Y = X[:, 0] + rng.normal(scale=0.3, size=120)


def test_figures_are_the_metrics_and_weights_count_rows() -> None:
    model = HistogramRegressor(preset="plain", max_epochs=2, point_estimate="median", random_state=0).fit(X, Y)
    weight = rng.integers(0, 3, size=120)
    names = ["std", "rmse", "width(0.8)", "crps", "pinball(0.9)"]
    found = figures(model, X, Y, names, weight)
    law = model.predict_distribution(X)
    expected = {
        "std": np.average(np.sqrt(law.variance()), weights=weight),
        "rmse": rmse(Y, law.median(), weight),
        "width(0.8)": mean_width(law, 0.8, weight),
        "crps": mean_crps(law, Y, weight),
        "pinball(0.9)": pinball_loss(law, Y, 0.9, weight),
    }
    assert list(found) == names
    assert found == pytest.approx(expected)
    rows = np.repeat(np.arange(120), weight)
    assert figures(model, X[rows], Y[rows], names) == pytest.approx(expected)


def test_widths_are_those_of_conformal_intervals() -> None:
    model = HistogramRegressor(preset="plain", max_epochs=2, random_state=0).fit(X[:60], Y[:60])
    before = figures(model, X, Y, ["width(0.8)"])
    after = figures(model.conformalize(X[60:], Y[60:]), X, Y, ["width(0.8)"])
    assert before != after
    assert after["width(0.8)"] == pytest.approx(np.diff(model.predict_interval(X, 0.8)).mean())


def test_which_way_is_better() -> None:
    assert [name for name in (*METRICS, "pinball(0.5)", "width", "std") if greater_is_better(name)] == [
        name for name, metric in METRICS.items() if metric.greater_is_better
    ]
    for name in ("mean", "width(2)", "pinball"):
        with pytest.raises(ValueError, match=r"A figure must be one of|a share from 0 to 1"):
            greater_is_better(name)
