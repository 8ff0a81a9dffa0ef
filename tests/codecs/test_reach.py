"""What every prefix can still become, by brute force over the numbers below it."""

import pytest
import torch
from torch import Tensor

from digitwise.codecs import (
    Bounded,
    Codec,
    DecimalCodec,
    DigitTree,
    IEEECodec,
    NormalizedCodec,
    RepeatedCodec,
    ScientificCodec,
    WithSpecialValues,
)
from digitwise.codecs.reach import Reach, open_distances
from digitwise.codecs.special_numbers import stand_ins
from tests.codecs.odd_formats import LEAST_DIGIT_FIRST, SIGNED_ZEROS, UNNORMALISED
from tests.contracts.policies import MixedRadixCodec

CODECS: dict[str, Codec] = {
    "binary": NormalizedCodec(base=2, length=6),
    "ternary": NormalizedCodec(base=3, length=4),
    "decimal": NormalizedCodec(base=10, length=2),
    "one digit": NormalizedCodec(base=7, length=1),
    "mixed": MixedRadixCodec(),
    "scientific": ScientificCodec(n_digits=1, min_exponent=-1, max_exponent=1),
    "exponent last": ScientificCodec(n_digits=1, min_exponent=-1, max_exponent=1, exponent="last"),
    "ieee": IEEECodec(base=4, exponent_digits=1, mantissa_digits=2),
    "decimal point": DecimalCodec(n_integer=1, n_fraction=1, signed=False),
    "bounded": Bounded(IEEECodec(base=3, exponent_digits=1, mantissa_digits=2), low=-0.3, high=5.0),
    "special values": WithSpecialValues(ScientificCodec(n_digits=1, min_exponent=0, max_exponent=1)),
    "repeated": RepeatedCodec(NormalizedCodec(base=2, length=2), n_copies=3),
    "least digit first": LEAST_DIGIT_FIRST,
    "unnormalised": UNNORMALISED,
    "signed zeros": SIGNED_ZEROS,
}
codecs = pytest.mark.parametrize("name", list(CODECS))
ORDERED = [name for name, codec in CODECS.items() if codec.ordered]


def make(codec: Codec) -> tuple[DigitTree, Reach]:
    tree = DigitTree(codec.grammar, codec.length)
    return tree, Reach(codec, tree)


def many_targets(codec: Codec) -> Tensor:
    """Return numbers within the range, on the borders between leaves, on the leaves, and far outside."""
    leaves = codec.decode(DigitTree(codec.grammar, codec.length).leaf_tokens).sort().values
    leaves = leaves[leaves.isfinite()]
    width = leaves[-1] - leaves[0]
    random = leaves[0] + width * torch.rand(60, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    outside = torch.stack([leaves[0] - 3 * width, leaves[0] - 0.01, leaves[-1] + 0.01, leaves[-1] + 3 * width])
    return torch.cat([random, leaves[::3], (leaves[1:] + leaves[:-1])[::3] / 2, outside])


def by_brute_force(codec: Codec, tree: DigitTree, z: Tensor) -> Tensor:
    """Return the distance from each target to the nearest number beyond each edge, ``(target, node, vocab)``."""
    distance = (stand_ins(codec.decode(tree.leaf_tokens)) - z.unsqueeze(1)).abs()
    found = torch.full((len(z), tree.n_nodes, tree.vocab_size), torch.inf, dtype=torch.float64)
    for leaf in range(tree.n_leaves):
        for node, token in zip(tree.leaf_nodes[leaf].tolist(), tree.leaf_tokens[leaf].tolist(), strict=True):
            found[:, node, token] = torch.minimum(found[:, node, token], distance[:, leaf])
    return found


@codecs
def test_the_nearest_number_beyond_every_edge_of_the_tree(name: str) -> None:
    codec = CODECS[name]
    tree, reach = make(codec)
    z = many_targets(codec)
    nodes = torch.arange(tree.n_nodes).expand(len(z), -1)
    distances = reach.distances(nodes, z.unsqueeze(1).expand(-1, tree.n_nodes))
    torch.testing.assert_close(distances, by_brute_force(codec, tree, z), rtol=0.0, atol=1e-15)


@pytest.mark.parametrize("name", ORDERED)
def test_intervals_of_an_ordered_codec_say_the_same_without_a_tree(name: str) -> None:
    codec = CODECS[name]
    tree, reach = make(codec)
    z = codec.decode(codec.encode(many_targets(codec)))
    picked = torch.randint(tree.n_leaves, (len(z), 4), generator=torch.Generator().manual_seed(1))
    tokens = tree.leaf_tokens[picked]
    found = open_distances(codec, tokens, z.unsqueeze(1).expand(-1, 4))
    expected = reach.distances(tree.nodes_on_path(tokens), z.view(-1, 1, 1).expand(tokens.shape))
    torch.testing.assert_close(found, expected, rtol=0.0, atol=1e-15)


@codecs
def test_forbidden_tokens_are_infinitely_far_and_no_others(name: str) -> None:
    tree, reach = make(CODECS[name])
    distances = reach.distances(torch.arange(tree.n_nodes), torch.zeros(tree.n_nodes, dtype=torch.float64))
    assert torch.equal(distances.isinf(), tree.child < 0)


@codecs
def test_targets_broadcast_over_prefixes(name: str) -> None:
    _, reach = make(CODECS[name])
    nodes = torch.zeros(3, 4, dtype=torch.int64)
    z = torch.tensor([[0.1], [0.5], [0.9]], dtype=torch.float64)
    torch.testing.assert_close(reach.distances(nodes, z), reach.distances(nodes, z.expand(-1, 4)))


def test_a_number_that_is_spelt_in_two_ways_is_no_gap() -> None:
    """Plus and minus zero: the numbers beyond a plus are 0 and 1, with no other between them."""
    _, reach = make(SIGNED_ZEROS)
    z = torch.tensor([-0.7, 0.0, 0.6], dtype=torch.float64)
    distances = reach.distances(torch.zeros(3, dtype=torch.int64), z)
    torch.testing.assert_close(distances, torch.tensor([[0.7, 0.3], [0.0, 0.0], [0.4, 0.6]], dtype=torch.float64))


def test_single_precision_tells_the_numbers_of_a_large_tree_apart() -> None:
    """Training casts the policy's numbers to float32; targets are cast along."""
    codec = NormalizedCodec(base=10, length=5)
    tree, reach = make(codec)
    z = codec.decode(codec.encode(torch.rand(500, dtype=torch.float64, generator=torch.Generator().manual_seed(0))))
    tokens = codec.encode(z)
    nodes = tree.nodes_on_path(tokens.unsqueeze(1)).squeeze(1)
    distances = reach.float().distances(nodes, z.unsqueeze(1).expand(-1, 5))
    assert torch.equal(distances.argmin(-1), tokens)
