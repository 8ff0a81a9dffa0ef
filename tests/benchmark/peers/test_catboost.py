"""CatBoost's laws are in data units, whatever these are."""

import numpy as np
import pytest

from digitwise.benchmark.peers import CatBoostCompetitor
from digitwise.distributions import GaussianMixture, Histogram
from tests.benchmark.peers.tables import TEST, TRAIN, VALIDATION

SETTINGS = {"learning_rate": 0.1, "depth": 3}


@pytest.mark.parametrize(
    ("law", "kind", "unit"),
    [("normal", GaussianMixture, 1e6), ("quantiles", Histogram, 1e6), ("quantiles", Histogram, 1e-6)],
)
def test_laws_follow_the_units(law: str, kind: type, unit: float) -> None:
    def interval(shift: float, unit: float) -> np.ndarray:
        peer = CatBoostCompetitor(law=law, iterations=60, settings=SETTINGS)
        peer.fit(TRAIN[0], shift + unit * TRAIN[1], (VALIDATION[0], shift + unit * VALIDATION[1]))
        found = peer.predict(TEST[0])[1]
        assert isinstance(found, kind)
        return found.interval(0.8)

    np.testing.assert_allclose(interval(-3 * unit, unit) / unit + 3, interval(0.0, 1.0), atol=6.0)


def test_a_normal_law_knows_where_targets_are_noisy() -> None:
    rng = np.random.default_rng(0)
    X = rng.integers(2, size=(400, 1)).astype(float)
    y = rng.normal(size=400) * np.where(X[:, 0] == 1, 10.0, 1.0)
    peer = CatBoostCompetitor(law="normal", iterations=100, settings=SETTINGS)
    peer.fit(X[:300], y[:300], (X[300:], y[300:]))
    _, law = peer.predict(np.array([[0.0], [1.0]]))
    calm, noisy = np.sqrt(law.variance())
    assert 0.5 < calm < 2.5 and 7 < noisy < 13
