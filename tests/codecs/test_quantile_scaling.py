"""The quantile scaling: evenly used cells, ties, bounded slopes."""

import numpy as np
import pytest

from digitwise.codecs.quantile_scaling import AFFINE_SHARE, QuantileScaling

RNG = np.random.default_rng(1)


def test_spreads_a_skewed_law_evenly():
    y = RNG.lognormal(0, 2, 20000)
    z = QuantileScaling.fit(y, margin=0.0).forward(y)
    share = np.histogram(z, bins=np.linspace(0, 1, 11))[0] / len(y)
    assert share[:-1] == pytest.approx(1 / 9, abs=0.02)  # the affine tenth is left to the outliers


@pytest.mark.parametrize("y", [RNG.lognormal(0, 3, 5000), RNG.normal(size=40), RNG.poisson(1.0, 900)])
@pytest.mark.parametrize("margin", [0.0, 0.05])
def test_no_slope_is_below_a_tenth_of_the_affine_one(y, margin):
    scaling = QuantileScaling.fit(y, margin=margin)
    grid = np.linspace(scaling.low - 1, scaling.high + 1, 5001)
    smallest = AFFINE_SHARE / np.ptp(y) / (1 + 2 * margin)
    assert scaling.derivative(grid).min() >= 0.999 * smallest


def test_few_levels_get_even_places():
    scaling = QuantileScaling.fit(np.repeat([0.0, 1.0, 10.0, 11.0], [100, 7, 900, 50]), margin=0.0)
    ranks = (scaling.knots_z - AFFINE_SHARE * scaling.knots_y / 11) / (1 - AFFINE_SHARE)
    np.testing.assert_allclose(ranks, [0, 0.35, 0.68, 1], atol=0.2)
    assert np.diff(scaling.knots_z).min() > 0.1


def test_a_heavy_tie_does_not_take_the_room():
    y = np.append(np.zeros(9000), RNG.uniform(1, 2, 1000))
    scaling = QuantileScaling.fit(y, margin=0.0)
    above = scaling.forward(np.array([1.0, 2.0]))
    assert above[1] - above[0] > 0.8


@pytest.mark.parametrize(
    ("n_values", "n_knots", "expected"),
    [(20, 128, 20), (32, 128, 32), (100, 128, 32), (800, 128, 100), (5000, 128, 128), (5000, 9, 9)],
)
def test_number_of_knots(n_values, n_knots, expected):
    scaling = QuantileScaling.fit(np.arange(float(n_values)) ** 2, n_knots=n_knots)
    assert len(scaling.knots_y) == expected


def test_merges_values_that_float64_hardly_tells_apart():
    y = np.concatenate([1.0 + 1e-14 * np.arange(20), 5.0 + np.arange(20)])
    scaling = QuantileScaling.fit(y)
    assert np.diff(scaling.knots_y).min() > 1e-9
    assert np.isfinite(scaling.derivative(y)).all()


def test_knots_are_read_only_copies():
    knots = np.array([0.0, 1.0])
    scaling = QuantileScaling(knots_y=knots, knots_z=knots)
    knots[0] = -5
    assert scaling.low == 0
    with pytest.raises(ValueError, match="read-only"):
        scaling.knots_y[0] = 1.0


def test_equality():
    scaling = QuantileScaling.fit([1.0, 2.0, 9.0])
    assert scaling == QuantileScaling.fit([9.0, 2.0, 1.0])
    assert scaling != QuantileScaling.fit([1.0, 3.0, 9.0])
    assert scaling != "quantile"
