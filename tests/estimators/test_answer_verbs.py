"""Answers by name: equal to the verbs, as functions that explainers take, and as frames."""

import pickle
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.inspection import partial_dependence

from digitwise import DecodingRegressor, HistogramRegressor, TextDecodingRegressor
from tests.estimators.estimators import ESTIMATORS

rng = np.random.default_rng(0)
N = 160
X = rng.normal(size=(N, 3))
Y = 10 + 3 * X[:, 0] * X[:, 1] + rng.normal(scale=0.3, size=N)
MIXED = pd.DataFrame(
    {
        "size": X[:, 0],
        "kind": np.where(X[:, 1] > 0, "a", "b"),
        "sold": X[:, 2] > 0,
        "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(N), unit="D"),
    },
    index=[f"row {number}" for number in range(N)],
)
MIXED.loc["row 3", "size"] = np.nan


@pytest.fixture(scope="module")
def model():
    return ESTIMATORS["mixed"](max_epochs=3).fit(X, Y)


@pytest.fixture(scope="module")
def named():
    return ESTIMATORS["decoding"](max_epochs=3).fit(MIXED, Y)


def verbs(model, X):
    law, interval = model.predict_distribution(X), model.predict_interval(X, 0.8)
    parts, digits = model.predict_uncertainty(X), model.predict_digit_entropy(X)
    return {
        "point": model.predict(X),
        "mean": law.mean(),
        "median": law.median(),
        "mode": law.mode(),
        "variance": model.predict_variance(X),
        "std": np.sqrt(law.variance()),
        "quantile(0.3)": model.predict_quantiles(X, [0.3])[:, 0],
        "prob_above(10)": model.prob_above(X, 10.0),
        "expected_improvement(10)": model.expected_improvement(X, 10.0),
        "low(0.8)": interval[:, 0],
        "high(0.8)": interval[:, 1],
        "width(0.8)": np.diff(interval, axis=1)[:, 0],
        "data_variance": parts["data"],
        "model_variance": parts["model"],
        "digit_entropy(2)": digits[:, 1],
    }


@pytest.mark.parametrize("is_conformal", [False, True])
def test_answers_are_those_of_the_verbs(model, is_conformal: bool) -> None:
    model = pickle.loads(pickle.dumps(model))
    if is_conformal:
        model.conformalize(X[100:], Y[100:])
    expected = verbs(model, X)
    frame = model.predict_frame(X, list(expected))
    assert list(frame) == list(expected)
    for question, answer in expected.items():
        np.testing.assert_allclose(frame[question], answer, rtol=1e-12, err_msg=question)
        np.testing.assert_allclose(model.prediction_function(question)(X), answer, rtol=1e-12, err_msg=question)


def test_the_point_estimate_is_the_model_s() -> None:
    model = HistogramRegressor(preset="plain", max_epochs=2, point_estimate="median", random_state=0).fit(X, Y)
    np.testing.assert_array_equal(model.prediction_function("point")(X), model.predict(X))
    assert not np.allclose(model.prediction_function("mean")(X), model.predict(X))


def test_functions_keep_to_what_explainers_expect(named) -> None:
    above = named.prediction_function("prob_above(10)")
    expected = named.prob_above(MIXED, 10.0)
    found = above(MIXED)
    assert found.shape == (N,) and found.dtype == np.float64
    np.testing.assert_array_equal(found, expected)
    np.testing.assert_array_equal(above(MIXED.to_numpy(dtype=object)), expected)  # names and kinds come back
    np.testing.assert_array_equal(above(pl.DataFrame(MIXED.to_dict("list"))), expected)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(above))(MIXED), expected)
    by_parts = np.concatenate([above(MIXED.iloc[:7]), above(MIXED.iloc[7:])])
    np.testing.assert_allclose(by_parts, expected, rtol=1e-12)


def test_texts_come_as_lists_or_arrays() -> None:
    model = TextDecodingRegressor(preset="plain", max_epochs=1, random_state=0)
    texts = [f"do {n} times" for n in range(60)]
    model.fit(texts, range(60))
    mean = model.prediction_function("mean")
    for form in (np.array(texts), np.array(texts, dtype=object)[:, None], pd.Series(texts)):
        np.testing.assert_allclose(mean(form), model.predict(texts))


