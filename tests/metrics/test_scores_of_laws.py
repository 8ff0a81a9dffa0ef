"""Scores of laws: by hand, for calibrated laws, and related to each other."""

import numpy as np
import pytest

from digitwise.distributions import Atoms, GaussianMixture, Histogram
from digitwise.metrics import (
    coverage,
    interval_score,
    mean_crps,
    mean_nll,
    mean_width,
    pinball_loss,
    pit,
    reliability,
)

RNG = np.random.default_rng(0)
N = 2000
MEANS = RNG.normal(size=(N, 1))
LAW = GaussianMixture(np.ones((N, 1)), MEANS, np.full((N, 1), 0.5))
Y = MEANS[:, 0] + 0.5 * RNG.normal(size=N)
SCORES = {
    "crps": lambda law, y, w: mean_crps(law, y, w),
    "nll": lambda law, y, w: mean_nll(law, y, w),
    "coverage": lambda law, y, w: coverage(law, y, 0.7, w),
    "width": lambda law, y, w: mean_width(law, 0.7, w),
    "interval score": lambda law, y, w: interval_score(law, y, 0.7, w),
    "pinball": lambda law, y, w: pinball_loss(law, y, [0.1, 0.8], w),
    "reliability": lambda law, y, w: reliability(law, y, [0.2, 0.9], w)[1],
}
every_score = pytest.mark.parametrize("score", SCORES.values(), ids=SCORES)


@every_score
def test_weights_count_rows(score: object) -> None:
    weight = RNG.integers(0, 3, size=N)
    repeated = np.repeat(np.arange(N), weight)
    weighted = score(LAW, Y, weight)
    np.testing.assert_allclose(weighted, score(LAW[repeated], Y[repeated], None), rtol=1e-9)


@every_score
def test_wrong_weights_are_errors(score: object) -> None:
    with pytest.raises(ValueError, match="one weight per row"):
        score(LAW, Y, np.ones(3))


@pytest.mark.parametrize("name", [name for name in SCORES if name != "width"])
def test_wrong_targets_are_errors(name: str) -> None:
    with pytest.raises(ValueError, match="same rows"):
        SCORES[name](LAW, Y[:-1], None)
    with pytest.raises(ValueError, match="finite"):
        SCORES[name](LAW, np.where(Y > 1.0, np.nan, Y), None)


@pytest.mark.parametrize("level", [0.0, 1.0, 90.0, np.nan])
def test_wrong_levels_are_errors(level: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        reliability(LAW, Y, [0.5, level])
    for score in (coverage, interval_score, pinball_loss):
        with pytest.raises(ValueError, match="between 0 and 1"):
            score(LAW, Y, level)
    with pytest.raises(ValueError, match="between 0 and 1"):
        mean_width(LAW, level)


def test_the_true_law_is_calibrated() -> None:
    nominal, observed = reliability(LAW, Y)
    np.testing.assert_allclose(nominal, np.arange(0.05, 0.96, 0.05))
    assert np.abs(observed - nominal).max() < 0.03
    values = np.sort(pit(LAW, Y))
    assert np.abs(values - np.arange(1, N + 1) / N).max() < 1.95 / np.sqrt(N)
    assert coverage(LAW, Y, 0.5) == reliability(LAW, Y, [0.5])[1][0]


@pytest.mark.parametrize("score", [mean_crps, mean_nll, interval_score])
@pytest.mark.parametrize("factor", [0.4, 2.5])
def test_proper_scores_prefer_the_true_law(score: object, factor: float) -> None:
    other = GaussianMixture(LAW.weights, LAW.means, factor * LAW.stds)
    assert score(LAW, Y) < score(other, Y)


def test_crps_is_twice_the_integral_of_the_pinball_loss() -> None:
    law, y = LAW[:50], Y[:50]
    levels = (np.arange(2000) + 0.5) / 2000
    assert 2.0 * pinball_loss(law, y, levels) == pytest.approx(mean_crps(law, y), rel=1e-3)


def test_crps_of_draws_without_spread_is_the_mean_absolute_error() -> None:
    law = Atoms.from_draws(MEANS)
    assert mean_crps(law, Y) == pytest.approx(np.abs(MEANS[:, 0] - Y).mean(), rel=1e-12)


def test_interval_score_is_width_plus_fined_misses() -> None:
    law, y = Histogram([0.0, 10.0], [[1.0]] * 3), [5.0, -1.0, 10.0]
    assert mean_width(law, 0.8) == pytest.approx(8.0)
    assert coverage(law, y, 0.8) == pytest.approx(1 / 3)
    assert interval_score(law, y, 0.8) == pytest.approx(8.0 + 10.0 * (2.0 + 1.0) / 3)


def test_one_target_without_mass_makes_the_log_score_infinite() -> None:
    law = Histogram([0.0, 1.0], [[1.0]] * 2)
    assert mean_nll(law, [0.5, 1.5]) == np.inf
    assert mean_nll(law, [0.5, 1.5], sample_weight=[1.0, 0.0]) == 0.0


def test_pit_of_point_masses_is_uniform_and_repeatable() -> None:
    probs = np.array([0.1, 0.6, 0.3])
    law = Atoms([0.0, 1.0, 2.0], np.tile(probs, (N, 1)))
    y = RNG.choice(3, size=N, p=probs).astype(float)
    values = pit(law, y)
    assert np.abs(np.sort(values) - np.arange(1, N + 1) / N).max() < 1.95 / np.sqrt(N)
    np.testing.assert_array_equal(values, pit(law, y))
    assert not np.array_equal(values, pit(law, y, random_state=1))
    np.testing.assert_allclose(pit(LAW, Y), LAW.cdf(Y), rtol=1e-12)
