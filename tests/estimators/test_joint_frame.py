"""Answers about several targets side by side."""

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError

from digitwise import JointDecodingRegressor

pandas = pytest.importorskip("pandas")


def test_a_column_for_each_target_and_question_with_the_rows_own_index() -> None:
    X = pandas.DataFrame({"x": np.linspace(0, 1, 80)}, index=[f"row {k}" for k in range(80)])
    y = pandas.DataFrame({"a": X["x"].to_numpy() * 3, "b": np.sin(6 * X["x"].to_numpy())})
    model = JointDecodingRegressor(max_epochs=3, random_state=0).fit(X, y)
    frame = model.predict_frame(X[:7], ["point", "interval(0.8)", "prob_above(1)"])
    assert list(frame.index) == list(X.index[:7])
    assert list(frame)[:4] == ["a: point", "a: low(0.8)", "a: high(0.8)", "a: prob_above(1)"]
    law = model.predict_distribution(X[:7])
    np.testing.assert_allclose(frame["b: point"], model.predict(X[:7])[:, 1])
    np.testing.assert_allclose(frame[["b: low(0.8)", "b: high(0.8)"]], law.marginal("b").interval(0.8))
    np.testing.assert_allclose(frame["a: prob_above(1)"], law.marginal("a").prob_above(1.0))
    with pytest.raises(ValueError, match="'model_variance': that takes a model of one target"):
        model.predict_frame(X[:7], "model_variance")


def test_there_is_no_frame_without_a_model() -> None:
    with pytest.raises(NotFittedError):
        JointDecodingRegressor().predict_frame(np.zeros((3, 1)))
