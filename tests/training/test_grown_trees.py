"""The guard of what is read from scikit-learn's private attributes: another release that moves them fails here."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from digitwise.nn.boosted_trees import BoostedTrees
from digitwise.nn.trees import Trees
from digitwise.training.grown_trees import float32_below, grown_trees

RNG = np.random.default_rng(0)
X = np.column_stack([RNG.standard_normal((400, 3)), RNG.integers(0, 4, 400)]).astype(np.float32)
Y = np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 3]
SETTINGS = {"max_iter": 150, "max_leaf_nodes": 15, "min_samples_leaf": 3, "categorical_features": None}


def summed(trees: Trees, x: np.ndarray) -> np.ndarray:
    booster = BoostedTrees()
    booster.give(trees)
    return booster(torch.from_numpy(x)).numpy()


def test_sums_equal_the_regressor() -> None:
    fitted = HistGradientBoostingRegressor(**SETTINGS, early_stopping=False).fit(X, Y)
    trees = grown_trees(fitted)
    assert len(trees) == 150
    np.testing.assert_allclose(summed(trees, X), fitted.predict(X), rtol=0, atol=1e-5)


def test_sums_equal_the_decision_function_of_the_classifier() -> None:
    fitted = HistGradientBoostingClassifier(**SETTINGS, early_stopping=False).fit(X, Y > 0)
    np.testing.assert_allclose(summed(grown_trees(fitted), X), fitted.decision_function(X), rtol=0, atol=1e-4)


def test_the_first_trees_equal_the_stages() -> None:
    fitted = HistGradientBoostingRegressor(**SETTINGS, early_stopping=False).fit(X, Y)
    for n_trees, stage in zip((1, 2, 3), fitted.staged_predict(X), strict=False):
        np.testing.assert_allclose(summed(grown_trees(fitted, n_trees), X), stage, rtol=0, atol=1e-5)
    np.testing.assert_allclose(summed(grown_trees(fitted, 0), X), Y.mean(), rtol=1e-5)


def test_validation_scores_start_before_the_first_tree() -> None:
    """The trees that validate best are as many as the place of the best score."""
    settings = {**SETTINGS, "max_iter": 40, "learning_rate": 0.3}
    fitted = HistGradientBoostingRegressor(**settings, early_stopping=True, n_iter_no_change=5)
    fitted.fit(X[:200], Y[:200], X_val=X[200:], y_val=Y[200:])
    scores = fitted.validation_score_
    assert len(scores) == fitted.n_iter_ + 1
    best = int(np.argmax(scores))
    errors = [np.mean((summed(grown_trees(fitted, n), X[200:]) - Y[200:]) ** 2) for n in range(len(scores))]
    assert int(np.argmin(errors)) == best
    np.testing.assert_allclose(-2 * scores, errors, rtol=1e-3)  # scikit-learn's loss is half the square


def test_thresholds_compare_as_in_float64() -> None:
    """Between two float32 numbers, a threshold of more digits sends each to its side."""
    low = np.float32(1.0)
    high = np.nextafter(low, np.float32(2))
    for threshold in ((float(low) + float(high)) / 2, float(low), float(high) - 1e-12):
        assert float(low) <= float(float32_below(threshold)) < float(high)
    assert float32_below(-0.1) <= -0.1


def test_other_models_are_refused() -> None:
    with pytest.raises(ValueError, match="must have its trees in _predictors"):
        grown_trees(SimpleNamespace())
    three = HistGradientBoostingClassifier(max_iter=2).fit(X, np.digitize(Y, [-1, 1]))
    with pytest.raises(ValueError, match="one output"):
        grown_trees(three)
    with pytest.raises(ValueError, match="at most 15 leaves"):
        grown_trees(HistGradientBoostingRegressor(max_leaf_nodes=31, min_samples_leaf=2).fit(X, Y))
