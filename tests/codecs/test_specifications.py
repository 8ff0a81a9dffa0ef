"""The specification of each codec, as tables: number, tokens, number after the round trip. And round trips of random
numbers against Python's own decimal arithmetic."""

import warnings
from decimal import ROUND_HALF_UP, Context, Decimal
from itertools import product

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from digitwise.codecs import (
    Bounded,
    Codec,
    DecimalCodec,
    DigitTree,
    HammingCodec,
    IEEECodec,
    NormalizedCodec,
    RepeatedCodec,
    ScientificCodec,
    WithSpecialValues,
)

INF, NAN = float("inf"), float("nan")
SCIENTIFIC = ScientificCodec(n_digits=3, min_exponent=-10, max_exponent=10)
SCIENTIFIC_TABLE = [
    # z, tokens, decoded
    (0.0, [1, 0, 0, 0, 0], 0.0),
    (-0.0, [1, 0, 0, 0, 0], 0.0),
    (1.0, [2, 10, 1, 0, 0], 1.0),
    (-1.0, [0, 10, 1, 0, 0], -1.0),
    (-12.34, [0, 11, 1, 2, 3], -12.3),
    (2.675, [2, 10, 2, 6, 8], 2.68),  # halves go away from zero, as they are written
    (-2.675, [0, 10, 2, 6, 8], -2.68),
    (2.665, [2, 10, 2, 6, 7], 2.67),
    (2.6749999, [2, 10, 2, 6, 7], 2.67),
    (9.9996, [2, 11, 1, 0, 0], 10.0),  # the carry reaches the exponent
    (9.995, [2, 11, 1, 0, 0], 10.0),
    (9.9949, [2, 10, 9, 9, 9], 9.99),
    (-999.96, [0, 13, 1, 0, 0], -1000.0),
    (0.001, [2, 7, 1, 0, 0], 0.001),  # where a logarithm errs
    (1e-7, [2, 3, 1, 0, 0], 1e-7),
    (1000.0, [2, 13, 1, 0, 0], 1000.0),
    (1e6, [2, 16, 1, 0, 0], 1e6),
    (9.9949999e-8, [2, 2, 9, 9, 9], 9.99e-8),
    (1e-10, [2, 0, 1, 0, 0], 1e-10),  # the least
    (1.004e-10, [2, 0, 1, 0, 0], 1e-10),
    (0.5e-10, [2, 0, 1, 0, 0], 1e-10),  # half-way to zero
    (0.49999e-10, [1, 0, 0, 0, 0], 0.0),
    (-0.5e-10, [0, 0, 1, 0, 0], -1e-10),
    (-1e-300, [1, 0, 0, 0, 0], 0.0),
    (5e-324, [1, 0, 0, 0, 0], 0.0),
    (9.99e10, [2, 20, 9, 9, 9], 9.99e10),  # the largest
    (9.996e10, [2, 20, 9, 9, 9], 9.99e10),
    (1e11, [2, 20, 9, 9, 9], 9.99e10),
    (1.7e308, [2, 20, 9, 9, 9], 9.99e10),
    (-INF, [0, 20, 9, 9, 9], -9.99e10),
]
NON_NEGATIVE = ScientificCodec(n_digits=2, min_exponent=-1, max_exponent=1, signs="non_negative")
POSITIVE = ScientificCodec(n_digits=2, min_exponent=-1, max_exponent=1, signs="positive")
WHOLE = ScientificCodec(n_digits=3, min_exponent=0, max_exponent=4, integer=True)
LAST = ScientificCodec(n_digits=2, min_exponent=-1, max_exponent=1, exponent="last")
WHOLE_LAST = ScientificCodec(n_digits=3, min_exponent=0, max_exponent=4, integer=True, exponent="last")
IEEE = IEEECodec(base=10, exponent_digits=1, mantissa_digits=4)
IEEE_TABLE = [
    (123.4, [1, 1, 2, 1, 2, 3, 4], 123.4),  # as published
    (-0.1234, [0, 0, 1, 1, 2, 3, 4], -0.1234),
    (-1.2e-9, [0, 0, 9, 1, 2, 0, 0], -1.2e-9),
    (1.2e9, [1, 1, 9, 1, 2, 0, 0], 1.2e9),
    (12345.0, [1, 1, 4, 1, 2, 3, 5], 12350.0),  # rounded, where the published one truncates
    (12344.9, [1, 1, 4, 1, 2, 3, 4], 12340.0),
    (1.0, [1, 1, 0, 1, 0, 0, 0], 1.0),
    (9.9996, [1, 1, 1, 1, 0, 0, 0], 10.0),
    (0.99996, [1, 1, 0, 1, 0, 0, 0], 1.0),  # the exponent's sign carries too
    (-0.99994, [0, 0, 1, 9, 9, 9, 9], -0.9999),
    (1000.0, [1, 1, 3, 1, 0, 0, 0], 1000.0),
    (1e-7, [1, 0, 7, 1, 0, 0, 0], 1e-7),
    (0.0, [1, 0, 9, 0, 0, 0, 0], 0.0),
    (-0.0, [1, 0, 9, 0, 0, 0, 0], 0.0),
    (1e-9, [1, 0, 9, 1, 0, 0, 0], 1e-9),  # the least of full precision
    (1.234e-10, [1, 0, 9, 0, 1, 2, 3], 1.23e-10),  # fewer digits, down to zero
    (-1.2e-12, [0, 0, 9, 0, 0, 0, 1], -1e-12),
    (0.5e-12, [1, 0, 9, 0, 0, 0, 1], 1e-12),
    (-0.499e-12, [1, 0, 9, 0, 0, 0, 0], 0.0),
    (9.9996e-10, [1, 0, 9, 1, 0, 0, 0], 1e-9),
    (9.999e9, [1, 1, 9, 9, 9, 9, 9], 9.999e9),
    (1.234e10, [1, 1, 9, 9, 9, 9, 9], 9.999e9),
    (-INF, [0, 1, 9, 9, 9, 9, 9], -9.999e9),
]
BINARY = IEEECodec(base=2, exponent_digits=2, mantissa_digits=3)
BOUNDED = Bounded(SCIENTIFIC, low=-1.0, high=250.0)
DECIMAL = DecimalCodec(n_integer=4, n_fraction=2)
UNSIGNED = DecimalCodec(n_integer=2, n_fraction=1, signed=False)
UNITS = DecimalCodec(n_integer=3, n_fraction=0)
REPEATED = RepeatedCodec(NormalizedCodec(base=10, length=2), n_copies=3)
SPECIAL = WithSpecialValues(SCIENTIFIC)  # ids 21 NaN, 22 minus infinity, 23 infinity

