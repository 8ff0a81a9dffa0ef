"""The width at equal coverage compares laws that are not equally calibrated."""

import numpy as np
import pytest
from scipy.stats import norm

from digitwise.benchmark.scores import score, width_at_coverage
from digitwise.distributions import Atoms, GaussianMixture, Histogram

RNG = np.random.default_rng(0)


def normal(mean: np.ndarray, std: np.ndarray | float) -> GaussianMixture:
    """Return one normal law for each mean."""
    stds = np.broadcast_to(std, mean.shape)[:, None]
    return GaussianMixture(np.ones((len(mean), 1)), mean[:, None], stds)


@pytest.mark.parametrize("coverage", [0.5, 0.8, 0.9])
@pytest.mark.parametrize("std", [0.4, 1.0, 3.0])
def test_the_interval_reaches_the_farthest_target_that_it_has_to_hold(coverage: float, std: float) -> None:
    """Whatever the law's own idea of its spread: only the order of the intervals counts."""
    y = RNG.normal(size=200)
    farthest = np.sort(np.abs(y))[int(np.ceil(coverage * 200)) - 1]
    width = width_at_coverage(y, normal(np.zeros(200), std), coverage)
    assert width == pytest.approx(2 * farthest, rel=1e-4)


def test_widths_of_rows_are_averaged() -> None:
    stds = np.where(np.arange(300) % 3 == 0, 5.0, 1.0)
    y = stds * RNG.normal(size=300)
    needed = np.sort(np.abs(y / stds))[269]
    law = normal(np.zeros(300), stds)
    assert width_at_coverage(y, law, 0.9) == pytest.approx(2 * needed * stds.mean(), rel=1e-4)


def test_a_calibrated_law_has_the_width_that_it_says() -> None:
    mean = RNG.normal(size=5000)
    y = mean + RNG.normal(size=5000)
    assert width_at_coverage(y, normal(mean, 1.0), 0.9) == pytest.approx(2 * norm.ppf(0.95), rel=0.03)


def test_knowing_the_mean_makes_it_narrower_and_a_wrong_one_wider() -> None:
    mean = 3 * RNG.normal(size=1000)
    y = mean + RNG.normal(size=1000)
    laws = [normal(mean, 1.0), normal(np.zeros(1000), np.sqrt(10.0)), normal(-mean, 1.0)]
    widths = [width_at_coverage(y, law, 0.9) for law in laws]
    assert widths == sorted(widths)
    assert widths[0] < widths[1] / 2


def test_point_masses_hold_the_targets_on_them() -> None:
    law = Atoms(values=np.array([0.0, 1.0]), probs=np.tile([0.95, 0.05], (10, 1)))
    assert width_at_coverage(np.zeros(10), law, 0.9) == 0.0
    assert width_at_coverage(np.r_[np.zeros(8), 1.0, 1.0], law, 0.9) == 1.0
    assert width_at_coverage(np.r_[np.zeros(9), 1.0], law, 0.9) == 0.0


def test_it_is_among_the_scores_and_scales_with_the_target() -> None:
    y = RNG.uniform(size=100)
    law = Histogram(edges=[0.0, 0.5, 1.0], probs=np.full((100, 2), 0.5))
    found = score(y, law.mean(), law)
    assert found["width_at_coverage_90"] == width_at_coverage(y, law, 0.9)
    assert found["width_at_coverage_90_per_std"] == pytest.approx(width_at_coverage(y, law, 0.9) / np.std(y))
    assert found["width_at_coverage_90"] == pytest.approx(2 * np.sort(np.abs(y - 0.5))[89], rel=1e-4)
    without = score(y, law.mean(), None)
    assert without["width_at_coverage_90"] is without["width_at_coverage_90_per_std"] is None
