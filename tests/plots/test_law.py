"""The density that is drawn keeps the mass, and regions hold the probability they promise."""

import numpy as np
import pytest
from scipy.stats import binom

from digitwise.distributions import GaussianMixture, Histogram
from digitwise.plots.chance import binomial_interval, chance_band
from digitwise.plots.groups import simultaneous_intervals
from digitwise.plots.law import density_on_grid, grid_over, mass_above


@pytest.mark.parametrize("smoothing", [0.0, 0.1, 0.3])
def test_drawn_densities_integrate_to_one(law, smoothing):
    grid = grid_over(law, 800)
    density = density_on_grid(law, grid, smoothing=smoothing)
    np.testing.assert_allclose(density.sum(axis=1) * (grid[1] - grid[0]), 1.0, atol=0.01)


def test_a_little_smoothing_hardly_changes_a_smooth_density(law):
    grid = grid_over(law, 800)
    exact = law.pdf(grid[None, :])
    drawn = density_on_grid(law, grid, smoothing=0.1)
    assert np.abs(drawn - exact).max() < 0.05 * exact.max()


def test_noisy_leaves_are_aggregated_into_a_readable_curve():
    rng = np.random.default_rng(0)
    edges = np.linspace(-4.0, 4.0, 257)
    smooth = np.diff(GaussianMixture([[1.0]], [[0.0]], [[1.0]]).cdf(edges[None, :]))
    noisy = smooth * rng.gamma(2.0, 0.5, size=256)
    law = Histogram(edges, noisy / noisy.sum())
    grid = grid_over(law, 400)

    def roughness(smoothing):
        density = density_on_grid(law, grid, smoothing=smoothing)[0]
        return np.abs(np.diff(density)).sum() / density.max()  # 2 for a single hump

    assert roughness(0.0) > 10
    assert roughness(0.3) < 5


def test_regions_hold_their_probability_and_fall_into_the_modes(law):
    grid = grid_over(law, 1200)
    inside = mass_above(density_on_grid(law, grid, smoothing=0.0)) <= 0.8
    pieces = (np.diff(inside.astype(int), axis=1) == 1).sum(axis=1)
    assert pieces[0] == 1 and pieces[-1] == 2
    held = (law.pdf(grid[None, :]) * inside).sum(axis=1) * (grid[1] - grid[0])
    np.testing.assert_allclose(held, 0.8, atol=0.02)


def test_the_band_of_chance_holds_what_a_right_model_shows():
    low, high = chance_band(0.9, 200)
    hits = np.random.default_rng(0).binomial(200, 0.9, size=4000) / 200
    assert 0.94 < np.mean((hits >= low) & (hits <= high)) < 0.98


@pytest.mark.parametrize(("n_hits", "n_rows"), [(0, 7), (3, 7), (7, 7), (90, 100)])
def test_ends_of_a_binomial_interval_make_what_was_seen_just_improbable(n_hits, n_rows):
    low, high = (float(end) for end in binomial_interval(n_hits, n_rows, 0.9))
    assert low <= n_hits / n_rows <= high
    assert binom.sf(n_hits - 1, n_rows, low) == pytest.approx(0.05) if n_hits else low == 0.0
    assert binom.cdf(n_hits, n_rows, high) == pytest.approx(0.05) if n_hits < n_rows else high == 1.0


def test_intervals_of_many_groups_hold_all_at_once():
    rng = np.random.default_rng(0)
    rows = rng.integers(20, 200, size=12)
    low, high = np.transpose([simultaneous_intervals(rng.binomial(rows, 0.9), rows) for _ in range(400)], (1, 0, 2))
    assert ((low <= 0.9) & (high >= 0.9)).all(axis=1).mean() > 0.93
