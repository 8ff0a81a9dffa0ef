"""Tests of drift: how often they cry wolf, and what they find."""

import numpy as np
import pytest

from digitwise.calibration import drift_tests, has_drifted
from digitwise.distributions import Atoms, GaussianMixture


def normal(mean: np.ndarray, std: float) -> GaussianMixture:
    return GaussianMixture(np.ones((len(mean), 1)), mean[:, None], np.full((len(mean), 1), std))


def rows(n: int, seed: int, shift: float = 0.0, spread: float = 1.0) -> tuple[GaussianMixture, np.ndarray]:
    random = np.random.default_rng(seed)
    mean = random.normal(size=n)
    return normal(mean, 1.0), mean + shift + spread * random.normal(size=n)


def test_sound_laws_are_rarely_called_wrong() -> None:
    found = sum(has_drifted(drift_tests(*rows(200, seed), outside=np.zeros(200))) for seed in range(300))
    assert found <= 9  # at most 3 expected: 9 or more happen with probability below 0.004


@pytest.mark.parametrize("change", [{"shift": 0.5}, {"spread": 1.6}, {"spread": 0.5}])
def test_changes_are_found(change) -> None:
    assert has_drifted(drift_tests(*rows(300, 0, **change)))


def test_earlier_rows_are_what_is_compared_with() -> None:
    before = rows(500, 1, spread=0.5)
    assert has_drifted(drift_tests(*before))
    assert not has_drifted(drift_tests(*rows(500, 2, spread=0.5), reference=before))
    assert has_drifted(drift_tests(*rows(500, 3, spread=1.0), reference=before))


def test_outcomes_outside_the_range_are_counted() -> None:
    law, y = rows(100, 0)
    outside = np.zeros(100)
    outside[:10] = 1
    assert has_drifted(drift_tests(law, y, outside=outside))
    assert not has_drifted(drift_tests(law, y, outside=outside, expected_outside=0.1))


def test_point_masses_are_no_drift() -> None:
    law = Atoms(np.array([0.0, 1.0]), np.full((400, 2), 0.5))
    y = np.random.default_rng(0).integers(0, 2, size=400).astype(float)
    assert not has_drifted(drift_tests(law, y))


def test_no_rows_are_refused() -> None:
    law, y = rows(1, 0)
    with pytest.raises(ValueError, match="needs rows"):
        drift_tests(law[:0], y[:0])