TABLE: list[tuple[Codec, float, list[int], float]] = [
    *((SCIENTIFIC, *row) for row in SCIENTIFIC_TABLE),
    (NON_NEGATIVE, -3.0, [0, 0, 0, 0], 0.0),
    (NON_NEGATIVE, 0.04, [0, 0, 0, 0], 0.0),
    (NON_NEGATIVE, 0.05, [1, 0, 1, 0], 0.1),
    (NON_NEGATIVE, 3.14, [1, 1, 3, 1], 3.1),
    (NON_NEGATIVE, INF, [1, 2, 9, 9], 99.0),
    (POSITIVE, -3.0, [0, 1, 0], 0.1),
    (POSITIVE, 0.0, [0, 1, 0], 0.1),
    (POSITIVE, 0.105, [0, 1, 1], 0.11),
    (POSITIVE, 99.5, [2, 9, 9], 99.0),
    (WHOLE, 0.4, [1, 0, 0, 0, 0], 0.0),
    (WHOLE, 0.5, [2, 0, 1, 0, 0], 1.0),
    (WHOLE, 7.5, [2, 0, 8, 0, 0], 8.0),
    (WHOLE, 9.5, [2, 1, 1, 0, 0], 10.0),
    (WHOLE, -12.4, [0, 1, 1, 2, 0], -12.0),
    (WHOLE, 999.5, [2, 3, 1, 0, 0], 1000.0),
    (WHOLE, 1005.0, [2, 3, 1, 0, 1], 1010.0),
    (WHOLE, 1e9, [2, 4, 9, 9, 9], 99900.0),
    (LAST, 0.0, [1, 0, 0, 0], 0.0),
    (LAST, -3.14, [0, 3, 1, 1], -3.1),
    (LAST, 0.0995, [2, 1, 0, 0], 0.1),
    (WHOLE_LAST, 12.4, [2, 1, 2, 0, 1], 12.0),
    (WHOLE_LAST, -7.0, [0, 7, 0, 0, 0], -7.0),
    *((IEEE, *row) for row in IEEE_TABLE),
    (IEEECodec(), 123.45, [1, 1, 0, 2, 1, 2, 3, 4, 5], 123.45),  # the nine tokens of RLM
    (IEEECodec(), -1e-99, [0, 0, 9, 9, 1, 0, 0, 0, 0], -1e-99),
    (IEEECodec(), 0.0, [1, 0, 9, 9, 0, 0, 0, 0, 0], 0.0),
    (IEEECodec(), 1e300, [1, 1, 9, 9, 9, 9, 9, 9, 9], 9.9999e99),
    (BINARY, 0.625, [1, 0, 0, 1, 1, 0, 1], 0.625),  # 1.01 × 2^-1
    (BINARY, -14.0, [0, 1, 1, 1, 1, 1, 1], -14.0),
    (BINARY, 0.03125, [1, 0, 1, 1, 0, 0, 1], 0.03125),  # 0.01 × 2^-3
    (BINARY, 1.125, [1, 1, 0, 0, 1, 0, 1], 1.25),
    (BOUNDED, -1e9, [0, 10, 1, 0, 0], -1.0),
    (BOUNDED, -1.004, [0, 10, 1, 0, 0], -1.0),
    (BOUNDED, 0.0, [1, 0, 0, 0, 0], 0.0),
    (BOUNDED, 249.7, [2, 12, 2, 5, 0], 250.0),
    (BOUNDED, INF, [2, 12, 2, 5, 0], 250.0),
    (Bounded(NormalizedCodec(base=10, length=1), low=0.36, high=0.7), 0.36, [4], 0.45),
    (Bounded(NormalizedCodec(base=10, length=1), low=0.34, high=0.7), 0.36, [3], 0.35),
    (Bounded(NormalizedCodec(base=10, length=1), low=0.34, high=0.7), 0.7, [6], 0.65),
    (DECIMAL, 123.45, [1, 0, 1, 2, 3, 0, 4, 5], 123.45),
    (DECIMAL, -0.005, [0, 0, 0, 0, 0, 0, 0, 1], -0.01),
    (DECIMAL, -0.004999, [1, 0, 0, 0, 0, 0, 0, 0], 0.0),
    (DECIMAL, -0.0, [1, 0, 0, 0, 0, 0, 0, 0], 0.0),
    (DECIMAL, 9.996, [1, 0, 0, 1, 0, 0, 0, 0], 10.0),
    (DECIMAL, 1.005, [1, 0, 0, 0, 1, 0, 0, 1], 1.01),  # as written, though the float64 lies below
    (DECIMAL, 9999.994, [1, 9, 9, 9, 9, 0, 9, 9], 9999.99),
    (DECIMAL, -1e300, [0, 9, 9, 9, 9, 0, 9, 9], -9999.99),
    (UNSIGNED, 7.25, [0, 7, 0, 3], 7.3),
    (UNSIGNED, -7.25, [0, 0, 0, 0], 0.0),
    (UNSIGNED, INF, [9, 9, 0, 9], 99.9),
    (UNITS, -12.5, [0, 0, 1, 3], -13.0),
    (UNITS, 1000.0, [1, 9, 9, 9], 999.0),
    (HammingCodec(length=3), 0.0, [0, 0, 0], 0.0625),
    (HammingCodec(length=3), 0.2, [0, 0, 1], 0.1875),
    (HammingCodec(length=3), 0.25, [0, 1, 0], 0.3125),
    (HammingCodec(length=3), 0.49, [1, 0, 0], 0.4375),
    (HammingCodec(length=3), 0.5, [0, 1, 1], 0.5625),
    (HammingCodec(length=3), 0.7, [1, 0, 1], 0.6875),
    (HammingCodec(length=3), 0.75, [1, 1, 0], 0.8125),
    (HammingCodec(length=3), 7.0, [1, 1, 1], 0.9375),
    (HammingCodec(length=3), -INF, [0, 0, 0], 0.0625),
    (REPEATED, 0.25, [2, 5, 2, 5, 2, 5], 0.255),
    (SPECIAL, -12.34, [0, 11, 1, 2, 3], -12.3),
    (SPECIAL, 1e300, [2, 20, 9, 9, 9], 9.99e10),
    (SPECIAL, INF, [23, 0, 0, 0, 0], INF),
    (SPECIAL, -INF, [22, 0, 0, 0, 0], -INF),
    (SPECIAL, NAN, [21, 0, 0, 0, 0], NAN),
    (WithSpecialValues(BOUNDED, values=("inf",)), INF, [21, 0, 0, 0, 0], INF),
    (WithSpecialValues(BOUNDED, values=("inf",)), -INF, [0, 10, 1, 0, 0], -1.0),
]


