"""Rows in time order: coverage in the long run, whatever happens on the way."""

import numpy as np
import pytest

from digitwise.calibration import AdaptiveLevel, DecayingStep, OnlineConformal, SplitConformal
from digitwise.distributions import GaussianMixture

N = 2000


def law_of(n):
    return GaussianMixture(np.ones((n, 1)), np.zeros((n, 1)), np.ones((n, 1)))


def drifting(n, rng):
    """The spread grows eightfold, and falls back at once."""
    t = np.arange(n)
    return rng.normal(size=n) * np.where(t < 0.7 * n, 0.5 * 8.0 ** (t / (0.7 * n)), 0.5)


def misses(intervals, y):
    return (y < intervals[:, 0]) | (y > intervals[:, 1])


def test_the_bound_on_the_share_of_misses_holds_for_any_sequence() -> None:
    rng, n = np.random.default_rng(0), 600
    for y in (np.cumsum(rng.normal(size=n)), np.exp(rng.normal(size=n) * 3), np.arange(n) * 1.0):
        for step in (0.02, 0.1):
            rule = AdaptiveLevel(coverage=0.9, step=step, window=200)
            missed = misses(OnlineConformal(rule).follow(law_of(n), y), y)
            assert abs(missed.mean() - 0.1) <= (0.9 + step) / (step * n) + 1e-9


def test_it_follows_a_drift_that_a_fixed_calibration_does_not() -> None:
    rng = np.random.default_rng(1)
    y = drifting(N, rng)
    fixed = SplitConformal.fit(law_of(200), y[:200]).interval(law_of(N), 0.9)
    online = OnlineConformal(AdaptiveLevel(coverage=0.9, step=0.05, window=200))
    adaptive = online.follow(law_of(N), y)
    worst = slice(1000, 1400)
    assert misses(fixed, y)[worst].mean() > 0.5
    assert misses(adaptive, y)[worst].mean() < 0.15


def test_steps_and_runs_are_the_same() -> None:
    rng = np.random.default_rng(2)
    y = drifting(60, rng)
    run, steps = (OnlineConformal(AdaptiveLevel(coverage=0.8, step=0.05)) for _ in range(2))
    together = run.follow(law_of(60), y)
    for row in range(60):
        np.testing.assert_array_equal(steps.interval(law_of(1))[0], together[row])
        steps.update(law_of(1), y[row])


def test_decaying_steps_cover_and_settle_down() -> None:
    rng = np.random.default_rng(3)
    y = rng.normal(size=6000) * 2
    rule = DecayingStep(coverage=0.9, start=0.0, step=2.0)
    intervals = OnlineConformal(rule, score="distance").follow(law_of(6000), y)
    assert misses(intervals, y).mean() == pytest.approx(0.1, abs=0.02)
    right = 2 * 1.645 - 1.645
    np.testing.assert_allclose(rule.threshold, right, atol=0.15)
    late = intervals[-1000:, 1]
    assert late.std() < 0.05
    constant = AdaptiveLevel(coverage=0.9, step=0.05, window=100)
    wavering = OnlineConformal(constant, score="distance").follow(law_of(1000), y[-1000:])[200:, 1]
    assert wavering[np.isfinite(wavering)].std() > 3 * late.std()


def test_an_empty_interval_is_the_median_and_counts_as_a_miss() -> None:
    rule = AdaptiveLevel(coverage=0.1, step=0.5)
    online = OnlineConformal(rule)
    online.update(law_of(1), 0.0)
    assert rule.alpha >= 1.0
    np.testing.assert_array_equal(online.interval(law_of(1)), [[0.0, 0.0]])
    before = rule.alpha
    online.update(law_of(1), 0.0)
    assert rule.alpha < before


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: AdaptiveLevel(coverage=1.0), "coverage"),
        (lambda: AdaptiveLevel(step=0.0), "step"),
        (lambda: AdaptiveLevel(window=0), "window"),
        (lambda: DecayingStep(start=np.inf), "start must be finite"),
        (lambda: DecayingStep(start=0.0, decay=0.5), "decay"),
        (lambda: OnlineConformal(AdaptiveLevel()).update(law_of(2), [0.0]), "same rows"),
    ],
)
def test_impossible_settings_are_named(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
