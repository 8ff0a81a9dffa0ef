"""crepes, another implementation of conformal regression, finds the same intervals from the same scores."""

import numpy as np
import pytest

from digitwise.calibration import GroupConformal, SplitConformal
from digitwise.distributions import Atoms, Histogram

crepes = pytest.importorskip("crepes")

rng = np.random.default_rng(0)
N = 400
POINT = rng.normal(size=N)
SIGMA = rng.uniform(0.5, 2.0, size=N)
Y = POINT + SIGMA * rng.standard_t(3, size=N)
GROUPS = np.where(rng.random(N) < 0.4, "wild", "calm")
HELD_OUT, NEW = slice(0, 250), slice(250, N)
POINTS = Atoms(POINT[:, None], np.ones((N, 1)))  # all mass on one number: distances are absolute errors
EVEN = Histogram(np.stack([POINT - SIGMA, POINT + SIGMA], axis=1), np.ones((N, 1)), tails=("closed", "closed"))


@pytest.mark.parametrize("coverage", [0.5, 0.9, 0.99])
def test_absolute_errors(coverage: float) -> None:
    theirs = crepes.ConformalRegressor().fit(residuals=(Y - POINT)[HELD_OUT])
    ours = SplitConformal.fit(POINTS[HELD_OUT], Y[HELD_OUT], score="distance")
    expected = theirs.predict_int(POINT[NEW], confidence=coverage)
    np.testing.assert_allclose(ours.interval(POINTS[NEW], coverage), expected, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("coverage", [0.5, 0.9, 0.99])
def test_errors_in_units_of_each_row(coverage: float) -> None:
    theirs = crepes.ConformalRegressor().fit(residuals=(Y - POINT)[HELD_OUT], sigmas=SIGMA[HELD_OUT])
    ours = SplitConformal.fit(EVEN[HELD_OUT], Y[HELD_OUT], score="scaled_distance")
    expected = theirs.predict_int(POINT[NEW], sigmas=SIGMA[NEW], confidence=coverage)
    np.testing.assert_allclose(ours.interval(EVEN[NEW], coverage), expected, rtol=1e-9, atol=1e-9)


def test_groups() -> None:
    theirs = crepes.ConformalRegressor().fit(residuals=(Y - POINT)[HELD_OUT], bins=GROUPS[HELD_OUT])
    ours = GroupConformal.fit(POINTS[HELD_OUT], Y[HELD_OUT], GROUPS[HELD_OUT], score="distance")
    expected = theirs.predict_int(POINT[NEW], bins=GROUPS[NEW], confidence=0.9)
    np.testing.assert_allclose(ours.interval(POINTS[NEW], GROUPS[NEW], 0.9), expected, rtol=1e-9, atol=1e-9)


def test_too_few_rows_give_infinite_intervals_in_both() -> None:
    theirs = crepes.ConformalRegressor().fit(residuals=(Y - POINT)[:8])
    ours = SplitConformal.fit(POINTS[:8], Y[:8], score="distance")
    assert np.isinf(ours.interval(POINTS[NEW], 0.9)).all()
    with pytest.warns(UserWarning, match="calibration examples is too small"):
        assert np.isinf(theirs.predict_int(POINT[NEW], confidence=0.9)).all()
