"""A temperature per digit: exact on the tree, found again where it is known, better on held-out rows."""

import numpy as np
import pytest

from digitwise.calibration import DigitTemperatures
from digitwise.codecs import NormalizedCodec, ScientificCodec, tree_of
from digitwise.distributions import Atoms, GaussianMixture, Histogram
from digitwise.distributions.mixture import sharpened
from digitwise.metrics import mean_nll

CODECS = {
    "binary": NormalizedCodec(base=2, length=5),
    "decimal": NormalizedCodec(base=10, length=2),
    "ragged": ScientificCodec(n_digits=2, min_exponent=0, max_exponent=2),
}


def nodes_of(codec):
    return tree_of(codec).leaf_nodes.numpy()


def law_of(n_leaves, n, rng):
    return Histogram(np.linspace(0.0, 1.0, n_leaves + 1), rng.dirichlet(np.full(n_leaves, 0.3), size=n))


@pytest.mark.parametrize("name", list(CODECS))
def test_temperatures_act_on_the_nodes_of_the_tree(name: str) -> None:
    rng = np.random.default_rng(0)
    nodes = nodes_of(CODECS[name])
    law = law_of(len(nodes), 4, rng)
    temperatures = rng.uniform(0.4, 2.5, size=nodes.shape[1])
    found = DigitTemperatures(temperatures=temperatures, leaf_nodes=nodes).apply(law).probs
    keys = np.column_stack([nodes, np.arange(len(nodes))])  # the node after each digit; after the last one the leaf
    expected = np.ones_like(law.probs)
    for leaf in range(len(nodes)):
        for digit, temperature in enumerate(temperatures):
            siblings = np.unique(keys[keys[:, digit] == keys[leaf, digit], digit + 1])
            mass = np.stack([law.probs[:, keys[:, digit + 1] == child].sum(axis=1) for child in siblings], axis=1)
            power = (mass / mass.sum(axis=1, keepdims=True)) ** (1 / temperature)
            at = np.flatnonzero(siblings == keys[leaf, digit + 1])[0]
            expected[:, leaf] *= power[:, at] / power.sum(axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_of_one_digit_it_is_the_sharpened_law() -> None:
    law = law_of(7, 3, np.random.default_rng(1))
    one = DigitTemperatures(temperatures=np.array([0.5]), leaf_nodes=np.zeros((7, 1), dtype=int))
    np.testing.assert_allclose(one.apply(law).probs, sharpened(law, 2.0).probs)


@pytest.mark.parametrize("kind", ["histogram", "atoms"])
def test_known_temperatures_are_found_again(kind: str) -> None:
    rng = np.random.default_rng(2)
    nodes, true = nodes_of(CODECS["binary"]), np.array([0.5, 1.0, 2.0, 1.5, 0.7])
    law = law_of(32, 20000, rng)
    drawn = DigitTemperatures(temperatures=true, leaf_nodes=nodes).apply(law).sample(1, 0)[:, 0]
    if kind == "atoms":
        law = Atoms((law.edges[1:] + law.edges[:-1]) / 2, law.probs)
    found = DigitTemperatures.fit(law, drawn, nodes)
    np.testing.assert_allclose(found.temperatures, true, rtol=0.08)


def test_laws_are_better_on_other_rows_and_right_ones_stay() -> None:
    rng = np.random.default_rng(3)
    n, edges = 4000, np.linspace(-8.0, 8.0, 33)
    mean = rng.normal(size=n)
    nodes, y = nodes_of(CODECS["binary"]), mean + rng.normal(size=n)
    for std, gain in ((0.5, 0.2), (1.0, -0.01)):
        smooth = GaussianMixture(np.ones((n, 1)), mean[:, None], np.full((n, 1), std))
        probs = np.diff(smooth.cdf(np.broadcast_to(edges, (n, 33))), axis=1) + 1e-12
        law = Histogram(edges, probs / probs.sum(axis=1, keepdims=True))
        fitted = DigitTemperatures.fit(law[:2000], y[:2000], nodes)
        after = fitted.apply(law[2000:])
        assert mean_nll(after, y[2000:]) < mean_nll(law[2000:], y[2000:]) - gain
        if std == 1.0:
            np.testing.assert_allclose(fitted.temperatures, 1.0, atol=0.25)


def test_digits_without_probability_stay_without() -> None:
    nodes = nodes_of(CODECS["binary"])
    probs = np.zeros((2, 32))
    probs[0, 3], probs[1, [0, 31]] = 1.0, [0.9, 0.1]
    law = Histogram(np.arange(33.0), probs)
    found = DigitTemperatures(temperatures=np.full(5, 3.0), leaf_nodes=nodes).apply(law).probs
    np.testing.assert_array_equal(found > 0, probs > 0)
    assert 0.1 < found[1, 31] < 0.5
    assert np.isfinite(DigitTemperatures.fit(law, [20.5, 20.5], nodes).temperatures).all()


def test_weights_count_rows_and_it_survives_a_round_trip() -> None:
    rng = np.random.default_rng(4)
    nodes = nodes_of(CODECS["decimal"])
    law, y, weight = law_of(100, 200, rng), rng.random(200), rng.integers(0, 3, size=200)
    rows = np.repeat(np.arange(200), weight)
    by_weight = DigitTemperatures.fit(law, y, nodes, sample_weight=weight)
    by_rows = DigitTemperatures.fit(law[rows], y[rows], nodes)
    np.testing.assert_allclose(by_weight.temperatures, by_rows.temperatures, rtol=1e-6)
    again = DigitTemperatures.from_dict(by_weight.to_dict())
    np.testing.assert_array_equal(again.apply(law).probs, by_weight.apply(law).probs)


def test_impossible_temperatures_are_named() -> None:
    law, nodes = law_of(32, 2, np.random.default_rng(0)), nodes_of(CODECS["binary"])
    with pytest.raises(ValueError, match="temperatures must be positive"):
        DigitTemperatures(temperatures=np.zeros(5), leaf_nodes=nodes)
    with pytest.raises(ValueError, match="for the 32 leaves of the law"):
        DigitTemperatures.fit(law, [0.0, 0.0], nodes[:8])
    with pytest.raises(ValueError, match="same rows"):
        DigitTemperatures.fit(law, [0.0], nodes)
