"""Leaves stand for the mean of their training targets."""

import numpy as np

from digitwise.codecs import NormalizedCodec, edges_of, leaf_values, saturation_rate, tree_of


def test_quantisation_costs_nothing_on_average_where_midpoints_are_biased() -> None:
    rng = np.random.default_rng(0)
    y = rng.gamma(2.0, size=20_000)  # skewed: targets do not sit at the middle of coarse cells
    edges = edges_of(NormalizedCodec(base=2, length=2), tree_of(NormalizedCodec(base=2, length=2))).numpy() * y.max()
    leaf = np.clip(np.searchsorted(edges, y, side="right") - 1, 0, 3)
    by_value = leaf_values(y, edges)[leaf]
    by_midpoint = ((edges[:-1] + edges[1:]) / 2)[leaf]
    assert abs(by_value.mean() - y.mean()) < 1e-10
    assert abs(by_midpoint.mean() - y.mean()) > 0.1
    assert np.mean((by_value - y) ** 2) < np.mean((by_midpoint - y) ** 2)


def test_empty_leaves_stand_for_their_midpoint_and_saturated_targets_stay_inside() -> None:
    edges = np.array([0.0, 1.0, 2.0, 3.0])
    np.testing.assert_allclose(leaf_values(np.array([-5.0, 0.5, 99.0]), edges), [0.25, 1.5, 3.0])


def test_weights_count_as_repeats() -> None:
    edges = np.array([0.0, 1.0, 2.0])
    y, weight = np.array([0.1, 0.9, 1.5]), np.array([3.0, 1.0, 0.0])
    np.testing.assert_allclose(leaf_values(y, edges, weight), leaf_values(np.array([0.1, 0.1, 0.1, 0.9]), edges))


def test_huge_offsets_lose_no_precision() -> None:
    edges = 1e12 + np.array([0.0, 1.0, 2.0])
    np.testing.assert_allclose(leaf_values(1e12 + np.array([0.25, 0.5]), edges)[0], 1e12 + 0.375, rtol=0, atol=1e-3)


def test_saturation_rate_counts_what_lies_outside() -> None:
    assert saturation_rate(np.array([0.0, 1.0, 2.0, 3.0]), 0.5, 2.5) == 0.5
