"""CV+: against the definition, its coverage by simulation, and what it costs."""

import numpy as np
import pytest

from digitwise.calibration import SCORES, CrossConformal
from digitwise.distributions import GaussianMixture, Histogram
from tests.calibration.laws import LAWS


def normal(mean, std=1.0):
    mean = np.asarray(mean, dtype=np.float64)
    return GaussianMixture(np.ones((len(mean), 1)), mean[:, None], np.full((len(mean), 1), std))


def narrow(mean, n):
    return Histogram([mean - 0.2, mean + 0.2], np.ones((n, 1)))


@pytest.mark.parametrize("score", list(SCORES))
@pytest.mark.parametrize("separate", [False, True])
@pytest.mark.parametrize("kind", ["open", "atoms", "mixture"])
def test_it_is_the_definition(kind: str, separate: bool, score: str) -> None:
    rng = np.random.default_rng(0)
    sizes, coverage = (12, 11, 12), 0.8
    seen = [LAWS[kind](size, rng) for size in sizes]
    outcomes = [np.round(rng.normal(size=size), 1) for size in sizes]
    new = [LAWS[kind](4, rng) for _ in sizes]
    cross = CrossConformal.fit(seen, outcomes, score=score, separate_tails=separate)
    low, high, scale = [], [], SCORES[score]
    for law, y, ahead in zip(seen, outcomes, new, strict=True):
        for row in range(len(y)):
            below, above = scale.low_score(law[row], y[[row]]), scale.high_score(law[row], y[[row]])
            if not separate:
                below = above = np.maximum(below, above)
            low.append(scale.low_end(ahead, np.full((4, 1), below))[:, 0])
            high.append(scale.high_end(ahead, np.full((4, 1), above))[:, 0])
    rank = int(np.ceil(36 * ((1 + coverage) / 2 if separate else coverage)))
    expected = np.stack([np.sort(low, axis=0)[35 - rank], np.sort(high, axis=0)[rank - 1]], axis=1)
    np.testing.assert_allclose(cross.interval(new, coverage), expected)


def test_coverage_when_the_models_are_fitted_to_the_other_folds() -> None:
    """The model is the mean of its training rows: with ten rows in two folds it overfits badly."""
    rng = np.random.default_rng(1)
    inside = []
    for _ in range(200):
        y = rng.normal(size=20)
        folds = np.arange(20).reshape(2, 10)
        means = [np.delete(y, fold).mean() for fold in folds]
        laws = [narrow(mean, 10) for mean in means]
        cross = CrossConformal.fit(laws, [y[fold] for fold in folds], score="distance")
        low, high = cross.interval([narrow(mean, 1) for mean in means], 0.8)[0]
        inside.append(low <= rng.normal() <= high)
    assert 0.8 - 4 * np.sqrt(0.16 / 200) < np.mean(inside) < 0.9


def test_one_law_for_all_folds_is_split_conformal_and_survives_a_round_trip() -> None:
    from digitwise.calibration import SplitConformal

    rng = np.random.default_rng(2)
    mean, y = rng.normal(size=30), rng.normal(size=30)
    cross = CrossConformal.fit([normal(mean[:15]), normal(mean[15:])], [y[:15], y[15:]])
    ahead = normal(rng.normal(size=5))
    split = SplitConformal.fit(normal(mean), y).interval(ahead, 0.9)
    np.testing.assert_allclose(cross.interval([ahead, ahead], 0.9), split)
    again = CrossConformal.from_dict(cross.to_dict(), cross.score)
    np.testing.assert_array_equal(again.interval([ahead, ahead], 0.9), cross.interval([ahead, ahead], 0.9))
    assert np.isinf(cross.interval([ahead, ahead], 0.99)).all()


def test_impossible_folds_are_named() -> None:
    law = normal([0.0])
    with pytest.raises(ValueError, match="at least 2"):
        CrossConformal.fit([law], [[0.0]])
    with pytest.raises(ValueError, match="fold 1 has 1 and 2"):
        CrossConformal.fit([law, law], [[0.0], [0.0, 1.0]])
    with pytest.raises(ValueError, match="one law per fold, here 2"):
        CrossConformal.fit([law, law], [[0.0], [0.0]]).interval([law])
