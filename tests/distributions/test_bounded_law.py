"""Laws known in pieces: rows of several lengths, pieces without width, and their histograms."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from digitwise.distributions import BoundedLaw, Histogram
from digitwise.distributions.bounded_law import joined_bounds

EDGES = np.array([[0.0, 1.0, 2.0, 6.0, 7.0, 9.0], [0.0, 3.0, 9.0, 9.0, 9.0, 9.0], [0.0, 1.0, 1.0, 4.0, 9.0, 9.0]])
PROBS = np.array([[0.1, 0.2, 0.3, 0.3, 0.1], [0.4, 0.6, 0.0, 0.0, 0.0], [0.2, 0.1, 0.3, 0.4, 0.0]])
IS_LEAF = np.array([[1, 1, 0, 1, 0], [1, 0, 1, 1, 1], [0, 1, 1, 0, 1]], dtype=bool)
VALUES = np.array([[0.2, 1.7, 0.0, 6.5, 0.0], [1.0, 0.0, 0.0, 0.0, 0.0], [0.0, 1.0, 2.0, 0.0, 0.0]])
SHARED = np.array([[0, 1, 0, 1, 0], [0, 0, 9, 9, 9], [0, 1, 1, 0, 9]])
Y = np.linspace(-1.0, 10.0, 111)[None, :]
LEVELS = np.linspace(0.01, 0.99, 50)


def law(tails: str = "closed") -> BoundedLaw:
    return BoundedLaw(EDGES, PROBS, VALUES, IS_LEAF, SHARED, [5, 2, 3], tails)


@pytest.mark.parametrize("tails", ["closed", "exponential", ("closed", "exponential")])
def test_the_histogram_lies_within_the_bounds(tails: str) -> None:
    assert law(tails).histogram().probs.shape == (3, 5)
    bounded = law(tails)[:2]
    histogram = bounded.histogram()
    for answer, (low, high) in (
        (histogram.mean(), bounded.mean_bounds()),
        (histogram.cdf(Y), bounded.cdf_bounds(Y)),
        (histogram.quantile(LEVELS), bounded.quantile_bounds(LEVELS)),
    ):
        assert (low <= answer + 1e-12).all()
        assert (answer <= high + 1e-12).all()


def test_cutting_a_piece_changes_no_answer() -> None:
    histogram = law().histogram()
    alone = Histogram([0.0, 3.0, 9.0], [[0.4, 0.6]], [1.0, 6.0])
    for verb, argument in (("cdf", Y), ("quantile", LEVELS), ("crps", Y), ("log_prob", Y)):
        assert_allclose(getattr(histogram[1], verb)(argument), getattr(alone, verb)(argument))
    assert_allclose(histogram.mean()[1], alone.mean()[0])


def test_a_piece_without_width_gives_its_mass_to_the_one_before() -> None:
    assert_allclose(law().histogram().cdf(1.0)[2], 0.3)
    low, high = law().cdf_bounds(1.0)
    assert_allclose([low[2], high[2]], 0.3)


def test_two_pieces_are_enough() -> None:
    bounded = BoundedLaw(
        [[0.0, 1.0, 2.0]], [[0.5, 0.5]], np.zeros((1, 2)), [[False, False]], [[0, 0]], [1], "exponential"
    )
    assert bounded.histogram().probs.shape == (1, 3)
    assert_allclose(bounded.mass_left, 1.0)


def test_rows_are_taken_and_joined() -> None:
    bounded = law("exponential")
    parts = [bounded[0], bounded[1:]]
    assert [len(part) for part in parts] == [1, 2]
    together = joined_bounds([BoundedLaw(EDGES[:1, :3], [[0.1, 0.9]], *([[0, 0]],) * 3, [1], "exponential"), *parts])
    assert len(together) == 4
    assert_array_equal(together.n_nodes, [1, 5, 2, 3])
    for bounds, again in (
        (bounded.mean_bounds(), together[1:].mean_bounds()),
        (bounded.cdf_bounds(Y), together[1:].cdf_bounds(Y)),
        (bounded.quantile_bounds(LEVELS), together[1:].quantile_bounds(LEVELS)),
        (bounded.after(1), together[1:].after(1)),
    ):
        assert_allclose(np.stack(bounds), np.stack(again))


def test_open_ends_reach_to_infinity() -> None:
    low, high = law("exponential").quantile_bounds([0.05, 0.95])
    assert high[0, 1] == np.inf  # the last piece of the first row is a prefix
    assert np.isfinite(low[0, 0])  # the first one is a leaf
    assert low[2, 0] == -np.inf
    assert_allclose(law("exponential").mean_bounds(), law("closed").mean_bounds())


def test_densities_have_an_upper_bound_where_leaves_are_known() -> None:
    within = BoundedLaw(EDGES, PROBS, VALUES, IS_LEAF, SHARED, [5, 2, 3], leaf_width=lambda y: np.full_like(y, 0.25))
    assert_allclose(within.log_prob_bounds(3.0).high[0], np.log(0.3 / 0.25))
    assert law().log_prob_bounds(3.0).high[0] == np.inf
    assert_allclose(law().log_prob_bounds(0.5).low[0], np.log(0.1))


def test_what_does_not_fit_is_named() -> None:
    with pytest.raises(ValueError, match="Edges must not decrease"):
        BoundedLaw(EDGES[:, ::-1], PROBS, VALUES, IS_LEAF, SHARED, [5, 2, 3])
    with pytest.raises(ValueError, match="one more edge per row"):
        BoundedLaw(EDGES[:, 1:], PROBS, VALUES, IS_LEAF, SHARED, [5, 2, 3])
    with pytest.raises(ValueError, match="n_tokens must be at least 1"):
        law().after(0)