@pytest.mark.parametrize(("codec", "z", "tokens", "decoded"), TABLE)
def test_specification(codec: Codec, z: float, tokens: list[int], decoded: float) -> None:
    written = codec.encode(torch.tensor(z, dtype=torch.float64))
    assert written.tolist() == tokens
    assert codec.grammar.accepts(written)
    assert repr(codec.decode(written).item()) == repr(decoded)  # to the last bit, and the sign of zero


def rounded(z: float, n_digits: int, least: int, most: int, *, gradual: bool) -> float:
    """Return the nearest ``± d.dd × 10^e``, halves away from zero, by decimal arithmetic on its shortest text."""
    exact = abs(Decimal(repr(z)))
    largest = Decimal(f"{'9' * n_digits}e{most - n_digits + 1}")
    smallest = Decimal(f"1e{least}")
    if exact >= largest:
        number = largest
    elif exact < smallest and not gradual:
        number = smallest if 2 * exact >= smallest else Decimal(0)
    else:
        exponent = max(exact.adjusted(), least) if exact else least
        number = exact.quantize(Decimal(f"1e{exponent - n_digits + 1}"), ROUND_HALF_UP, Context(prec=800))
    return -float(number) if z < 0 else float(number)


halves = st.builds(
    lambda sign, digits, exponent: float(f"{sign}{digits}5e{exponent}"),
    st.sampled_from(["", "-"]),
    st.integers(0, 99999),
    st.integers(-130, 120),
)
numbers = st.lists(
    st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.floats(-1000, 1000), halves), min_size=1, max_size=20
)


