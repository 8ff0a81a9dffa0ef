"""What DESIGN promises of every codec."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from digitwise.codecs import (
    Bounded,
    Codec,
    DecimalCodec,
    DigitTree,
    HammingCodec,
    IEEECodec,
    NormalizedCodec,
    P10Codec,
    PermissiveIEEECodec,
    RepeatedCodec,
    ScientificCodec,
    WithSpecialValues,
    cells_of,
    highest_completion,
    lowest_completion,
)
from digitwise.codecs.special_numbers import stand_ins
from tests.contracts.policies import MixedRadixCodec

SMALL = ScientificCodec(n_digits=1, min_exponent=-1, max_exponent=1)
CODECS: list[Codec] = [
    MixedRadixCodec(),
    NormalizedCodec(base=2, length=8),
    NormalizedCodec(base=4, length=4),
    NormalizedCodec(base=6, length=4),
    NormalizedCodec(base=8, length=3),
    NormalizedCodec(base=10, length=3),
    NormalizedCodec(base=3, length=1),
    NormalizedCodec(base=257, length=1),
    ScientificCodec(n_digits=2, min_exponent=-2, max_exponent=2),
    ScientificCodec(n_digits=2, min_exponent=-12, max_exponent=3, signs="non_negative"),
    ScientificCodec(n_digits=3, min_exponent=7, max_exponent=8, signs="positive"),
    ScientificCodec(n_digits=2, min_exponent=-2, max_exponent=2, exponent="last"),
    ScientificCodec(n_digits=3, min_exponent=0, max_exponent=4, integer=True),
    ScientificCodec(n_digits=3, min_exponent=0, max_exponent=1, integer=True, signs="positive", exponent="last"),
    IEEECodec(base=2, exponent_digits=1, mantissa_digits=1),
    IEEECodec(base=2, exponent_digits=3, mantissa_digits=4),
    IEEECodec(base=3, exponent_digits=2, mantissa_digits=2),
    IEEECodec(base=10, exponent_digits=1, mantissa_digits=2),
    IEEECodec(base=7, exponent_digits=1, mantissa_digits=1),
    Bounded(NormalizedCodec(base=10, length=2), low=0.1234, high=0.777),
    Bounded(NormalizedCodec(base=10, length=2), high=0.031),
    Bounded(SMALL, low=0.0),
    Bounded(SMALL, low=-0.35, high=20.0),
    Bounded(Bounded(SMALL, low=-3.0), high=0.055),
    Bounded(IEEECodec(base=3, exponent_digits=1, mantissa_digits=2), low=-5.0, high=-0.2),
    Bounded(ScientificCodec(n_digits=2, min_exponent=-2, max_exponent=2), low=0.995, high=1.005),
    DecimalCodec(n_integer=2, n_fraction=1),
    DecimalCodec(n_integer=1, n_fraction=2, signed=False),
    DecimalCodec(n_integer=2, n_fraction=0),
    HammingCodec(length=1),
    HammingCodec(length=2),
    HammingCodec(length=8),
    RepeatedCodec(NormalizedCodec(base=3, length=2), n_copies=3),
    RepeatedCodec(SMALL, n_copies=2),
    RepeatedCodec(WithSpecialValues(NormalizedCodec(base=2, length=2)), n_copies=2),
    WithSpecialValues(NormalizedCodec(base=10, length=2)),
    WithSpecialValues(SMALL, values=("inf", "nan")),
    WithSpecialValues(Bounded(SMALL, low=0.0), values=("-inf",)),
    WithSpecialValues(HammingCodec(length=4), values=("nan",)),
]
PUBLISHED: list[Codec] = [  # their encode does not write the nearest number, by rules of their own
    P10Codec(n_digits=2, exponent_range=2),
    P10Codec(n_digits=1, exponent_range=6),
    PermissiveIEEECodec(exponent_digits=1, mantissa_digits=2),
    PermissiveIEEECodec(base=3, exponent_digits=2, mantissa_digits=2),
]
members = pytest.mark.parametrize("codec", CODECS, ids=repr)
all_members = pytest.mark.parametrize("codec", CODECS + PUBLISHED, ids=repr)
ordered_members = pytest.mark.parametrize("codec", [codec for codec in CODECS if codec.ordered], ids=repr)


def leaves_of(codec: Codec) -> tuple[Tensor, Tensor]:
    """Return all sequences, and their numbers."""
    tokens = DigitTree(codec.grammar, codec.length).leaf_tokens
    return tokens, codec.decode(tokens)


@all_members
@given(share=st.lists(st.floats(0, 1), min_size=1, max_size=20), size=st.floats(-13, 10))
@settings(max_examples=20, deadline=None)
def test_decoding_stays_within_the_resolution(codec: Codec, share: list[float], size: float) -> None:
    """Anywhere in the span, and near zero."""
    low, high = codec.span
    part = torch.tensor(share, dtype=torch.float64)
    z = torch.cat([low + part * (high - low), part * 10**size, -part * 10**size]).clamp(low, high)
    error = (codec.decode(codec.encode(z)) - z).abs()
    assert (error <= codec.resolution(z) * (1 + 1e-12)).all()


@members
def test_the_number_written_is_the_nearest_one(codec: Codec) -> None:
    """Within rounding; where cells are cut at bounds or ends, too."""
    low, high = codec.span
    generator = torch.Generator().manual_seed(0)
    z = low + torch.rand(500, dtype=torch.float64, generator=generator) * (high - low)
    z = torch.cat([z, z * 10 ** -(12 * torch.rand(500, dtype=torch.float64, generator=generator))]).clamp(low, high)
    numbers = leaves_of(codec)[1]
    distance = (numbers - z.unsqueeze(1)).abs()
    distance = distance[:, numbers.isfinite()].min(1).values
    torch.testing.assert_close((codec.decode(codec.encode(z)) - z).abs(), distance, rtol=1e-9, atol=1e-15)


@all_members
@pytest.mark.parametrize("far", [1e12, 1e300, torch.inf])
def test_numbers_outside_saturate(codec: Codec, far: float) -> None:
    numbers = leaves_of(codec)[1]
    finite = numbers[numbers.isfinite()]
    low, high = codec.decode(codec.encode(torch.tensor([-far, far], dtype=torch.float64)))
    assert low == (-far if -far in numbers else finite.min())
    assert high == (far if far in numbers else finite.max())


@all_members
def test_nan_is_refused_or_written(codec: Codec) -> None:
    if leaves_of(codec)[1].isnan().any():
        assert codec.decode(codec.encode(torch.tensor([0.5, torch.nan]))).isnan().tolist() == [False, True]
        return
    with pytest.raises(ValueError, match="must not be NaN"):
        codec.encode(torch.tensor([0.5, torch.nan]))


@members
def test_each_number_has_one_sequence_and_each_sequence_one_number(codec: Codec) -> None:
    tokens, numbers = leaves_of(codec)
    assert codec.canonical == (len(stand_ins(numbers).unique()) == len(tokens))
    again = codec.encode(numbers)
    assert torch.equal(stand_ins(codec.decode(again)), stand_ins(numbers))
    assert torch.equal(again, tokens) or not codec.canonical


@all_members
def test_there_is_no_minus_zero(codec: Codec) -> None:
    numbers = leaves_of(codec)[1]
    assert not numbers[numbers == 0].signbit().any()
    below, above = codec.encode(torch.tensor([-0.0, 0.0], dtype=torch.float64))
    assert torch.equal(below, above)


@all_members
def test_ordered_codecs_are_monotone(codec: Codec) -> None:
    assert codec.ordered == bool((stand_ins(leaves_of(codec)[1]).diff() > 0).all())


@ordered_members
def test_in_ordered_codecs_prefixes_cover_intervals(codec: Codec) -> None:
    tokens, numbers = leaves_of(codec)
    numbers = stand_ins(numbers)
    for written in range(codec.length):
        prefix = tokens[:: max(1, len(tokens) // 100), :written]
        lowest = stand_ins(codec.decode(lowest_completion(codec.grammar, prefix, codec.length)))
        highest = stand_ins(codec.decode(highest_completion(codec.grammar, prefix, codec.length)))
        same = (prefix.unsqueeze(1) == tokens[:, :written]).all(-1)
        assert torch.equal(lowest, torch.where(same, numbers, torch.inf).amin(1))
        assert torch.equal(highest, torch.where(same, numbers, -torch.inf).amax(1))


@all_members
def test_cells_tile_the_span_and_hold_their_numbers(codec: Codec) -> None:
    tree = DigitTree(codec.grammar, codec.length)
    cells = cells_of(codec, tree)
    is_number = codec.decode(tree.leaf_tokens).isfinite()
    assert torch.equal(cells.of_leaf >= 0, is_number)
    numbers, of_leaf = codec.decode(tree.leaf_tokens)[is_number], cells.of_leaf[is_number]
    low, high = (border[is_number] for border in codec.cells(tree.leaf_tokens))
    assert ((low <= numbers) & (numbers <= high) & (low < high)).all()
    assert torch.equal(cells.edges[of_leaf], low)
    torch.testing.assert_close(cells.edges[of_leaf + 1], high, rtol=1e-15, atol=0)
    torch.testing.assert_close(cells.edges[[0, -1]], torch.tensor(codec.span, dtype=torch.float64), rtol=1e-15, atol=0)
    assert (cells.edges.diff() > 0).all()


@members
def test_special_values_are_their_own_borders(codec: Codec) -> None:
    tokens, numbers = leaves_of(codec)
    special = ~numbers.isfinite()
    for border in codec.cells(tokens):
        assert torch.equal(stand_ins(border[special]), stand_ins(numbers[special]))
    assert (codec.resolution(numbers[special]) == 0).all()


@members
def test_numbers_inside_a_cell_are_written_as_its_number(codec: Codec) -> None:
    tokens, numbers = leaves_of(codec)
    low, high = codec.cells(tokens)
    is_number = numbers.isfinite()
    low, high, numbers = low[is_number], high[is_number], numbers[is_number]
    for share in (0.01, 0.3, 0.99):
        inside = low + share * (high - low)
        assert torch.equal(codec.decode(codec.encode(inside)), numbers)


@all_members
def test_the_grammar_accepts_what_encode_makes_and_nothing_else(codec: Codec) -> None:
    low, high = codec.span
    tokens = codec.encode(low + torch.rand(50, dtype=torch.float64) * (high - low))
    assert codec.grammar.accepts(tokens).all()
    too_large = tokens.clone()
    too_large[:, -1] = codec.vocab_size
    assert not codec.grammar.accepts(too_large).any()
    assert not codec.grammar.accepts(torch.cat([tokens, tokens[:, :1]], dim=1)).any()  # one digit too many


@all_members
def test_a_sequence_with_one_token_changed_is_accepted_only_if_it_is_a_leaf(codec: Codec) -> None:
    tokens = leaves_of(codec)[0]
    known = set(map(tuple, tokens.tolist()))
    assert len(known) == codec.grammar.count(codec.length)
    some = tokens[:: max(1, len(tokens) // 50)]
    for step in range(codec.length):
        changed = some.repeat_interleave(codec.vocab_size, 0)
        changed[:, step] = torch.arange(codec.vocab_size).repeat(len(some))
        accepted = codec.grammar.accepts(changed)
        assert accepted.tolist() == [tuple(sequence) in known for sequence in changed.tolist()]


@all_members
def test_equal_settings_share_their_grammar(codec: Codec) -> None:
    assert hash(codec) == hash(type(codec)(**vars(codec)))
    first, again = codec.grammar, type(codec)(**vars(codec)).grammar
    assert torch.equal(first.transitions, again.transitions)
