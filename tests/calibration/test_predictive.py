"""Recalibrated laws: uniform in finite samples, better scores after than before, all verbs in agreement."""

import numpy as np
import pytest

from digitwise.calibration import ProbabilityMap, Recalibrated, conformal_map, recalibrated, smooth_map
from digitwise.calibration.probability_map import IDENTITY
from digitwise.distributions import Atoms, GaussianMixture, Histogram
from digitwise.metrics import mean_crps, mean_nll, pit, reliability
from tests.calibration.laws import LAWS

MAPPING = ProbabilityMap(levels=np.array([0.0, 0.2, 0.5, 1.0]), values=np.array([0.0, 0.4, 0.5, 1.0]))


def test_a_conformal_map_is_uniform_at_its_knots_in_finite_samples() -> None:
    rng = np.random.default_rng(0)
    repetitions, n_rows = 1000, 9
    law = LAWS["open"](repetitions * (n_rows + 1), rng)
    u = pit(law, 3 * rng.standard_t(3, size=len(law)), 0).reshape(-1, n_rows + 1)
    uniform = Histogram([0.0, 1.0], np.ones((n_rows, 1)))
    new = np.array([conformal_map(uniform, row[:-1], n_knots=n_rows).forward(row[-1:])[0] for row in u])
    for k in range(1, n_rows + 1):
        assert np.mean(new <= k / 10) == pytest.approx(k / 10, abs=4 * np.sqrt(0.25 / repetitions))
    assert np.mean(u[:, -1] <= 0.1) > 0.2  # the laws themselves are far from it


