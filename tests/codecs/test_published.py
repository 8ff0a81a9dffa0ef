"""The published formats: their tables, and random numbers against Python's own formatting."""

from decimal import ROUND_DOWN, Context, Decimal

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from digitwise.codecs import Codec, DigitTree, P10Codec, PermissiveIEEECodec

INF = float("inf")
P10 = P10Codec()
P10_THREE = P10Codec(n_digits=3)
IEEE = PermissiveIEEECodec()
TABLE: list[tuple[Codec, float, list[int], float]] = [
    (P10, 123.4, [1, 1, 2, 3, 4, 9], 123.4),
    (P10, -0.1234, [0, 1, 2, 3, 4, 6], -0.1234),
    (P10, 12345.0, [1, 1, 2, 3, 4, 11], 12340.0),  # exact halves go to the even digit
    (P10, 12355.0, [1, 1, 2, 3, 6, 11], 12360.0),
    (P10, 1.0005, [1, 1, 0, 0, 0, 7], 1.0),  # the float64 lies below the half
    (P10, 1.0015, [1, 1, 0, 0, 2, 7], 1.002),  # and here above
    (P10, 9.9996, [1, 1, 0, 0, 0, 8], 10.0),
    (P10, 99995.0, [1, 1, 0, 0, 0, 12], 100000.0),
    (P10, 0.0, [1, 0, 0, 0, 0, 10], 0.0),
    (P10, -0.0, [1, 0, 0, 0, 0, 10], 0.0),
    (P10, -0.4e-13, [0, 0, 0, 0, 0, 10], 0.0),
    (P10, INF, [1, 9, 9, 9, 9, 20], 9.999e13),
    (P10, -1e14, [0, 9, 9, 9, 9, 20], -9.999e13),
    (P10_THREE, 9.9e12, [1, 9, 9, 0, 20], 9.9e12),
    (P10_THREE, 1.1e-8, [1, 1, 1, 0, 0], 1.1e-8),
    (P10_THREE, 0.9e-8, [1, 1, 0, 0, 0], 1e-8),  # no digits below the least
    (P10_THREE, 0.51e-8, [1, 1, 0, 0, 0], 1e-8),
    (P10_THREE, 0.5e-8, [1, 0, 0, 0, 10], 0.0),
    (P10_THREE, -0.5e-8, [0, 0, 0, 0, 10], 0.0),
    (P10_THREE, 0.9995e-8, [1, 1, 0, 0, 0], 1e-8),
    (IEEE, 123.4, [1, 1, 2, 1, 2, 3, 4], 123.4),
    (IEEE, 12349.9, [1, 1, 4, 1, 2, 3, 4], 12340.0),  # truncated
    (IEEE, -9.9999, [0, 1, 0, 9, 9, 9, 9], -9.999),
    (IEEE, 1.2e-9, [1, 0, 9, 1, 2, 0, 0], 1.2e-9),
    (IEEE, 1.234e-10, [1, 0, 0, 0, 0, 0, 0], 0.0),
    (IEEE, -1.234e-10, [0, 0, 0, 0, 0, 0, 0], 0.0),
    (IEEE, 0.0, [1, 1, 0, 0, 0, 0, 0], 0.0),
    (IEEE, -0.0, [1, 1, 0, 0, 0, 0, 0], 0.0),
    (IEEE, 1000.0, [1, 1, 3, 1, 0, 0, 0], 1000.0),
    (IEEE, 1e-7, [1, 0, 7, 1, 0, 0, 0], 1e-7),
    (IEEE, 0.0999999, [1, 0, 2, 9, 9, 9, 9], 0.09999),
    (IEEE, -1.234e10, [0, 1, 9, 9, 9, 9, 9], -9.999e9),
    (IEEE, INF, [1, 1, 9, 9, 9, 9, 9], 9.999e9),
    (PermissiveIEEECodec(base=2, exponent_digits=2, mantissa_digits=3), 0.7, [1, 0, 0, 1, 1, 0, 1], 0.625),
]


@pytest.mark.parametrize(("codec", "z", "tokens", "decoded"), TABLE)
def test_specification(codec: Codec, z: float, tokens: list[int], decoded: float) -> None:
    written = codec.encode(torch.tensor(z, dtype=torch.float64))
    assert written.tolist() == tokens
    assert codec.grammar.accepts(written)
    assert repr(codec.decode(written).item()) == repr(decoded)


