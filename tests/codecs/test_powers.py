"""Integers times powers: correctly rounded, and the remainder is known."""

from fractions import Fraction

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from digitwise.codecs.powers import powers_of, times_power, times_power_parts


@pytest.mark.parametrize("base", [2, 3, 7, 10, 16, 1000])
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_products_are_rounded_once(base: int, data: st.DataObject) -> None:
    lowest = powers_of(base)[2]
    integer = data.draw(st.integers(-(2**51), 2**51))
    exponent = data.draw(st.integers(lowest, -lowest))
    exact = integer * Fraction(base) ** exponent
    number, rest = times_power_parts(torch.tensor(integer), base, torch.tensor(exponent))
    assert number.item() == float(exact)
    beyond = float(exact - Fraction(number.item()))
    assert rest.item() == pytest.approx(beyond, rel=1e-12, abs=1e-30 * abs(float(exact)))


def test_decimal_text_and_digits_are_the_same_number() -> None:
    digits, exponents = range(10_000, 99_999, 7), (-99, -40, -7, 0, 22, 23, 99)
    integers, powers = torch.meshgrid(torch.tensor(digits), torch.tensor(exponents), indexing="ij")
    read = [[float(f"{digit}e{exponent}") for exponent in exponents] for digit in digits]
    assert torch.equal(times_power(integers, 10, powers), torch.tensor(read, dtype=torch.float64))
