"""Validation rows choose the number of trees, and the points are those of so many."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from digitwise.benchmark.peers import (
    CatBoostCompetitor,
    HistGradientBoostingCompetitor,
    LightGBMCompetitor,
    XGBoostCompetitor,
)
from tests.benchmark.peers.tables import rmse

X, X_NEW = np.random.default_rng(0).normal(size=(2, 100, 3))
Y = X[:, 0] + np.random.default_rng(1).normal(size=100)
Y_NEW = X_NEW[:, 0] + np.random.default_rng(2).normal(size=100)
BOOSTERS: dict[str, Callable[[int], Any]] = {
    kind.__name__: lambda iterations, kind=kind: kind(
        iterations=iterations, early_stopping_rounds=20, settings={"learning_rate": 0.3}
    )
    for kind in (CatBoostCompetitor, HistGradientBoostingCompetitor, LightGBMCompetitor, XGBoostCompetitor)
}


def points(peer: Any, y_new: np.ndarray = Y_NEW) -> np.ndarray:
    peer.fit(X, Y, (X_NEW, y_new))
    return peer.predict(X_NEW)[0]


@pytest.mark.parametrize("name", BOOSTERS)
def test_the_best_number_of_trees_is_kept(name: str) -> None:
    """Other numbers do worse on the validation rows, and so many trees alone give the same points."""
    peer = BOOSTERS[name](200)
    found, best = points(peer), peer.facts()["best_epoch"]
    assert 1 < best < 150
    np.testing.assert_allclose(found, points(BOOSTERS[name](best)), rtol=1e-6, atol=1e-9)
    fewer = points(BOOSTERS[name](best - 1))
    assert rmse(found, Y_NEW) < rmse(fewer, Y_NEW)


@pytest.mark.parametrize("name", BOOSTERS)
def test_a_tree_is_kept_even_if_none_helps(name: str) -> None:
    peer = BOOSTERS[name](200)
    found = points(peer, 10.0 * (Y.mean() - Y_NEW))
    assert peer.facts()["best_epoch"] == 1
    np.testing.assert_allclose(found, points(BOOSTERS[name](1)), rtol=1e-6)
    assert np.std(found) > 0


@pytest.mark.parametrize("name", BOOSTERS)
def test_further_settings_reach_the_package(name: str) -> None:
    kind = type(BOOSTERS[name](1))
    shallow = kind(iterations=5, settings={"learning_rate": 1e-6})
    assert np.ptp(points(shallow)) < 1e-3 < np.ptp(points(BOOSTERS[name](5)))
