"""The entropy of each digit, against the definition, on trees of several shapes."""

import numpy as np
import pytest

from digitwise.calibration import digit_entropy
from digitwise.codecs import NormalizedCodec, ScientificCodec, tree_of

CODECS = {
    "binary": NormalizedCodec(base=2, length=5),
    "decimal": NormalizedCodec(base=10, length=2),
    "scientific": ScientificCodec(n_digits=2, min_exponent=-1, max_exponent=1),
}


def entropy(probs):
    positive = probs[probs > 0]
    return -np.sum(positive * np.log(positive))


def laws(n_leaves, rows=5):
    rng = np.random.default_rng(0)
    probs = rng.dirichlet(np.full(n_leaves, 0.2), size=rows)
    probs[rng.random(probs.shape) < 0.3] = 0.0
    return probs / probs.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("name", list(CODECS))
def test_digits_add_up_to_the_entropy_of_the_leaves(name: str) -> None:
    nodes = tree_of(CODECS[name]).leaf_nodes.numpy()
    probs = laws(len(nodes))
    found = digit_entropy(probs, nodes)
    np.testing.assert_allclose(found.sum(axis=1), [entropy(row) for row in probs], rtol=1e-12)
    assert (found >= 0).all()


@pytest.mark.parametrize("name", list(CODECS))
def test_each_digit_is_the_expected_entropy_given_its_prefix(name: str) -> None:
    tree = tree_of(CODECS[name])
    nodes, tokens = tree.leaf_nodes.numpy(), tree.leaf_tokens.numpy()
    probs = laws(len(nodes), rows=2)
    found = digit_entropy(probs, nodes)
    for row, law in enumerate(probs):
        for digit in range(nodes.shape[1]):
            expected = 0.0
            for node in np.unique(nodes[:, digit]):
                below = nodes[:, digit] == node
                mass = law[below].sum()
                if mass > 0:
                    children = [
                        law[below & (tokens[:, digit] == t)].sum() / mass for t in np.unique(tokens[below, digit])
                    ]
                    expected += mass * entropy(np.array(children))
            assert found[row, digit] == pytest.approx(expected, abs=1e-12)


def test_an_even_law_has_the_highest_entropy_and_a_sure_one_none() -> None:
    nodes = tree_of(CODECS["decimal"]).leaf_nodes.numpy()
    np.testing.assert_allclose(digit_entropy(np.full((1, 100), 0.01), nodes), np.log(10), rtol=1e-12)
    assert (digit_entropy(np.eye(100), nodes) == 0).all()


def test_shapes_must_fit() -> None:
    with pytest.raises(ValueError, match="for the same leaves"):
        digit_entropy(np.ones((1, 3)) / 3, tree_of(CODECS["decimal"]).leaf_nodes.numpy())
