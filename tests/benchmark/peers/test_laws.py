"""A law of quantiles has these quantiles, whatever a peer predicts."""

import numpy as np
import pytest
from scipy.stats import norm

from digitwise.benchmark.peers.laws import LEVELS as NINETEEN
from digitwise.benchmark.peers.laws import law_of_quantiles

RNG = np.random.default_rng(0)
LEVELS = np.array(NINETEEN)
ROWS = np.cumsum(RNG.uniform(0.1, 2.0, size=(4, 19)), axis=1)


def test_the_levels_are_nineteen() -> None:
    np.testing.assert_allclose(LEVELS, [0.05 * step for step in range(1, 20)])


def test_it_has_these_quantiles_and_is_even_between_them() -> None:
    law = law_of_quantiles(ROWS, 1.0)
    np.testing.assert_allclose(law.quantile(LEVELS), ROWS, rtol=1e-9)
    np.testing.assert_allclose(law.cdf(ROWS), np.tile(LEVELS, (4, 1)), rtol=1e-9)
    middles = (ROWS[:, 1:] + ROWS[:, :-1]) / 2
    np.testing.assert_allclose(law.cdf(middles), np.tile((LEVELS[1:] + LEVELS[:-1]) / 2, (4, 1)), rtol=1e-9)


def test_the_ends_fall_off_exponentially_at_the_rate_of_the_neighbours() -> None:
    law = law_of_quantiles(ROWS, 1.0)
    first, last = ROWS[:, 1] - ROWS[:, 0], ROWS[:, -1] - ROWS[:, -2]
    for steps in (0.5, 1.0, 4.0):
        np.testing.assert_allclose(law.cdf(ROWS[:, 0] - steps * first), 0.05 * np.exp(-steps), rtol=1e-9)
        np.testing.assert_allclose(law.prob_above(ROWS[:, -1] + steps * last), 0.05 * np.exp(-steps), rtol=1e-9)


def test_levels_of_other_steps_have_the_density_of_the_neighbours_at_the_ends() -> None:
    levels = [0.1, 0.2, 0.6, 0.9]
    law = law_of_quantiles(ROWS[:, :4], 1.0, levels)
    np.testing.assert_allclose(law.quantile(np.array(levels)), ROWS[:, :4], rtol=1e-9)
    inside, outside = (law.log_prob(ROWS[:, 0] + step) for step in (1e-9, -1e-9))
    np.testing.assert_allclose(inside, outside, atol=1e-6)
    inside, outside = (law.log_prob(ROWS[:, 3] + step) for step in (-1e-9, 1e-9))
    np.testing.assert_allclose(inside, outside, atol=1e-6)


def test_a_normal_law_is_nearly_itself() -> None:
    law = law_of_quantiles(norm(3.0, 2.0).ppf(LEVELS)[None], 2.0)
    assert law.mean()[0] == pytest.approx(3.0)
    assert np.sqrt(law.variance()[0]) == pytest.approx(2.0, rel=0.1)
    np.testing.assert_allclose(law.interval(0.8), [norm(3.0, 2.0).ppf([0.1, 0.9])], rtol=1e-9)


def test_crossing_quantiles_are_put_in_order() -> None:
    shuffled = RNG.permuted(ROWS, axis=1)
    assert (np.diff(shuffled, axis=1) < 0).any()
    np.testing.assert_allclose(law_of_quantiles(shuffled, 1.0).quantile(LEVELS), ROWS, rtol=1e-9)


@pytest.mark.parametrize(
    ("value", "scale"), [(0.0, 1.0), (5.0, 1.0), (-3e-8, 1e-8), (1.7e9, 1.0), (1e12, 1.0), (-1e300, 1.0), (0.0, 0.0)]
)
def test_equal_quantiles_are_a_narrow_law(value: float, scale: float) -> None:
    law = law_of_quantiles(np.full((2, 19), value), scale)
    size = max(scale, abs(value) * 1e-6, 1e-12)
    np.testing.assert_allclose(law.median(), value, atol=1e-6 * size, rtol=1e-12)
    np.testing.assert_allclose(law.mean(), value, atol=1e-6 * size, rtol=1e-12)
    np.testing.assert_allclose(law.crps(value + size), size, rtol=1e-3)
    assert np.isfinite(law.log_prob(value)).all()


def test_some_equal_quantiles_leave_the_others_alone() -> None:
    quantiles = ROWS.copy()
    quantiles[:, 4:9] = quantiles[:, [4]]
    law = law_of_quantiles(quantiles, 1.0)
    np.testing.assert_allclose(law.quantile(LEVELS), quantiles, atol=1e-8)
    mass = law.cdf(quantiles[:, [4]] + 1e-7) - law.cdf(quantiles[:, [4]] - 1e-7)
    np.testing.assert_allclose(mass, 0.2, atol=1e-6)


def test_a_row_s_law_does_not_depend_on_the_rows_beside_it() -> None:
    together = law_of_quantiles(np.vstack([ROWS, np.full((1, 19), 1e15)]), 1.0)
    alone = law_of_quantiles(ROWS[[2]], 1.0)
    np.testing.assert_array_equal(together[2].quantile(LEVELS), alone.quantile(LEVELS))
