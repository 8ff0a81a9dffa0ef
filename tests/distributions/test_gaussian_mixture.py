"""What is particular to Gaussian mixtures: the solver of quantiles, tails, and modes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from digitwise.distributions import GaussianMixture


def test_one_component_is_a_normal_law() -> None:
    law = GaussianMixture([[1.0]], [[3.0]], [[2.0]])
    levels = np.r_[1e-300, 1e-12, 0.1, 0.5, 0.9, 1.0 - 1e-12]
    np.testing.assert_allclose(law.quantile(levels)[0], norm(3, 2).ppf(levels), rtol=1e-12)
    np.testing.assert_allclose(law.pdf(1.0), norm(3, 2).pdf(1.0))
    np.testing.assert_allclose(law.prob_above(80.0), norm(3, 2).sf(80.0), rtol=1e-12)
    assert law.mode()[0] == law.median()[0] == 3.0


@settings(max_examples=50, deadline=None)
@given(
    means=st.lists(st.floats(-100.0, 100.0), min_size=3, max_size=3),
    log_stds=st.lists(st.floats(-6.0, 6.0), min_size=3, max_size=3),
    shares=st.lists(st.floats(0.0, 1.0), min_size=3, max_size=3).filter(lambda m: sum(m) > 0.01),
    level=st.floats(1e-9, 1.0 - 1e-9),
)
def test_quantiles_are_solved_to_the_last_digits(
    means: list[float], log_stds: list[float], shares: list[float], level: float
) -> None:
    law = GaussianMixture([np.array(shares) / sum(shares)], [means], [np.exp(log_stds)])
    y = law.quantile(level)
    # Within the change of the cdf over a relative 1e-12 of y.
    step = 1e-12 * (np.abs(y) + law.stds.min())
    assert law.cdf(y - step)[0] - 1e-15 <= level <= law.cdf(y + step)[0] + 1e-15


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6), n_components=st.integers(1, 6))
def test_the_mode_is_the_top_of_a_fine_grid(seed: int, n_components: int) -> None:
    rng = np.random.default_rng(seed)
    law = GaussianMixture(
        rng.dirichlet(np.ones(n_components), size=4),
        rng.normal(size=(4, n_components)),
        np.exp(rng.normal(size=(4, n_components)) - 1.0),
    )
    grid = law.knots()[:, :, None] + np.linspace(-0.5, 0.5, 41) * law.stds.min()
    highest = law.log_prob(grid.reshape(4, -1)).max(axis=1)
    assert np.all(law.log_prob(law.mode()) >= highest - 1e-12)


def test_of_two_equal_peaks_the_lower_is_the_mode() -> None:
    law = GaussianMixture([[0.5, 0.5]], [[4.0, -4.0]], [[1.0, 1.0]])
    np.testing.assert_allclose(law.mode(), [-4.0], atol=1e-6)


def test_components_without_weight_do_not_count() -> None:
    law = GaussianMixture([[1.0, 0.0]], [[0.0, 1e6]], [[1.0, 1e3]])
    plain = GaussianMixture([[1.0]], [[0.0]], [[1.0]])
    y = np.array([[-np.inf, -3.0, 0.2, np.inf]])
    for verb in ("cdf", "pdf", "crps", "prob_above"):
        np.testing.assert_allclose(getattr(law, verb)(y), getattr(plain, verb)(y), rtol=1e-12)
    np.testing.assert_allclose(law.quantile([0.0, 0.3, 1.0]), plain.quantile([0.0, 0.3, 1.0]))
    np.testing.assert_allclose(law.mode(), plain.mode(), atol=1e-12)


@pytest.mark.parametrize(
    ("weights", "means", "stds", "message"),
    [
        ([[0.5, 0.6]], [[0.0, 1.0]], [[1.0, 1.0]], "sum to 1"),
        ([[0.5, 0.5]], [[0.0]], [[1.0, 1.0]], "one shape"),
        ([[1.0]], [[np.nan]], [[1.0]], "means must be finite"),
        ([[1.0]], [[0.0]], [[0.0]], "Atoms"),
        ([[1.0]], [[0.0]], [[np.inf]], "stds must be positive"),
    ],
)
def test_wrong_arguments_are_errors(weights: object, means: object, stds: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        GaussianMixture(weights, means, stds)
