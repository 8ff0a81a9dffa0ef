"""Figures of several models side by side."""

import numpy as np

from digitwise.adapters import metric_frame
from digitwise.metrics import METRICS, evaluate
from tests.estimators.estimators import ESTIMATORS

rng = np.random.default_rng(0)
X = rng.normal(size=(120, 2))
Y = X[:, 0] + rng.normal(scale=0.3, size=120)


def test_a_row_for_each_model_and_a_column_for_each_metric() -> None:
    models = {name: ESTIMATORS[name](max_epochs=2).fit(X, Y) for name in ("decoding", "histogram")}
    frame = metric_frame(models, X, Y)
    assert frame.index.tolist() == ["decoding", "histogram"]
    assert frame.columns.tolist() == list(METRICS)
    for name, model in models.items():
        assert frame.loc[name].to_dict() == evaluate(Y, model.predict(X), model.predict_distribution(X))
    assert metric_frame(models, X, Y, ["width(0.5)", "pinball(0.9)"]).columns.tolist() == ["width(0.5)", "pinball(0.9)"]
