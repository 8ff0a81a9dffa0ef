"""Every peer takes the same tables and gives points, and laws where it has them."""

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest

from digitwise.benchmark.peers import (
    PEERS,
    CatBoostCompetitor,
    ConstantCompetitor,
    HistGradientBoostingCompetitor,
    LightGBMCompetitor,
    RandomForestCompetitor,
    XGBoostCompetitor,
)
from tests.benchmark.peers.tables import TEST, TRAIN, VALIDATION, rmse

FASTER = {"learning_rate": 0.1}
POINTS: dict[str, Callable[[int], Any]] = {
    "catboost": lambda seed: CatBoostCompetitor(seed=seed, iterations=150, settings=FASTER),
    "lightgbm": lambda seed: LightGBMCompetitor(seed=seed, iterations=100, settings=FASTER),
    "xgboost": lambda seed: XGBoostCompetitor(seed=seed, iterations=60, settings=FASTER),
    "hist_gradient_boosting": lambda seed: HistGradientBoostingCompetitor(seed=seed, iterations=60, settings=FASTER),
    "forest": lambda seed: RandomForestCompetitor(seed=seed, settings={"n_estimators": 30}),
}
LAWS: dict[str, Callable[[int], Any]] = {
    "catboost_normal": lambda seed: CatBoostCompetitor(seed=seed, law="normal", iterations=150, settings=FASTER),
    "catboost_quantiles": lambda seed: CatBoostCompetitor(seed=seed, law="quantiles", iterations=80, settings=FASTER),
    "quantile_forest": lambda seed: RandomForestCompetitor(
        seed=seed, quantiles=True, settings={"n_estimators": 30, "min_samples_leaf": 6}
    ),
}
ALL = POINTS | LAWS
RANDOM = ("catboost", "forest", "catboost_normal", "catboost_quantiles", "quantile_forest")
"""Those that draw rows or columns at random with these settings."""


@cache
def fitted(name: str, seed: int = 0) -> Any:
    peer = ALL[name](seed)
    peer.fit(*TRAIN, VALIDATION)
    return peer


@pytest.fixture(scope="module", params=ALL)
def predicted(request: pytest.FixtureRequest) -> tuple[str, Any]:
    return request.param, fitted(request.param).predict(TEST[0])


def test_points_are_finite_and_far_better_than_the_constant(predicted: tuple[str, Any]) -> None:
    _, (point, _) = predicted
    assert point.shape == (200,) and point.dtype == np.float64
    assert np.isfinite(point).all()
    assert rmse(point, TEST[1]) < 0.6 * rmse(np.full(200, TRAIN[1].mean()), TEST[1])


def test_only_some_have_laws(predicted: tuple[str, Any]) -> None:
    name, (_, law) = predicted
    assert (law is None) == (name in POINTS)


@pytest.mark.parametrize("name", LAWS)
def test_laws_are_in_order_hold_most_targets_and_have_the_point_as_their_mean(name: str) -> None:
    y = TEST[1]
    point, law = fitted(name).predict(TEST[0])
    assert len(law) == len(y)
    quantiles = law.quantile(np.array([0.05, 0.25, 0.5, 0.75, 0.95]))
    assert (np.diff(quantiles, axis=1) > 0).all()
    np.testing.assert_allclose(law.median(), quantiles[:, 2])
    assert rmse(law.median(), y) < 0.6 * np.std(y)
    low, high = law.interval(0.9).T
    assert 0.5 < np.mean((low <= y) & (y <= high)) <= 1
    assert (high - low).mean() < 60, "the constant's interval is 80 wide"
    assert rmse(law.mean(), point) < 1


@pytest.mark.parametrize("name", ALL)
def test_the_seed_decides(name: str) -> None:
    once, other = (fitted(name, seed).predict(TEST[0])[0] for seed in (0, 1))
    again = fitted.__wrapped__(name).predict(TEST[0])[0]
    np.testing.assert_array_equal(once, again)
    assert np.array_equal(once, other) == (name not in RANDOM)


@pytest.mark.parametrize("name", ALL)
def test_a_row_s_prediction_does_not_depend_on_the_rows_beside_it(name: str) -> None:
    peer = fitted(name)
    together, _ = peer.predict(TEST[0])
    np.testing.assert_allclose(peer.predict(TEST[0].iloc[[7]])[0], together[[7]], rtol=1e-12)


@pytest.mark.parametrize("name", ALL)
def test_arrays_with_missing_cells_are_tables_too(name: str) -> None:
    def as_array(table: tuple[Any, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        X, y = table
        return np.column_stack([X["x"], X["letter"] == "b"]), y

    train, validation, (X, y) = map(as_array, (TRAIN, VALIDATION, TEST))
    peer = ALL[name](0)
    peer.fit(*train, validation)
    assert rmse(peer.predict(X)[0], y) < 0.6 * np.std(y)


@pytest.mark.parametrize("name", [name for name in ALL if "forest" not in name])
def test_facts_are_numbers_of_trees(name: str) -> None:
    facts = fitted(name).facts()
    assert 1 <= facts["best_epoch"] <= facts.get("epochs", 150) <= 150


def test_the_constant_is_the_training_targets() -> None:
    peer = ConstantCompetitor()
    peer.fit(*TRAIN, VALIDATION)
    point, law = peer.predict(TEST[0])
    np.testing.assert_array_equal(point, np.full(200, TRAIN[1].mean()))
    np.testing.assert_allclose(law.cdf(110.0), np.mean(TRAIN[1] <= 110.0))


def test_the_constant_s_law_of_many_rows_is_thinned() -> None:
    y = np.random.default_rng(0).exponential(size=20_000)
    peer = ConstantCompetitor()
    peer.fit(None, y, (None, y))
    _, law = peer.predict(np.zeros((1, 1)))
    assert law.values.size == 1000
    levels = np.array([0.1, 0.3, 0.9, 0.99])
    np.testing.assert_allclose(law.quantile(levels)[0], np.quantile(y, levels), rtol=0.02)


def test_every_peer_starts_with_its_defaults() -> None:
    for name, make in PEERS.items():
        if name != "pytabkit":  # which takes seconds to load
            assert {"seed", "threads"} <= set(vars(make())), name