def test_fewer_knots_are_the_same_order_statistics() -> None:
    u = np.random.default_rng(1).random(99)
    law = Histogram([0.0, 1.0], np.ones((99, 1)))
    few = conformal_map(law, u, n_knots=4)
    np.testing.assert_allclose(few.values, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    np.testing.assert_allclose(few.levels[1:-1], np.sort(u)[[19, 39, 59, 79]])
    assert len(conformal_map(law, u).levels) == 2 + 9


def too_narrow(n, rng):
    mean = rng.normal(size=n)
    y = mean + 0.5 + rng.normal(size=n)
    edges = np.linspace(-8.0, 8.0, 201)
    smooth = GaussianMixture(np.ones((n, 1)), mean[:, None], np.full((n, 1), 0.5))
    probs = np.diff(smooth.cdf(np.broadcast_to(edges, (n, 201))), axis=1)
    probs = (probs + 1e-9) / (probs + 1e-9).sum(axis=1, keepdims=True)
    return smooth, Histogram(edges, probs), Atoms((edges[1:] + edges[:-1]) / 2, probs), y


@pytest.mark.parametrize("fit", [conformal_map, smooth_map])
@pytest.mark.parametrize("kind", [0, 1, 2])
def test_laws_are_better_after_than_before(kind: int, fit) -> None:
    rng = np.random.default_rng(2)
    made = too_narrow(3000, rng)
    law, y = made[kind], made[3]
    if kind == 2:
        y = law.values[np.abs(law.values[None, :] - y[:, None]).argmin(axis=1)]
    seen, new = slice(0, 1500), slice(1500, 3000)
    after = recalibrated(law[new], fit(law[seen], y[seen]))
    assert mean_crps(after, y[new]) < 0.98 * mean_crps(law[new], y[new])
    assert mean_nll(after, y[new]) < mean_nll(law[new], y[new]) - 0.3
    levels, observed = reliability(after, y[new])
    assert np.abs(observed - levels).max() < 0.08
    assert np.abs(reliability(law[new], y[new])[1] - levels).max() > 0.3


def test_a_right_law_is_left_almost_as_it_is() -> None:
    rng = np.random.default_rng(3)
    mean = rng.normal(size=4000)
    law = GaussianMixture(np.ones((4000, 1)), mean[:, None], np.ones((4000, 1)))
    y = mean + rng.normal(size=4000)
    levels = np.linspace(0, 1, 101)
    for fit in (conformal_map, smooth_map):
        np.testing.assert_allclose(fit(law, y).forward(levels), levels, atol=0.03)


def test_the_smooth_map_is_the_likeliest_beta_law() -> None:
    from scipy.stats import beta

    rng = np.random.default_rng(4)
    u = rng.beta(2.5, 0.7, size=400)
    law = Histogram([0.0, 1.0], np.ones((400, 1)))
    a, b, _, _ = beta.fit(np.clip(u, 1e-4, 1 - 1e-4), floc=0, fscale=1)
    levels = np.linspace(0.01, 0.99, 50)
    np.testing.assert_allclose(smooth_map(law, u).forward(levels), beta.cdf(levels, a, b), atol=1e-3)


def test_rows_of_weight_zero_are_absent() -> None:
    rng = np.random.default_rng(5)
    law, y, weight = LAWS["open"](80, rng), rng.normal(size=80), np.r_[np.zeros(40), np.full(40, 3.0)]
    alone = law[40:], y[40:]
    for fit in (conformal_map, smooth_map):
        by_weight, by_hand = fit(law, y, sample_weight=weight), fit(*alone)
        np.testing.assert_allclose(by_weight.forward(np.linspace(0, 1, 9)), by_hand.forward(np.linspace(0, 1, 9)))


def test_histograms_have_the_mapped_cdf_at_their_edges_and_keep_the_rest() -> None:
    rng = np.random.default_rng(6)
    values = np.linspace(-2.0, 2.0, 17)[:-1] + 0.1
    law = Histogram(np.linspace(-2.0, 2.0, 17), rng.dirichlet(np.ones(16), size=5), values, ("closed", "exponential"))
    after = recalibrated(law, MAPPING)
    edges = np.broadcast_to(law.edges[:-1], (5, 16))
    np.testing.assert_allclose(after.cdf(edges), MAPPING.forward(law.cdf(edges)), atol=1e-12)
    assert after.tails == law.tails
    np.testing.assert_array_equal(after.values, values)
    np.testing.assert_allclose(recalibrated(law, IDENTITY).probs, law.probs, atol=1e-15)


def test_the_little_mass_far_out_is_not_lost_to_rounding() -> None:
    probs = np.array([[1e-20, 1e-30, 0.5, 0.5, 1e-30, 1e-20]])
    law = Histogram(np.arange(7.0), probs)
    after = recalibrated(law, MAPPING)
    np.testing.assert_allclose(after.probs / probs, [[2.0, 2.0, 1.0, 1.0, 1.0, 1.0]])
    steep = ProbabilityMap(levels=np.array([0.0, 0.9, 1.0]), values=np.array([0.0, 0.3, 1.0]))
    np.testing.assert_allclose(recalibrated(law, steep).probs[0, 3:] / probs[0, 3:], [5 / 3, 7.0, 7.0])


def test_atoms_have_the_mapped_cdf_everywhere_in_any_order() -> None:
    rng = np.random.default_rng(7)
    law = Atoms(rng.integers(0, 4, size=(5, 6)) * 1.0, rng.dirichlet(np.ones(6), size=5))
    y = np.broadcast_to(np.arange(-1.0, 5.0, 0.5), (5, 12))
    np.testing.assert_allclose(recalibrated(law, MAPPING).cdf(y), MAPPING.forward(law.cdf(y)), atol=1e-12)


def test_other_laws_are_recalibrated_within_leaves_too() -> None:
    law = LAWS["mixture"](5, np.random.default_rng(8))
    after = recalibrated(law, MAPPING)
    assert isinstance(after, Recalibrated)
    y = np.linspace(-4, 4, 9)[None, :]
    np.testing.assert_allclose(after.cdf(y), MAPPING.forward(law.cdf(y)))
    np.testing.assert_array_equal(after[[3, 1]].sample(4, 0), after[[3, 1]].sample(4, 0))


def test_outcomes_beyond_the_support_do_not_break_the_map() -> None:
    law = Histogram([0.0, 1.0], np.ones((50, 1)))
    y = np.r_[np.full(10, -1.0), np.linspace(0.1, 0.9, 30), np.full(10, 2.0)]
    for mapping in (conformal_map(law, y), smooth_map(law, y), conformal_map(law, np.full(50, 2.0))):
        assert np.isfinite(recalibrated(law, mapping).log_prob(np.full(50, 0.5))).all()


def test_maps_survive_a_round_trip() -> None:
    again = ProbabilityMap.from_dict(MAPPING.to_dict())
    np.testing.assert_array_equal(again.levels, MAPPING.levels)


def test_impossible_maps_are_named() -> None:
    with pytest.raises(ValueError, match="levels must increase strictly"):
        ProbabilityMap(levels=np.array([0.0, 0.0, 1.0]), values=np.array([0.0, 0.5, 1.0]))
    with pytest.raises(ValueError, match="the same points"):
        ProbabilityMap(levels=np.array([0.0]), values=np.array([0.0]))
    with pytest.raises(ValueError, match="n_knots"):
        conformal_map(Histogram([0.0, 1.0], [[1.0]]), [0.5], n_knots=0)