halves = st.builds(
    lambda digits, exponent: float(f"{digits}5e{exponent}"), st.integers(-9999, 9999), st.integers(-12, 10)
)
numbers = st.lists(st.one_of(st.floats(-1e14, 1e14), st.floats(-1e-9, 1e-9), halves), min_size=1, max_size=20)


@settings(max_examples=60, deadline=None)
@given(z=numbers)
def test_p10_rounds_as_python_formats(z: list[float]) -> None:
    def published(number: float) -> float:
        size = min(abs(number), 9.999e13)
        if size < 1e-7:
            size = 1e-7 * round(size / 1e-7)
        return float(f"{-size if number < 0 else size:.3e}")

    decoded = P10.decode(P10.encode(torch.tensor(z, dtype=torch.float64)))
    assert decoded.tolist() == [published(number) for number in z]


@settings(max_examples=60, deadline=None)
@given(z=numbers)
def test_permissive_ieee_truncates_decimal_text(z: list[float]) -> None:
    def published(number: float) -> float:
        exact = Decimal(repr(number))
        if abs(exact) >= Decimal("1e10"):
            return 9.999e9 if number > 0 else -9.999e9
        if abs(exact) < Decimal("1e-9"):
            return 0.0
        return float(exact.quantize(Decimal(f"1e{exact.adjusted() - 3}"), ROUND_DOWN, Context(prec=50)))

    decoded = IEEE.decode(IEEE.encode(torch.tensor(z, dtype=torch.float64)))
    assert decoded.tolist() == [published(number) for number in z]


@pytest.mark.parametrize(
    ("codec", "tokens", "number"),
    [
        (P10, [1, 0, 0, 1, 2, 13], 12000.0),
        (P10, [1, 0, 1, 2, 0, 12], 12000.0),
        (P10, [0, 0, 0, 0, 1, 0], -1e-10),  # can be spelt, though it is never written
        (P10, [0, 0, 0, 0, 0, 3], 0.0),
        (IEEE, [1, 0, 0, 1, 0, 0, 0], 1.0),
        (IEEE, [1, 1, 1, 0, 1, 0, 0], 1.0),
        (IEEE, [0, 0, 9, 0, 0, 0, 1], -1e-12),
    ],
)
def test_any_spelling_is_read(codec: Codec, tokens: list[int], number: float) -> None:
    assert codec.grammar.accepts(torch.tensor(tokens))
    assert repr(codec.decode(torch.tensor(tokens)).item()) == repr(number)


@pytest.mark.parametrize(("codec", "n_leaves"), [(P10, 2 * 10**4 * 21), (IEEE, 4 * 10**5)])
def test_every_sequence_is_accepted(codec: Codec, n_leaves: int) -> None:
    assert codec.grammar.count(codec.length) == n_leaves


def test_cells_of_truncated_numbers_start_at_them() -> None:
    low, high = IEEE.cells(torch.tensor([[1, 1, 2, 1, 2, 3, 4], [0, 1, 2, 1, 2, 3, 4], [1, 1, 0, 0, 0, 0, 0]]))
    assert low.tolist() == [123.4, -123.5, -1e-12]
    assert high.tolist() == [123.5, -123.4, 1e-12]


def test_written_numbers_lie_within_the_cells_of_permissive_ieee() -> None:
    codec = PermissiveIEEECodec(exponent_digits=1, mantissa_digits=2)
    tokens = DigitTree(codec.grammar, codec.length).leaf_tokens
    low, high = codec.cells(tokens)
    normal = codec.decode(tokens).abs() >= 1e-9
    for share in (0.01, 0.5, 0.99):
        inside = low + share * (high - low)
        assert torch.equal(codec.decode(codec.encode(inside))[normal], codec.decode(tokens)[normal])


@pytest.mark.parametrize(
    ("kind", "options", "message"),
    [
        (P10Codec, {"n_digits": 0}, "at least 1 digit"),
        (P10Codec, {"exponent_range": -1}, "exponent_range must be at least 0"),
        (P10Codec, {"exponent_range": 300}, "between 1e-290 and 1e290"),
        (PermissiveIEEECodec, {"exponent_digits": 0}, "exponent_digits must lie between 1 and 10"),
        (PermissiveIEEECodec, {"base": 1}, "base of at least 2"),
        (PermissiveIEEECodec, {"mantissa_digits": 0}, "at least 1 digit"),
    ],
)
def test_impossible_settings_are_refused(kind: type, options: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kind(**options)