@settings(max_examples=40, deadline=None)
@given(z=numbers)
@pytest.mark.parametrize(
    ("codec", "n_digits", "least", "most"),
    [
        (SCIENTIFIC, 3, -10, 10),
        (ScientificCodec(n_digits=5, min_exponent=-120, max_exponent=110), 5, -120, 110),
        (ScientificCodec(n_digits=1, min_exponent=0, max_exponent=0), 1, 0, 0),
        (ScientificCodec(n_digits=12, min_exponent=-4, max_exponent=30, exponent="last"), 12, -4, 30),
        (IEEE, 4, -9, 9),
        (IEEECodec(), 5, -99, 99),
        (IEEECodec(exponent_digits=1, mantissa_digits=14), 14, -9, 9),
        (DECIMAL, 6, 3, 3),
        (DecimalCodec(n_integer=9, n_fraction=6), 15, 8, 8),
    ],
)
def test_random_numbers_are_rounded_as_by_decimal_arithmetic(
    codec: Codec, n_digits: int, least: int, most: int, z: list[float]
) -> None:
    tokens = codec.encode(torch.tensor(z, dtype=torch.float64))
    gradual = not isinstance(codec, ScientificCodec)
    expected = [rounded(number, n_digits, least, most, gradual=gradual) for number in z]
    assert codec.decode(tokens).tolist() == expected
    assert codec.grammar.accepts(tokens).all()
    assert torch.equal(codec.encode(codec.decode(tokens)), tokens)


