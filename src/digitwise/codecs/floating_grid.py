"""The numbers ``± d.dd × base^e``: which one is nearest, and where it ends.

What scientific, IEEE-like and fixed-point codecs share: they only differ in how they spell sign, mantissa and exponent.
No logarithm is taken: exponents are found by comparing with the borders themselves, so that 1e-7 and 999.96 come out
right.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import log2, log10

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.codecs.powers import MAX_DECIMAL_EXPONENT, times_power
from digitwise.codecs.special_numbers import without_nan

MAX_BITS = 50
"""Mantissas of more bits would leave no room for the halves between neighbours in float64."""


@dataclass(frozen=True)
class FloatParts:
    """Numbers taken apart: ``sign × mantissa × base ** (exponent - n_digits + 1)``.

    Parameters
    ----------
    sign
        -1, 0 or 1.
    mantissa
        The digits as a whole number.
    exponent
        Of the first digit.
    """

    sign: Int64[Tensor, "*shape"]
    mantissa: Int64[Tensor, "*shape"]
    exponent: Int64[Tensor, "*shape"]


@dataclass(frozen=True, kw_only=True)
class FloatingGrid:
    """All numbers with a given number of digits and range of exponents, and zero.

    Rounding is to the nearest number. Borders lie half-way between neighbours, and a number on a border goes away from
    zero. Borders are float64 as everything else: 2.675 is the border between 2.67 and 2.68, and so goes to 2.68.

    Parameters
    ----------
    base, n_digits
        Of the mantissa; its first digit is not 0.
    min_exponent, max_exponent
        Of the first digit.
    gradual
        Whether at the least exponent the first digits may be 0: numbers get coarser down to zero step by step.
    has_zero
        Whether zero is among the numbers. Then whatever is nearer to it than to the least number goes there.
    whole
        Whether there are whole numbers only; then exponents start at 0.

    Raises
    ------
    ValueError
        If the range is empty, or beyond what float64 can tell apart.
    """

    base: int
    n_digits: int
    min_exponent: int
    max_exponent: int
    gradual: bool = False
    has_zero: bool = True
    whole: bool = False

    def __post_init__(self) -> None:
        """Check the range."""
        if self.base < 2:
            raise ValueError(f"A codec needs base of at least 2, but got base={self.base}.")
        if self.n_digits < 1:
            raise ValueError(f"A number needs at least 1 digit, but got {self.n_digits}.")
        if self.n_digits * log2(self.base) > MAX_BITS:
            raise ValueError(
                f"base ** digits must not exceed 2**{MAX_BITS} (float64 cannot tell the numbers apart), but got "
                f"{self.base} ** {self.n_digits}. Use fewer digits."
            )
        if self.min_exponent > self.max_exponent:
            raise ValueError(
                f"min_exponent must not exceed max_exponent, but got {self.min_exponent} and {self.max_exponent}."
            )
        places = max(self.n_digits - 1 - self.min_exponent, self.max_exponent + 1)
        if places * log10(self.base) > MAX_DECIMAL_EXPONENT:
            raise ValueError(
                f"Numbers and their last digits must lie between 1e-{MAX_DECIMAL_EXPONENT} and "
                f"1e{MAX_DECIMAL_EXPONENT}, but got exponents {self.min_exponent} to {self.max_exponent} in base "
                f"{self.base}. Use a narrower range."
            )

    @property
    def largest(self) -> float:
        """The outer border of the largest number."""
        return _tables(self).largest

    @property
    def smallest(self) -> float:
        """The lower border of the least number above zero."""
        return _tables(self).smallest

    def free_digits(self, exponent: int) -> int:
        """Return how many digits may be other than 0."""
        return min(self.n_digits, exponent + 1) if self.whole else self.n_digits

    def nearest(self, z: Float[Tensor, "*shape"]) -> FloatParts:
        """Return the number nearest to each ``z``; infinities saturate.

        Raises
        ------
        ValueError
            If a number is NaN.
        """
        z, tables = without_nan(z), _tables(self)
        size = z.abs().clamp(max=tables.largest)
        index = torch.bucketize(size.contiguous(), tables.first_of_exponent.to(z.device), right=True)
        exponent = index + self.min_exponent
        unit = self.unit(exponent)
        guess = (size / self._value(unit, exponent)).round().long() * unit
        too_low = size >= self._value(2 * guess + unit, exponent) / 2
        too_high = size < self._value(2 * guess - unit, exponent) / 2
        full = self.base**self.n_digits
        least = torch.where((index == 0) & self.gradual, 0, full // self.base)
        mantissa = torch.minimum(torch.maximum(guess + unit * too_low - unit * too_high, least), full - unit)
        sign = torch.where(z < 0, -1, 1)
        if not self.has_zero:
            return FloatParts(sign, mantissa, exponent)
        is_zero = size < self.smallest
        return FloatParts(sign.masked_fill(is_zero, 0), mantissa.masked_fill(is_zero, 0), exponent)

    def number(self, parts: FloatParts) -> Float[Tensor, "*shape"]:
        """Return what the parts stand for, float64."""
        return parts.sign * self._value(parts.mantissa, parts.exponent) + 0.0  # no minus zero

    def cell(self, parts: FloatParts) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
        """Return the borders around each number, float64: half-way to its neighbours, half a step at the outside."""
        near = self.lower(parts.mantissa, parts.exponent)
        far = self.upper(parts.mantissa, parts.exponent)
        is_zero = parts.sign == 0
        near, far = near.masked_fill(is_zero, -self.smallest), far.masked_fill(is_zero, self.smallest)
        return torch.where(parts.sign < 0, -far, near), torch.where(parts.sign < 0, -near, far)

    def upper(self, mantissa: Int64[Tensor, "*shape"], exponent: Int64[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Return the border above numbers that are not zero, signs aside."""
        return self._value(2 * mantissa + self.unit(exponent), exponent) / 2

    def lower(self, mantissa: Int64[Tensor, "*shape"], exponent: Int64[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Return the border below numbers that are not zero, signs aside."""
        half_units, exponent = self.half_units_below(mantissa, exponent)
        return self._value(half_units, exponent) / 2

    def half_units_below(
        self, mantissa: Int64[Tensor, "*shape"], exponent: Int64[Tensor, "*shape"]
    ) -> tuple[Int64[Tensor, "*shape"], Int64[Tensor, "*shape"]]:
        """Return the same border exactly: how many half units of the mantissa, at which exponent.

        The neighbour below the first number of an exponent is the last one of the exponent before, or zero.
        """
        full = self.base**self.n_digits
        is_first, is_least = mantissa == full // self.base, exponent == self.min_exponent
        before = torch.where(is_first & ~is_least, exponent - 1, exponent)
        half_units = torch.where(before < exponent, 2 * full, 2 * mantissa) - self.unit(before)
        if self.has_zero and not self.gradual:
            half_units = torch.where(is_first & is_least, mantissa, half_units)
        return half_units, before

    def unit(self, exponent: Int64[Tensor, "*shape"]) -> Int64[Tensor, "*shape"]:
        """Return what one step is in the mantissa: more than 1 where the last digits must be 0."""
        if not self.whole:
            return torch.ones_like(exponent)
        return self.base ** (self.n_digits - 1 - exponent).clamp(min=0)

    def _value(self, mantissa: Tensor, exponent: Tensor) -> Tensor:
        return times_power(mantissa, self.base, exponent - self.n_digits + 1)


@dataclass(frozen=True, eq=False)
class _Tables:
    """What rounding looks up."""

    first_of_exponent: Float[Tensor, " border"]  # the least number that rounds to each exponent but the first
    smallest: float
    largest: float


@lru_cache(maxsize=256)
def _tables(grid: FloatingGrid) -> _Tables:
    least, most = torch.tensor(grid.min_exponent), torch.tensor(grid.max_exponent)
    full = grid.base**grid.n_digits
    smallest = grid.lower(torch.tensor(1 if grid.gradual else full // grid.base), least)
    largest = grid.upper(full - grid.unit(most), most)
    above = torch.arange(grid.min_exponent + 1, grid.max_exponent + 1)
    first = grid.lower(torch.full_like(above, full // grid.base), above)
    return _Tables(first, float(smallest), float(largest))
