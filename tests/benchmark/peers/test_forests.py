"""Forests: missing cells count as smaller than any number; laws are those of the training targets in the leaves."""

import numpy as np
import pytest

from digitwise.benchmark.peers import RandomForestCompetitor


def stump(**settings: object) -> dict[str, object]:
    return {"n_estimators": 20, "bootstrap": False, **settings}


@pytest.mark.parametrize("quantiles", [False, True])
def test_missing_cells_are_as_good_as_any_small_number(quantiles: bool) -> None:
    x = np.r_[np.full(30, np.nan), np.linspace(-5, 5, 60)]
    y = np.where(np.isnan(x), 100.0, np.where(x > 0, 1.0, -1.0))
    peer = RandomForestCompetitor(quantiles=quantiles, settings=stump())
    peer.fit(x[:, None], y, (x[:, None], y))
    point, law = peer.predict(np.array([[np.nan], [-4.0], [4.0]]))
    np.testing.assert_allclose(point, [100.0, -1.0, 1.0])
    if quantiles:
        np.testing.assert_allclose(law.median(), [100.0, -1.0, 1.0], atol=1e-5)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("quantiles", [False, True])
def test_a_column_may_be_missing_altogether_or_only_at_prediction(quantiles: bool) -> None:
    x = np.linspace(-5, 5, 60)
    X, y = np.column_stack([x, np.full(60, np.nan)]), np.sign(x)
    peer = RandomForestCompetitor(quantiles=quantiles, settings=stump())
    peer.fit(X, y, (X, y))
    point, _ = peer.predict(np.array([[4.0, np.nan], [4.0, 3.0], [np.nan, np.nan]]))
    np.testing.assert_allclose(point, [1.0, 1.0, -1.0])


def test_the_law_is_that_of_the_targets_in_the_leaf() -> None:
    rng = np.random.default_rng(0)
    x = np.repeat([0.0, 1.0], 400)
    y = np.where(x == 1, 50 + rng.exponential(size=800), -rng.exponential(size=800))
    peer = RandomForestCompetitor(quantiles=True, settings=stump(max_depth=1, max_samples_leaf=None))
    peer.fit(x[:, None], y, (x[:, None], y))
    point, law = peer.predict(np.array([[0.0], [1.0]]))
    for row, inside in enumerate((y[:400], y[400:])):
        assert point[row] == pytest.approx(inside.mean())
        levels = np.array([0.1, 0.5, 0.9])
        np.testing.assert_allclose(law[row].quantile(levels)[0], np.quantile(inside, levels), atol=0.05)
        assert law.mean()[row] == pytest.approx(inside.mean(), abs=0.2)