@settings(max_examples=40, deadline=None)
@given(z=numbers)
def test_whole_numbers_are_rounded_to_units_or_digits(z: list[float]) -> None:
    codec = ScientificCodec(n_digits=3, min_exponent=0, max_exponent=12, integer=True)
    to_units = [float(Decimal(repr(number)).to_integral_value(ROUND_HALF_UP)) for number in z]
    expected = [
        unit if abs(number) < 999.5 else rounded(number, 3, 0, 12, gradual=False)
        for number, unit in zip(z, to_units, strict=True)
    ]
    assert codec.decode(codec.encode(torch.tensor(z, dtype=torch.float64))).tolist() == expected


@pytest.mark.parametrize(
    "codec", [SCIENTIFIC, LAST, WHOLE, IEEE, BOUNDED, DECIMAL, HammingCodec(), REPEATED, SPECIAL], ids=repr
)
def test_any_shape_is_encoded_in_single_precision_too(codec: Codec) -> None:
    z = torch.randn(2, 3, 5, generator=torch.Generator().manual_seed(0))
    tokens = codec.encode(z)
    assert tokens.shape == (2, 3, 5, codec.length)
    assert codec.decode(tokens).shape == z.shape
    assert torch.equal(tokens, codec.encode(z.double()))
    assert codec.encode(z[:0]).shape == (0, 3, 5, codec.length)
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # torch warns of memory laid out otherwise
        assert torch.equal(codec.encode(z.transpose(0, 2)), tokens.transpose(0, 2))


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        (ScientificCodec, {"n_digits": 0}, "at least 1 digit"),
        (ScientificCodec, {"n_digits": 16}, r"must not exceed 2\*\*50"),
        (ScientificCodec, {"min_exponent": 3, "max_exponent": 2}, "min_exponent must not exceed max_exponent"),
        (ScientificCodec, {"max_exponent": 300}, "between 1e-290 and 1e290"),
        (ScientificCodec, {"min_exponent": -290}, "between 1e-290 and 1e290"),
        (ScientificCodec, {"integer": True}, "integer=True needs min_exponent=0"),
        (IEEECodec, {"base": 1}, "base of at least 2"),
        (IEEECodec, {"exponent_digits": 0}, "exponent_digits must lie between 1 and 10"),
        (IEEECodec, {"exponent_digits": 3}, "between 1e-290 and 1e290"),
        (IEEECodec, {"mantissa_digits": 0}, "at least 1 digit"),
        (DecimalCodec, {"n_integer": 0}, "n_integer must be at least 1"),
        (DecimalCodec, {"n_fraction": -1}, "n_fraction must be at least 0"),
        (DecimalCodec, {"n_fraction": 12}, r"must not exceed 2\*\*50"),
        (HammingCodec, {"length": 0}, "a length from 1 to 52"),
        (HammingCodec, {"length": 53}, "a length from 1 to 52"),
        (RepeatedCodec, {"codec": IEEE, "n_copies": 1}, "n_copies must be at least 2"),
        (WithSpecialValues, {"codec": IEEE, "values": ()}, "must be a tuple of some of"),
        (WithSpecialValues, {"codec": IEEE, "values": ("nan", "nan")}, "each once"),
        (WithSpecialValues, {"codec": IEEE, "values": ("none",)}, "'-inf', 'inf', 'nan'"),
        (Bounded, {"codec": SPECIAL, "low": 0.0}, "Put WithSpecialValues around Bounded"),
        (Bounded, {"codec": LAST, "low": 0.0}, "needs an ordered codec"),
        (Bounded, {"codec": IEEE, "low": 1.0, "high": 1.0}, "low must lie below high"),
        (Bounded, {"codec": IEEE, "low": -INF}, "must be finite, or None"),
        (Bounded, {"codec": NormalizedCodec(), "low": 3.0}, "writes no number from 3.0 to None"),
        (Bounded, {"codec": NormalizedCodec(base=10, length=1), "low": 0.46, "high": 0.54}, "writes no number from"),
    ],
)
def test_impossible_settings_are_refused(kind: type, options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kind(**options)


def test_cells_end_half_way_between_neighbours() -> None:
    low, high = SCIENTIFIC.cells(torch.tensor([[2, 10, 1, 0, 0], [0, 10, 1, 0, 0], [1, 0, 0, 0, 0], [2, 20, 9, 9, 9]]))
    assert low.tolist() == [0.9995, -1.005, -0.5e-10, 9.985e10]
    assert high.tolist() == [1.005, -0.9995, 0.5e-10, 9.995e10]


def test_bounds_cut_the_outermost_cells() -> None:
    codec = Bounded(NormalizedCodec(base=10, length=1), low=0.36, high=0.67)
    low, high = codec.cells(torch.tensor([[4], [5], [6]]))
    assert codec.span == (0.36, 0.67)
    assert low.tolist() == [0.36, 0.5, 0.6]
    assert high.tolist() == [0.5, 0.6, 0.67]
    assert Bounded(NormalizedCodec(), low=-5.0).span == (0.0, 1.0)  # no wider than the codec


def test_resolutions_are_half_a_step() -> None:
    z = torch.tensor([1.2345, 0.99999, 99900.0, 0.2e-10], dtype=torch.float64)
    torch.testing.assert_close(
        SCIENTIFIC.resolution(z), torch.tensor([0.005, 0.005, 50.0, 0.5e-10], dtype=torch.float64), rtol=1e-9, atol=0
    )


@pytest.mark.parametrize("length", [1, 2, 5, 10])
def test_strings_of_bits_are_ordered_by_ones_and_then_by_value(length: int) -> None:
    codec = HammingCodec(length=length)
    strings = sorted(product([0, 1], repeat=length), key=lambda bits: (sum(bits), bits))
    middle = (torch.arange(2**length, dtype=torch.float64) + 0.5) / 2**length
    assert codec.encode(middle).tolist() == [list(bits) for bits in strings]
    assert torch.equal(codec.decode(torch.tensor(strings)), middle)


def test_long_strings_of_bits_come_back() -> None:
    codec = HammingCodec(length=52)
    z = torch.rand(1000, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    cells = codec.cells(codec.encode(z))
    assert torch.equal((z * 2**52).floor() / 2**52, cells[0])


@pytest.mark.parametrize(
    ("copies", "elected"),
    [
        ([2, 5, 9, 5, 2, 7], [2, 5]),  # the majority of each digit
        ([2, 5, 3, 6, 4, 7], [2, 5]),  # no majority: the first copy
        ([9, 5, 1, 6, 1, 6], [1, 6]),
        ([9, 5, 1, 5, 1, 6], [1, 5]),
    ],
)
def test_copies_vote_digit_by_digit(copies: list[int], elected: list[int]) -> None:
    assert REPEATED.voted(torch.tensor([[copies]])).tolist() == [[elected]]


def test_of_two_equally_frequent_digits_that_of_the_earlier_copy_counts() -> None:
    codec = RepeatedCodec(NormalizedCodec(base=10, length=1), n_copies=5)
    assert codec.voted(torch.tensor([[4, 7, 3, 3, 7], [4, 3, 7, 7, 3]])).tolist() == [[7], [3]]


def test_where_the_vote_is_no_number_the_first_copy_counts() -> None:
    """Minus, zero: each has a majority, but together they are minus zero."""
    codec = RepeatedCodec(DecimalCodec(n_integer=1, n_fraction=0), n_copies=3)
    assert codec.decode(torch.tensor([[0, 5, 0, 7, 1, 7], [0, 5, 1, 0, 0, 7], [1, 0, 0, 5, 0, 6]])).tolist() == [
        -7,
        -5,
        0,
    ]
    tied = torch.tensor([[1, 0, 0, 5, 0, 6], [1, 0, 0, 2, 1, 0]])
    assert codec.voted(tied).tolist() == [[1, 0], [1, 0]]


def test_values_that_are_not_listed_are_treated_as_the_codec_does() -> None:
    codec = WithSpecialValues(NormalizedCodec(base=10, length=1), values=("-inf",))
    assert codec.encode(torch.tensor([-torch.inf, torch.inf])).tolist() == [[10], [9]]
    with pytest.raises(ValueError, match="must not be NaN"):
        codec.encode(torch.tensor([torch.nan]))


def test_special_values_stand_around_the_numbers() -> None:
    tree = DigitTree(SPECIAL.grammar, SPECIAL.length)
    numbers = SPECIAL.decode(tree.leaf_tokens)
    assert numbers[[0, -2]].tolist() == [-INF, INF]
    assert numbers[-1].isnan()
    assert numbers[1:-2].isfinite().all()
