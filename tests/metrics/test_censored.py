"""Scores of intervals: equal to those of points where these are known; which are best for the true law."""

import numpy as np
import pytest

from digitwise.distributions import Atoms, GaussianMixture, Histogram
from digitwise.metrics import interval_crps, interval_nll, mean_crps, mean_nll

RNG = np.random.default_rng(0)
N = 4000
EDGES = np.linspace(-8.0, 8.0, 81)
CENTRES = RNG.normal(size=N)


def binned(factor: float, shift: float = 0.0) -> Histogram:
    """A histogram of a normal law around each row's centre, of 0.7 times factor as width."""
    ends = GaussianMixture(np.ones((N, 1)), CENTRES[:, None] + shift, np.full((N, 1), 0.7 * factor)).cdf(EDGES[None, :])
    probs = np.diff(ends)
    return Histogram(EDGES, probs / probs.sum(axis=1, keepdims=True))


LAW = binned(1.0)
Y = LAW.sample(1, random_state=1)[:, 0]
LIMIT = CENTRES + RNG.uniform(-1.0, 2.0, size=N)  # nothing is seen above it
RIGHT = np.minimum(Y, LIMIT), np.where(Y <= LIMIT, Y, np.inf)
LEFT = np.where(Y >= LIMIT, Y, -np.inf), np.maximum(Y, LIMIT)
GRID = np.floor(Y), np.floor(Y) + 1.0  # only the whole part is seen
CENSORED = {"right": RIGHT, "left": LEFT, "in intervals": GRID}
both = pytest.mark.parametrize("score", [interval_crps, interval_nll])


def test_known_outcomes_score_as_points() -> None:
    weight = RNG.uniform(size=N)
    for law in (LAW, Atoms.from_draws(LAW.sample(20, 0))):
        assert interval_crps(Y, Y, law, weight) == mean_crps(law, Y, weight)
    assert interval_nll(Y, Y, LAW, weight) == mean_nll(LAW, Y, weight)


def ending_at_the_limit(law: Histogram) -> Histogram:
    """The law with all mass beyond each row's limit right behind it."""
    leaf = np.clip(np.searchsorted(EDGES, LIMIT, side="right"), 0, law.probs.shape[1] - 1)
    beyond = np.arange(law.probs.shape[1]) > leaf[:, None]
    probs = np.where(beyond, 0.0, law.probs)
    probs[np.arange(N), leaf] += np.where(beyond, law.probs, 0.0).sum(axis=1)
    return Histogram(EDGES, probs)


@pytest.mark.parametrize("kind", CENSORED)
@pytest.mark.parametrize(("factor", "shift"), [(0.5, 0.0), (2.0, 0.0), (1.0, 0.5), (1.0, -0.5)])
def test_the_true_law_is_the_likeliest(kind: str, factor: float, shift: float) -> None:
    low, high = CENSORED[kind]
    assert interval_nll(low, high, LAW) < interval_nll(low, high, binned(factor, shift))


@pytest.mark.parametrize("kind", ["right", "left"])
@pytest.mark.parametrize(("factor", "shift"), [(0.5, 0.0), (2.0, 0.0), (1.0, 0.5), (1.0, -0.5)])
def test_beyond_limits_the_crps_still_tells_wrong_widths_and_places(kind: str, factor: float, shift: float) -> None:
    low, high = CENSORED[kind]
    assert interval_crps(low, high, LAW) < interval_crps(low, high, binned(factor, shift))


def test_only_up_to_known_limits_is_the_crps_proper() -> None:
    low, high = RIGHT
    ends = ending_at_the_limit(LAW)
    assert interval_crps(low, high, ends) < interval_crps(low, high, LAW)

    def up_to_the_limit(law: Histogram) -> float:
        beyond = np.where(Y <= LIMIT, law.crps_of_interval(-np.inf, LIMIT), 0.0)
        return float(np.mean(law.crps_of_interval(low, high) - beyond))

    laws = [ends, *(binned(*other) for other in [(0.5, 0.0), (2.0, 0.0), (1.0, 0.5), (1.0, -0.5)])]
    assert all(up_to_the_limit(LAW) <= up_to_the_limit(law) + 1e-12 for law in laws)


@both
def test_weights_count_rows(score: object) -> None:
    weight = RNG.integers(0, 3, size=N)
    rows = np.repeat(np.arange(N), weight)
    low, high = RIGHT
    np.testing.assert_allclose(score(low, high, LAW, weight), score(low[rows], high[rows], LAW[rows]), rtol=1e-9)


def test_an_impossible_interval_costs_everything() -> None:
    law = Histogram([0.0, 1.0], [[1.0]])
    assert interval_nll([2.0], [np.inf], law) == np.inf
    assert interval_crps([2.0], [np.inf], law) == pytest.approx(1.0 / 3.0 + 1.0)
    assert interval_nll([-np.inf], [np.inf], law) == 0.0 == interval_crps([-np.inf], [np.inf], law)


@both
def test_wrong_arguments_are_errors(score: object) -> None:
    low, high = RIGHT
    with pytest.raises(ValueError, match="each row"):
        score(low[:-1], high, LAW)
    with pytest.raises(ValueError, match="each row"):
        score(low[:, None], high[:, None], LAW)
    with pytest.raises(ValueError, match="at least 1"):
        score([], [], LAW[[]])
    with pytest.raises(ValueError, match="NaN"):
        score(np.where(low > 0.0, np.nan, low), high, LAW)
    with pytest.raises(ValueError, match="at most high"):
        score(low + 1.0, low, LAW)
    with pytest.raises(ValueError, match="one weight per row"):
        score(low, high, LAW, np.ones(3))
    with pytest.raises(TypeError):
        score(low, high, GaussianMixture(np.ones((N, 1)), CENTRES[:, None], np.ones((N, 1))))
