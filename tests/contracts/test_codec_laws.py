"""What DESIGN promises of every codec."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from digitwise.codecs import Codec, DigitTree, NormalizedCodec, cells_of
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
    tree = DigitTree(codec.grammar, codec.length)
    numbers = codec.decode(tree.leaf_tokens)
    assert codec.decode(low) == numbers.min()
    assert codec.decode(high) == numbers.max()


@members
def test_nan_is_refused(codec: Codec) -> None:
    with pytest.raises(ValueError, match="must not be NaN"):
        codec.encode(torch.tensor([0.5, torch.nan]))


@members
def test_each_number_has_one_sequence_and_each_sequence_one_number(codec: Codec) -> None:
    tree = DigitTree(codec.grammar, codec.length)
    numbers = codec.decode(tree.leaf_tokens)
    assert codec.canonical == (len(numbers.unique()) == tree.n_leaves)
    again = codec.encode(numbers)
    assert torch.equal(codec.decode(again), numbers)
    assert torch.equal(again, tree.leaf_tokens) or not codec.canonical


@members
def test_ordered_codecs_are_monotone(codec: Codec) -> None:
    tree = DigitTree(codec.grammar, codec.length)
    assert codec.ordered == bool((codec.decode(tree.leaf_tokens).diff() > 0).all())


@members
def test_cells_tile_the_span_and_hold_their_numbers(codec: Codec) -> None:
    tree = DigitTree(codec.grammar, codec.length)
    cells = cells_of(codec, tree)
    low, high = codec.cells(tree.leaf_tokens)
    numbers = codec.decode(tree.leaf_tokens)
    assert ((low <= numbers) & (numbers <= high) & (low < high)).all()
    torch.testing.assert_close(cells.edges[cells.of_leaf + 1], high, rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(cells.edges[[0, -1]], torch.tensor(codec.span, dtype=torch.float64), rtol=1e-12, atol=0)
    assert (cells.edges.diff() > 0).all()


@members
def test_numbers_inside_a_cell_are_written_as_its_number(codec: Codec) -> None:
    tree = DigitTree(codec.grammar, codec.length)
    low, high = codec.cells(tree.leaf_tokens)
    for share in (0.01, 0.3, 0.99):
        inside = low + share * (high - low)
        assert torch.equal(codec.decode(codec.encode(inside)), codec.decode(tree.leaf_tokens))


@members
def test_the_grammar_accepts_what_encode_makes_and_nothing_else(codec: Codec) -> None:
    tokens = codec.encode(torch.rand(50, dtype=torch.float64))
    assert codec.grammar.accepts(tokens).all()
    too_large = tokens.clone()
    too_large[:, -1] = codec.vocab_size
    assert not codec.grammar.accepts(too_large).any()
    assert not codec.grammar.accepts(torch.cat([tokens, tokens[:, :1]], dim=1)).any()  # one digit too many
