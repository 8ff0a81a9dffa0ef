"""Split conformal prediction: the guarantee by simulation, ties, weights, and agreement with MAPIE."""

import numpy as np
import pytest

from digitwise.calibration import SCORES, QuantileDistance, SplitConformal, conformal_quantile, rows_needed
from digitwise.calibration.conformal import interval_between
from digitwise.distributions import GaussianMixture, Histogram
from tests.calibration.laws import CONTINUOUS, LAWS

REPETITIONS = 400
N_ROWS = 10
COVERAGE = 0.9
EXACT = 10 / 11  # ceil(11 * 0.9) of 11; without the one row more it would be 9 / 11


def spread(repetitions=REPETITIONS):
    return np.sqrt(EXACT * (1 - EXACT) / repetitions)


def repeated_coverage(law, y, score, coverage=COVERAGE, n_rows=N_ROWS, *, separate_tails=False, weight=None):
    """How often the last of each ``n_rows + 1`` rows lies in the interval that the others calibrate."""
    chosen = SCORES[score]
    low, high, truth = (
        part.reshape(-1, n_rows + 1) for part in (chosen.low_score(law, y), chosen.high_score(law, y), y)
    )
    weights = np.ones_like(truth) if weight is None else weight.reshape(-1, n_rows + 1)
    thresholds = np.stack(
        [
            SplitConformal(
                score=chosen, low_scores=a[:-1], high_scores=b[:-1], weight=w[:-1], separate_tails=separate_tails
            ).thresholds(coverage, w[-1])
            for a, b, w in zip(low, high, weights, strict=True)
        ],
        axis=1,
    )
    interval = interval_between(chosen, law[np.arange(n_rows, len(law), n_rows + 1)], thresholds)
    return np.mean((interval[:, 0] <= truth[:, -1]) & (truth[:, -1] <= interval[:, 1]))


def outcomes(n, rng, *, whole=False):
    y = rng.normal(size=n) * rng.choice([0.3, 1.0, 3.0], size=n)
    return np.round(y) if whole else y


def test_coverage_over_thousands_of_repetitions() -> None:
    rng = np.random.default_rng(2)
    n = 3000 * (N_ROWS + 1)
    found = repeated_coverage(LAWS["open"](n, rng), outcomes(n, rng), "levels")
    assert abs(found - EXACT) < 3 * spread(3000)


@pytest.mark.parametrize("score", list(SCORES))
@pytest.mark.parametrize("kind", ["closed", "mixture"])
def test_coverage_is_exact_whatever_the_law_says(kind: str, score: str) -> None:
    rng = np.random.default_rng(3)
    n = REPETITIONS * (N_ROWS + 1)
    found = repeated_coverage(LAWS[kind](n, rng), outcomes(n, rng), score)
    assert abs(found - EXACT) < 4 * spread()


@pytest.mark.parametrize("score", list(SCORES))
@pytest.mark.parametrize("kind", ["gaps", "atoms", "same_atoms", "one_atom"])
def test_ties_and_atoms_only_add_coverage(kind: str, score: str) -> None:
    rng = np.random.default_rng(4)
    n = REPETITIONS * (N_ROWS + 1)
    assert repeated_coverage(LAWS[kind](n, rng), outcomes(n, rng, whole=True), score) > EXACT - 4 * spread()


@pytest.mark.parametrize("score", list(SCORES))
def test_each_tail_on_its_own_promises_at_least_as_much(score: str) -> None:
    rng = np.random.default_rng(5)
    n_rows = 40
    n = 500 * (n_rows + 1)
    y = np.exp(outcomes(n, rng))  # lopsided
    found = repeated_coverage(LAWS["open"](n, rng), y, score, 0.9, n_rows, separate_tails=True)
    assert 0.9 - 4 * 0.0135 < found < 0.975


def test_the_usual_quantile_of_scores_would_fail_this_test() -> None:
    rng = np.random.default_rng(6)
    scores = rng.random((REPETITIONS, N_ROWS + 1))
    usual = np.quantile(scores[:, :-1], COVERAGE, axis=1, method="higher")
    one_less = np.sort(scores[:, :-1], axis=1)[:, int(np.ceil(N_ROWS * COVERAGE)) - 1]
    ours = np.array([conformal_quantile(row[:-1], COVERAGE) for row in scores])
    assert np.mean(scores[:, -1] <= one_less) < EXACT - 4 * spread()
    assert abs(np.mean(scores[:, -1] <= ours) - EXACT) < 4 * spread()
    assert (usual <= ours).all()


@pytest.mark.parametrize(("coverage", "rank"), [(0.5, 10), (0.55, 11), (0.9, 18), (0.95, 19), (0.951, None), (0.0, 1)])
def test_ranks(coverage: float, rank: int | None) -> None:
    scores = np.random.default_rng(0).permutation(np.arange(1.0, 20.0))
    assert conformal_quantile(scores, coverage) == (np.inf if rank is None else rank)
    assert (rows_needed(coverage) > 19) == (rank is None)


def test_weights_undo_a_shift_of_the_rows() -> None:
    rng = np.random.default_rng(7)
    n_rows, repetitions = 60, 600
    n = repetitions * (n_rows + 1)
    x = rng.random(n)  # the calibration rows are even over x, the new one comes with density 2 x
    is_new = np.arange(n) % (n_rows + 1) == n_rows
    x[is_new] = np.sqrt(x[is_new])
    y = rng.normal(size=n) * (0.1 + 3 * x**2)
    law = Histogram([-1.0, 1.0], np.ones((n, 1)))
    plain = repeated_coverage(law, y, "distance", 0.8, n_rows)
    weighted = repeated_coverage(law, y, "distance", 0.8, n_rows, weight=x)
    chance = np.sqrt(0.16 / repetitions)
    assert plain < 0.8 - 4 * chance
    assert 0.8 - 4 * chance < weighted < 0.8 + 4 * chance + 2 / n_rows