def shapley_values(function, row, background):
    """Exact values: the mean over the background of the function with some columns of the row in place."""
    n = len(row)

    def value(inside):
        mixed = background.copy()
        mixed[:, list(inside)] = row[list(inside)]
        return function(mixed).mean()

    return np.array(
        [
            sum(
                factorial(size) * factorial(n - size - 1) / factorial(n) * (value((*s, column)) - value(s))
                for size in range(n)
                for s in combinations([other for other in range(n) if other != column], size)
            )
            for column in range(n)
        ]
    )


@pytest.mark.parametrize("question", ["mean", "width(0.8)", "quantile(0.9)"])
def test_shapley_values_add_up_to_the_answer(model, question: str) -> None:
    function, background = model.prediction_function(question), X[:20]
    values = shapley_values(function, X[50], background)
    assert values.sum() == pytest.approx(function(X[50:51])[0] - function(background).mean())
    assert np.abs(values).max() > 0


def test_a_function_is_a_fitted_regressor(model) -> None:
    width = model.prediction_function("width")
    curve = partial_dependence(width, X, [0], kind="average", grid_resolution=4, method="brute")
    first = curve["grid_values"][0][0]
    moved = np.column_stack([np.full(N, first), X[:, 1:]])
    assert curve["average"][0, 0] == pytest.approx(width(moved).mean())
    assert width.n_features_in_ == 3
    assert clone(width) is width
    with pytest.raises(ValueError, match="use prefit=True"):
        width.fit(X, Y)


@pytest.mark.parametrize("ask", ["quantiles", "interval"])
def test_functions_are_refused_at_once(model, ask: str) -> None:
    with pytest.raises(ValueError, match="one such as point, mean"):
        model.prediction_function(ask)
    with pytest.raises(NotFittedError):
        DecodingRegressor().prediction_function("mean")


def test_frames_have_the_rows_of_the_features(model, named) -> None:
    frame = named.predict_frame(MIXED)
    assert list(frame) == ["mean", "std", "low(0.9)", "median", "high(0.9)"]
    assert frame.index.equals(MIXED.index)
    assert model.predict_frame(X[:3], "mean").index.tolist() == [0, 1, 2]
    assert list(named.predict_frame(MIXED, "digit_entropy")) == [f"digit_entropy({k})" for k in range(1, 7)]


def test_frames_of_groups(model) -> None:
    groups = np.where(X[:, 2] > 0, "x", "y")
    model = pickle.loads(pickle.dumps(model)).conformalize(X, Y, groups=groups)
    frame = model.predict_frame(X, "interval(0.8)", groups=groups)
    np.testing.assert_array_equal(frame.to_numpy(), model.predict_interval(X, 0.8, groups=groups))
    with pytest.raises(ValueError, match="none is asked for"):
        model.predict_frame(X, "mean", groups=groups)
    with pytest.raises(ValueError, match="needs groups"):
        model.prediction_function("width")(X)


def test_what_a_model_cannot_answer(model) -> None:
    bins = HistogramRegressor(preset="plain", max_epochs=1, random_state=0).fit(X, Y)
    for question in ("uncertainty", "digit_entropy"):
        with pytest.raises(ValueError, match="HistogramRegressor has no predict_"):
            bins.predict_frame(X, question)
    with pytest.raises(ValueError, match=r"have 6 digits, but got digit_entropy\(7\)"):
        model.prediction_function("digit_entropy(7)")(X)


@pytest.mark.parametrize(("is_conformal", "n_passes"), [(False, 1), (True, 2)])
def test_laws_are_made_once_for_all_questions_that_read_them(
    model, is_conformal: bool, n_passes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = pickle.loads(pickle.dumps(model))
    if is_conformal:
        model.conformalize(X[100:], Y[100:])
    passes = []
    predicted = model._predicted
    monkeypatch.setattr(model, "_predicted", lambda rows: passes.append(len(rows.weight)) or predicted(rows))
    model.predict_frame(X[:40], ["mean", "quantile(0.3)", "interval(0.5)", "width(0.8)", "interval(0.9)"])
    assert passes == [40] * n_passes
