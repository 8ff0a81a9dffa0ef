"""What is particular to transformed laws: known moments, domains, what can be a base."""

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import lognorm

from digitwise.distributions import Atoms, GaussianMixture, Histogram, Transformed

LOG = SimpleNamespace(forward=lambda y: np.log(y), inverse=lambda z: np.exp(z), derivative=lambda y: 1.0 / y)


@pytest.mark.parametrize("std", [0.01, 0.5, 1.0, 2.0])
def test_a_normal_law_on_a_log_scale_is_log_normal(std: float) -> None:
    law = Transformed(GaussianMixture([[1.0]], [[0.3]], [[std]]), LOG)
    truth = lognorm(s=std, scale=np.exp(0.3))
    np.testing.assert_allclose(law.mean(), truth.mean(), rtol=1e-9)
    np.testing.assert_allclose(law.variance(), truth.var(), rtol=1e-6)
    np.testing.assert_allclose(law.mode(), np.exp(0.3 - std**2), rtol=1e-6)
    y = truth.ppf([[0.01, 0.3, 0.99]])
    np.testing.assert_allclose(law.cdf(y), truth.cdf(y), rtol=1e-12)
    np.testing.assert_allclose(law.pdf(y), truth.pdf(y), rtol=1e-12)
    # Closed form: y (2 F(y) - 1) - 2 mean (F(y; shifted by std²) + Φ(std / √2) - 1).
    normal = lognorm(s=std, scale=np.exp(0.3 + std**2))
    half = GaussianMixture([[1.0]], [[0.0]], [[1.0]]).cdf(std / np.sqrt(2.0))
    expected = y * (2.0 * truth.cdf(y) - 1.0)
    expected -= 2.0 * truth.mean() * (normal.cdf(y) + half - 1.0)
    np.testing.assert_allclose(law.crps(y), expected, rtol=1e-8)


def test_values_outside_the_domain_are_errors_and_its_border_has_no_mass() -> None:
    law = Transformed(GaussianMixture([[1.0]], [[0.0]], [[1.0]]), LOG)
    with pytest.raises(ValueError, match="scaling is defined"), np.errstate(invalid="ignore"):
        law.cdf(-1.0)
    assert law.cdf(0.0)[0] == 0.0 and np.isneginf(law.log_prob(0.0)[0])


def test_rows_do_not_depend_on_how_many_there_are() -> None:
    rng = np.random.default_rng(0)
    base = GaussianMixture(np.ones((5000, 1)), rng.normal(size=(5000, 1)), np.ones((5000, 1)))
    law = Transformed(base, LOG)
    np.testing.assert_array_equal(law[4321].mean()[0], law.mean()[4321])
    np.testing.assert_array_equal(law[4321].crps(1.0)[0], law.crps(1.0)[4321])


def test_point_masses_and_half_scalings_are_no_base() -> None:
    with pytest.raises(TypeError):
        Transformed(Atoms.from_draws([[1.0]]), LOG)
    with pytest.raises(TypeError):
        Transformed(Histogram([0.0, 1.0], [[1.0]]), SimpleNamespace(forward=np.log))