def test_rows_of_weight_zero_are_absent() -> None:
    rng = np.random.default_rng(8)
    law, y = LAWS["open"](60, rng), outcomes(60, rng)
    weight = np.r_[np.zeros(30), np.full(30, 2.5)]
    with_zeros = SplitConformal.fit(law, y, sample_weight=weight)
    alone = SplitConformal.fit(law[30:], y[30:])
    assert len(with_zeros) == 30
    np.testing.assert_array_equal(with_zeros.interval(law, 0.8), alone.interval(law, 0.8))


def test_equal_weights_change_nothing_and_heavier_new_rows_ask_for_more() -> None:
    scores = np.arange(1.0, 31.0)
    assert conformal_quantile(scores, 0.8, np.full(30, 7.0)) == conformal_quantile(scores, 0.8)
    per_row = conformal_quantile(scores, 0.8, np.full(30, 7.0), [0.0, 7.0, 21.0, 70.0])
    assert per_row.tolist() == [24.0, 25.0, 27.0, np.inf]


@pytest.mark.parametrize("symmetric", [True, False])
@pytest.mark.parametrize("kind", CONTINUOUS)
def test_distances_are_those_of_mapie(kind: str, symmetric: bool) -> None:
    mapie = pytest.importorskip("mapie.regression")
    from sklearn.base import BaseEstimator, RegressorMixin

    rng = np.random.default_rng(9)
    law, y = LAWS[kind](300, rng), outcomes(300, rng)

    class Quantile(RegressorMixin, BaseEstimator):
        def __init__(self, level=0.5):
            self.level = level
            self.fitted_ = True

        def fit(self, X, y):
            return self

        def predict(self, X):
            return law[np.asarray(X)[:, 0].astype(int)].quantile(self.level)

    X = np.arange(300.0)[:, None]
    theirs = mapie.ConformalizedQuantileRegressor(
        [Quantile(0.05), Quantile(0.95), Quantile(0.5)], confidence_level=0.9, prefit=True
    ).conformalize(X[:200], y[:200])
    expected = theirs.predict_interval(X[200:], symmetric_correction=symmetric)[1][:, :, 0]
    ours = SplitConformal.fit(law[:200], y[:200], score="distance", separate_tails=not symmetric)
    is_one = expected[:, 0] <= expected[:, 1]
    np.testing.assert_allclose(ours.interval(law[200:], 0.9)[is_one], expected[is_one], rtol=1e-9, atol=1e-9)


def test_wrong_laws_are_widened_and_timid_ones_narrowed() -> None:
    rng = np.random.default_rng(10)
    mean, y = rng.normal(size=2000), np.empty(2000)
    y = mean + rng.normal(size=2000)
    for std, factor in ((0.25, 4.0), (3.0, 1 / 3)):
        law = GaussianMixture(np.ones((2000, 1)), mean[:, None], np.full((2000, 1), std))
        for name in SCORES:
            interval = SplitConformal.fit(law[:1000], y[:1000], score=name).interval(law[1000:], 0.9)
            width = np.diff(interval, axis=1).mean() / np.diff(law.interval(0.9), axis=1).mean()
            assert width == pytest.approx(factor, rel=0.15)
            assert np.mean((interval[:, 0] <= y[1000:]) & (y[1000:] <= interval[:, 1])) == pytest.approx(0.9, abs=0.04)


def test_one_calibration_serves_nested_intervals_of_any_coverage() -> None:
    rng = np.random.default_rng(11)
    law = LAWS["open"](200, rng)
    conformal = SplitConformal.fit(law, outcomes(200, rng))
    ends = np.stack([conformal.interval(law, coverage) for coverage in (0.0, 0.5, 0.9, 0.99, 1.0)])
    assert (np.diff(ends[:, :, 0], axis=0) <= 0).all()
    assert (np.diff(ends[:, :, 1], axis=0) >= 0).all()
    assert np.isinf(ends[-1]).all()


def test_a_score_of_ones_own_works() -> None:
    rng = np.random.default_rng(12)
    law, y = LAWS["mixture"](400, rng), outcomes(400, rng)
    conformal = SplitConformal.fit(law[:200], y[:200], score=QuantileDistance(base_coverage=0.5))
    inside = conformal.interval(law[200:], 0.8)
    assert np.mean((inside[:, 0] <= y[200:]) & (y[200:] <= inside[:, 1])) > 0.65


def test_impossible_data_are_named() -> None:
    law = LAWS["closed"](3, np.random.default_rng(0))
    with pytest.raises(ValueError, match="same rows"):
        SplitConformal.fit(law, [1.0])
    with pytest.raises(ValueError, match="must be finite"):
        SplitConformal.fit(law, [1.0, np.nan, 2.0])
    with pytest.raises(ValueError, match="coverage must lie"):
        SplitConformal.fit(law, [1.0, 1.0, 2.0]).interval(law, 90.0)
    with pytest.raises(ValueError, match="one weight per row"):
        SplitConformal.fit(law, [1.0, 1.0, 2.0], sample_weight=[1.0, 1.0, 1.0]).interval(law, 0.5, [1.0, 1.0])
    with pytest.raises(ValueError, match="Scores must be numbers"):
        conformal_quantile(np.array([np.nan]), 0.5)
