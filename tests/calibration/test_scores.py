"""What the guarantee rests on: an outcome lies in the interval of ``t`` exactly if its score is at most ``t``."""

import numpy as np
import pytest

from digitwise.calibration import SCORES, Levels, QuantileDistance
from digitwise.calibration.scores import resolve_score
from digitwise.distributions import Atoms, Histogram
from tests.calibration.laws import CONTINUOUS, LAWS

N = 400


@pytest.fixture(params=list(LAWS))
def law(request):
    return LAWS[request.param](N, np.random.default_rng(1))


@pytest.fixture
def y(law):
    rng = np.random.default_rng(2)
    outcomes = 2.0 * rng.standard_t(2, size=N)  # many beyond the support
    return np.where(rng.random(N) < 0.3, np.round(outcomes), outcomes)


@pytest.mark.parametrize("name", list(SCORES))
@pytest.mark.parametrize("side", ["low", "high"])
def test_an_outcome_is_inside_exactly_up_to_its_score(law, y, name: str, side: str) -> None:
    score = SCORES[name]
    own = getattr(score, f"{side}_score")(law, y)
    sign = 1.0 if side == "low" else -1.0

    def inside(t):
        return sign * y >= sign * getattr(score, f"{side}_end")(law, t[:, None])[:, 0]

    assert inside(own).all()  # the very number that set the threshold, atoms, gaps and rounding included
    assert inside(own + 0.1).all()
    sharp = np.isfinite(own) & (own > -0.9 if name == "levels" else True)
    if law.variance().min() == 0.0:  # without a width, all that is inside stays inside
        sharp &= own > 0.0
    assert not inside(np.where(sharp, own, 0.0) - 1e-3 * (1 + np.where(sharp, np.abs(own), 0.0)))[sharp].any()
    assert sharp.sum() > N / 4 or law.variance().min() == 0.0


@pytest.mark.parametrize("name", list(SCORES))
def test_intervals_grow_with_the_threshold(law, name: str) -> None:
    t = np.broadcast_to(np.r_[np.linspace(-1.0, 1.2, 45), 3.0, np.inf], (N, 47))
    low, high = SCORES[name].low_end(law, t), SCORES[name].high_end(law, t)
    assert (np.diff(low, axis=1)[:, :-1] <= 1e-12).all()
    assert (np.diff(high, axis=1)[:, :-1] >= -1e-12).all()
    assert np.isneginf(low[:, -1]).all()
    assert np.isposinf(high[:, -1]).all()


@pytest.mark.parametrize("kind", CONTINUOUS)
def test_levels_are_the_laws_own_intervals(kind: str) -> None:
    law = LAWS[kind](N, np.random.default_rng(1))
    ends = [getattr(Levels(), f"{side}_end")(law, np.full((N, 1), 0.8))[:, 0] for side in ("low", "high")]
    np.testing.assert_allclose(np.stack(ends, axis=1), law.interval(0.8), atol=1e-5)


def test_scores_do_not_depend_on_the_unit() -> None:
    rng = np.random.default_rng(0)
    law, y = LAWS["closed"](50, rng), rng.normal(size=50) * 2
    moved = Histogram(7.0 + 1000.0 * law.edges, law.probs)
    for score in (Levels(), QuantileDistance(base_coverage=0.6)):
        np.testing.assert_allclose(score.low_score(moved, 7 + 1000 * y), score.low_score(law, y), atol=1e-9)
        np.testing.assert_allclose(score.high_score(moved, 7 + 1000 * y), score.high_score(law, y), atol=1e-9)


def test_counts_that_are_nearly_certain_have_a_width() -> None:
    law = Atoms([0.0, 1.0], [[0.9999, 0.0001]])
    score = Levels().high_score(law, np.array([1.0]))
    assert np.isfinite(score).all()
    assert Levels().high_end(law, score[:, None])[0, 0] >= 1.0


def test_impossible_scores_are_named() -> None:
    with pytest.raises(ValueError, match="score must be one of 'levels'"):
        resolve_score("width")
    with pytest.raises(TypeError, match="or a Score"):
        resolve_score(Levels)
    with pytest.raises(ValueError, match="base_coverage"):
        QuantileDistance(base_coverage=1.0)
