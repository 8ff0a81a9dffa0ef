"""What columns are worth: the definition by hand, every kind of column, and what is asked in vain."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.exceptions import NotFittedError

from digitwise import HistogramRegressor, TextDecodingRegressor
from digitwise.explain import permutation_importance
from digitwise.metrics import mean_crps
from tests.estimators.estimators import ESTIMATORS

rng = np.random.default_rng(0)
N = 300
X = rng.normal(size=(N, 3))
Y = 3 * X[:, 0] + np.exp(0.8 * X[:, 1]) * rng.normal(scale=0.5, size=N)  # one column moves it, one makes it noisy
FRAME = pd.DataFrame({"number": X[:, 0], "kind": np.where(X[:, 1] > 0, "a", "b"), "idle": X[:, 2]})
LEVEL = 2 * X[:, 0] + 3 * (FRAME["kind"] == "a")


@pytest.fixture(scope="module")
def model():
    return ESTIMATORS["decoding"](max_epochs=25, learning_rate=1e-2).fit(X, Y)


def test_it_is_the_mean_loss_over_shuffles(model) -> None:
    found = permutation_importance(model, X, Y, metrics="crps", n_repeats=40, random_state=0).set_index("column")
    by_hand = []
    for _ in range(40):
        shuffled = np.column_stack([rng.permutation(X[:, 0]), X[:, 1:]])
        by_hand.append(mean_crps(model.predict_distribution(shuffled), Y))
    whole = mean_crps(model.predict_distribution(X), Y)
    error = np.hypot(found.loc["x0", "standard_error"], np.std(by_hand) / np.sqrt(40))
    assert abs(found.loc["x0", "importance"] - (np.mean(by_hand) - whole)) < 4 * error
    assert found["score"].unique().tolist() == [pytest.approx(whole)]
    assert found.loc["x0", "standard_error"] == pytest.approx(np.std(by_hand) / np.sqrt(40), rel=0.5)


def test_each_metric_asks_for_its_own_columns(model) -> None:
    names = ["rmse", "crps", "nll", "r2", "pinball(0.9)", "width(0.8)"]
    found = permutation_importance(model, X, Y, metrics=names, random_state=0)
    assert list(found) == ["metric", "column", "importance", "standard_error", "score"]
    assert list(dict.fromkeys(found["metric"])) == names
    worth = found.pivot(index="metric", columns="column", values="importance")
    assert (found.groupby("metric", sort=False)["importance"].diff().dropna() <= 0).all()
    assert (worth.loc[["rmse", "crps", "nll", "r2", "pinball(0.9)"], "x0"] > 0).all()  # greater is better in one
    assert worth.loc["nll", "x1"] > 10 * abs(worth.loc["nll", "x2"])
    assert abs(worth.loc["width(0.8)"]).max() < 0.5 * worth.loc["rmse", "x0"]


def test_numbers_and_categories_of_frames() -> None:
    model = ESTIMATORS["decoding"](max_epochs=30, learning_rate=1e-2).fit(FRAME, LEVEL)
    found = permutation_importance(model, FRAME, LEVEL, metrics="rmse", random_state=0)
    assert found["column"].tolist()[2] == "idle"
    assert (found["importance"][:2] > 10 * abs(found["importance"][2])).all()
    again = permutation_importance(model, pl.DataFrame(FRAME.to_dict("list")), LEVEL, metrics="rmse", random_state=0)
    pd.testing.assert_frame_equal(again, found)
    before = FRAME.copy()
    permutation_importance(model, FRAME, LEVEL, max_samples=50, n_repeats=2, random_state=0)
    pd.testing.assert_frame_equal(FRAME, before)


def test_columns_of_text() -> None:
    numbers = rng.integers(1, 60, size=N)
    texts = [f"repeat {'very ' * int(n > 30)}slowly" for n in numbers]
    frame = pd.DataFrame({"text": texts, "idle": X[:, 2]})
    y = (numbers > 30) + 0.01 * X[:, 1]
    model = TextDecodingRegressor(preset="plain", max_epochs=10, text=["text"], random_state=0).fit(frame, y)
    found = permutation_importance(model, frame, y, n_repeats=2, random_state=0).set_index(["metric", "column"])
    assert found.loc[("rmse", "text"), "importance"] > 10 * abs(found.loc[("rmse", "idle"), "importance"])
    alone = TextDecodingRegressor(preset="plain", max_epochs=5, random_state=0).fit(texts, y)
    assert permutation_importance(alone, texts, y, random_state=0)["importance"].min() > 0


def test_rows_of_weight_zero_are_not_scored(model) -> None:
    weight = np.r_[np.ones(200), np.zeros(100)]
    y = np.where(weight > 0, Y, 1e6)
    assert permutation_importance(model, X, y, sample_weight=weight, random_state=0)["score"].max() < 5


def test_errors(model) -> None:
    with pytest.raises(ValueError, match="A figure must be one of"):
        permutation_importance(model, X, Y, metrics="accuracy")
    with pytest.raises(ValueError, match="n_repeats must be at least 2"):
        permutation_importance(model, X, Y, n_repeats=1)
    with pytest.raises(NotFittedError):
        permutation_importance(HistogramRegressor(), X, Y)
