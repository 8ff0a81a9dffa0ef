"""What DESIGN promises of every codec."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from digitwise.codecs import Codec, DigitTree, NormalizedCodec
from tests.contracts.policies import MixedRadixCodec

CODECS = [
    MixedRadixCodec(),
    NormalizedCodec(base=2, length=8),
    NormalizedCodec(base=4, length=4),
    NormalizedCodec(base=6, length=4),
    NormalizedCodec(base=8, length=3),
    NormalizedCodec(base=10, length=3),
    NormalizedCodec(base=3, length=1),
    NormalizedCodec(base=257, length=1),
]
members = pytest.mark.parametrize("codec", CODECS, ids=repr)


@members
@given(z=st.lists(st.floats(0, 1, exclude_max=True), min_size=1, max_size=20))
@settings(max_examples=50, deadline=None)
def test_decoding_stays_within_the_resolution(codec: Codec, z: list[float]) -> None:
    number = torch.tensor(z, dtype=torch.float64)
    error = (codec.decode(codec.encode(number)) - number).abs()
    assert (error <= codec.resolution(number) * (1 + 1e-12)).all()


@members
def test_numbers_outside_saturate(codec: Codec) -> None:
    low, high = codec.encode(torch.tensor([-1e9, 1e9], dtype=torch.float64))
    assert torch.equal(low, codec.encode(torch.tensor(0.0)))
    assert torch.equal(high, codec.encode(torch.tensor(1.0).nextafter(torch.tensor(0.0)).double()))


@members
def test_nan_is_refused(codec: Codec) -> None:
    with pytest.raises(ValueError, match="must not be NaN"):
        codec.encode(torch.tensor([0.5, torch.nan]))


@members
def test_each_number_has_one_sequence_and_each_sequence_one_number(codec: Codec) -> None:
    tree = DigitTree(codec.grammar, codec.length)
    numbers = codec.decode(tree.leaf_tokens)
    assert torch.equal(codec.encode(numbers), tree.leaf_tokens)
    assert len(numbers.unique()) == tree.n_leaves


@members
def test_ordered_codecs_are_monotone(codec: Codec) -> None:
    tree = DigitTree(codec.grammar, codec.length)
    assert codec.ordered
    assert (codec.decode(tree.leaf_tokens).diff() > 0).all()


@members
def test_leaves_decode_inside_their_edges(codec: Codec) -> None:
    tree = DigitTree(codec.grammar, codec.length)
    numbers, edges = codec.decode(tree.leaf_tokens), codec.leaf_edges()
    assert len(edges) == tree.n_leaves + 1
    assert ((edges[:-1] < numbers) & (numbers < edges[1:])).all()


@members
def test_the_grammar_accepts_what_encode_makes_and_nothing_else(codec: Codec) -> None:
    tokens = codec.encode(torch.rand(50, dtype=torch.float64))
    assert codec.grammar.accepts(tokens).all()
    too_large = tokens.clone()
    too_large[:, -1] = codec.vocab_size
    assert not codec.grammar.accepts(too_large).any()
    assert not codec.grammar.accepts(torch.cat([tokens, tokens[:, :1]], dim=1)).any()  # one digit too many
