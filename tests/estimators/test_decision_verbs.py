"""Verbs that decide are what the laws say, row by row and in passes."""

import numpy as np
import pytest

from digitwise.calibration import best_answer, expected_improvement
from tests.estimators.estimators import ESTIMATORS

rng = np.random.default_rng(0)
X = rng.normal(size=(200, 3))
Y = np.exp(X[:, 0] + 0.5 * rng.normal(size=200))


@pytest.fixture(scope="module", params=["decoding", "mixture_density", "quantile"])
def model(request):
    return ESTIMATORS[request.param](max_epochs=25, learning_rate=1e-2).fit(X, Y)


def overrun(prediction, y):
    """Each unit too few costs five, each too many one."""
    return np.where(prediction < y, 5 * (y - prediction), prediction - y)


@pytest.mark.parametrize("loss", ["squared", "absolute", "pinball(0.9)", "relative", overrun])
def test_predict_answers_under_a_loss(model, loss, monkeypatch) -> None:
    law, rows = model.predict_distribution(X[:30]), X[:30]
    np.testing.assert_allclose(model.predict(rows, loss=loss), best_answer(law, loss), rtol=1e-9)
    together = model.predict(rows, loss=loss)
    monkeypatch.setattr("digitwise.estimators.law_verbs.ROWS_PER_PASS", 7)
    np.testing.assert_allclose(model.predict(rows, loss=loss), together, rtol=1e-9)


def test_costs_decide_what_is_promised(model) -> None:
    np.testing.assert_array_equal(model.predict(X), model.predict_distribution(X).mean())
    np.testing.assert_allclose(model.predict(X, loss="pinball(0.25)"), model.predict_quantiles(X, [0.25])[:, 0])
    careful, plain = model.predict(X, loss=overrun), model.predict(X)
    assert overrun(careful, Y).mean() < overrun(plain, Y).mean()
    assert (careful > plain).mean() > 0.9


def test_optimisation_verbs(model, monkeypatch) -> None:
    law, best = model.predict_distribution(X), Y.max()
    monkeypatch.setattr("digitwise.estimators.law_verbs.ROWS_PER_PASS", 64)
    np.testing.assert_allclose(model.prob_above(X, Y), law.prob_above(Y), atol=1e-9)
    np.testing.assert_allclose(model.prob_above(X, 1.0), law.prob_above(1.0), atol=1e-9)
    np.testing.assert_allclose(model.expected_improvement(X, 2.0), expected_improvement(law, 2.0), atol=1e-9)
    lower = model.expected_improvement(X, Y, minimize=True)
    np.testing.assert_allclose(lower, expected_improvement(law, Y, minimize=True), atol=1e-9)
    np.testing.assert_allclose(model.upper_confidence_bound(X, 0.8), law.quantile(0.8))
    assert np.corrcoef(model.expected_improvement(X, best / 2), X[:, 0])[0, 1] > 0.4


def test_impossible_questions_are_named(model) -> None:
    with pytest.raises(ValueError, match="loss must be 'squared'"):
        model.predict(X, loss="cheap")
    with pytest.raises(ValueError, match="threshold must be one number or one for each of the 200 rows"):
        model.prob_above(X, [1.0, 2.0])
    with pytest.raises(ValueError, match="best must be one number"):
        model.expected_improvement(X, np.nan)
    with pytest.raises(ValueError, match="level must lie"):
        model.upper_confidence_bound(X, 90)
