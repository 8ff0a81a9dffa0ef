"""Formats as published, which spell one number in several ways: to reproduce papers with.

`ScientificCodec` and `IEEECodec` are these formats with one spelling per number, in number order, rounded alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from digitwise.codecs.digits import digits_of, number_of
from digitwise.codecs.floating_grid import FloatingGrid, FloatParts
from digitwise.codecs.grammar import FORBIDDEN, Grammar
from digitwise.codecs.ieee import MAX_EXPONENT_DIGITS
from digitwise.codecs.powers import times_power, times_power_parts
from digitwise.codecs.resolution import half_cell


@dataclass(frozen=True, kw_only=True)
class P10Codec:
    """Write ``± dddd × 10^e``: a sign, the digits of a whole number, one token for the exponent.

    Tokens: the sign (0 minus, 1 plus), the digits, the exponent counted from ``-exponent_range``. Digits may start with
    0, so that ``0012 × 10^3`` and ``0120 × 10^2`` are the same number; what `encode` writes starts with another digit.
    Zero is a sign, zeros and exponent 0.

    As published, numbers are rounded to so many significant digits, exact halves to the even digit. Numbers too large
    become the largest. Numbers below ``1000 × 10^-exponent_range`` become that one, or zero from its half down,
    although smaller ones can be spelt; zero keeps the minus sign of what it came from.

    Parameters
    ----------
    n_digits
        Digits, 1 to 15.
    exponent_range
        Exponents go from minus to plus this.

    Raises
    ------
    ValueError
        If a setting is out of range.

    References
    ----------
    Charton, "Linear algebra with transformers", arXiv 2112.01898. *Differs from* the published code (regress-lm) in
    nothing but token ids.

    Examples
    --------
    >>> P10Codec().encode(torch.tensor([-123.4, 0.0], dtype=torch.float64)).tolist()
    [[0, 1, 2, 3, 4, 9], [1, 0, 0, 0, 0, 10]]
    """

    n_digits: int = 4
    exponent_range: int = 10

    def __post_init__(self) -> None:
        """Check the settings."""
        if self.exponent_range < 0:
            raise ValueError(f"exponent_range must be at least 0, but got {self.exponent_range}.")
        self.grid(gradual=True)

    def grid(self, *, gradual: bool) -> FloatingGrid:
        """Return the numbers that can be spelt (gradual), or that are written, signs aside."""
        least, most = (self.n_digits - 1 + exponent for exponent in (-self.exponent_range, self.exponent_range))
        return _grid(10, self.n_digits, least, most, gradual=gradual)

    @property
    def vocab_size(self) -> int:
        """Ten digits, or as many ids as there are exponents."""
        return max(10, 2 * self.exponent_range + 1)

    @property
    def length(self) -> int:
        """Sign, digits and exponent."""
        return self.n_digits + 2

    @property
    def ordered(self) -> bool:
        """Always false: the exponent comes last."""
        return False

    @property
    def canonical(self) -> bool:
        """Always false."""
        return False

    @property
    def grammar(self) -> Grammar:
        """Any digits and any exponent."""
        return _any_of([2, *[10] * self.n_digits, 2 * self.exponent_range + 1])

    @property
    def span(self) -> tuple[float, float]:
        """Half a step beyond the outermost numbers."""
        most = self.grid(gradual=True).largest
        return -most, most

    def encode(self, z: Float[Tensor, "*shape"]) -> Int64[Tensor, "*shape step"]:
        """Return the published spelling.

        Raises
        ------
        ValueError
            If a number is NaN.
        """
        grid, size = self.grid(gradual=False), z.double().abs()
        parts = grid.nearest(size)
        half_units, exponent = grid.half_units_below(parts.mantissa, parts.exponent)
        border, beyond = times_power_parts(half_units, 10, exponent - self.n_digits + 1)
        is_below = (beyond > 0) | ((beyond == 0) & (half_units // 2 % 2 == 0))  # the exact border, or the even digit
        parts = _one_less(grid, parts, (size == border / 2) & is_below)
        is_zero = size <= self._least / 2
        digits = digits_of(parts.mantissa.masked_fill(is_zero, 0), 10, self.n_digits)
        exponent = (parts.exponent - self.n_digits + 1).masked_fill(is_zero, 0) + self.exponent_range
        return torch.cat([(z >= 0).long().unsqueeze(-1), digits, exponent.unsqueeze(-1)], dim=-1)

    def decode(self, tokens: Int64[Tensor, "*shape step"]) -> Float[Tensor, "*shape"]:
        """Return the number written, float64; minus zero is zero."""
        mantissa, exponent = number_of(tokens[..., 1:-1], 10), tokens[..., -1] - self.exponent_range
        return (2 * tokens[..., 0] - 1) * times_power(mantissa, 10, exponent) + 0.0

    def resolution(self, z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Return half a step; around zero half of the least number that is written."""
        return torch.where(z.double().abs() < self._least, self._least / 2, half_cell(self, z))

    def cells(self, tokens: Int64[Tensor, "*shape step"]) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
        """Return the borders half-way to the neighbours among all numbers that can be spelt, float64."""
        grid = self.grid(gradual=True)
        return grid.cell(grid.nearest(self.decode(tokens)))

    @property
    def _least(self) -> float:
        return float(f"1e{self.n_digits - 1 - self.exponent_range}")


@dataclass(frozen=True, kw_only=True)
class PermissiveIEEECodec:
    """Write ``± d.ddd × base^±e`` in digits; any digits are allowed.

    Tokens: the sign (0 minus, 1 plus), the exponent's sign (likewise), the exponent's digits, the mantissa's digits.
    Zeros may have either sign, and mantissas may start with 0, so that numbers have several spellings.

    As published, mantissas are truncated. Numbers too large become the largest. Numbers below ``base^-e`` for the
    largest ``e`` become zeros with a negative exponent and their own sign; zero itself is written with two plus signs.

    Parameters
    ----------
    base
        Of exponent and mantissa, at least 2.
    exponent_digits, mantissa_digits
        At least 1 each; RLM has 2 and 5.

    Raises
    ------
    ValueError
        If a setting is out of range.

    Notes
    -----
    *Differs from* the published code (regress-lm): exponents are exact, where a quotient of logarithms writes 1000 as
    ``1.000 × 10^2``; a number that has so many digits keeps them, where a product in floating point loses one in some.

    References
    ----------
    Song et al., "OmniPred", arXiv 2402.14547; Song and Bahri, "Decoding-based Regression", arXiv 2501.19383.

    Examples
    --------
    >>> PermissiveIEEECodec().encode(torch.tensor([-129.99, 0.0], dtype=torch.float64)).tolist()
    [[0, 1, 2, 1, 2, 9, 9], [1, 1, 0, 0, 0, 0, 0]]
    """

    base: int = 10
    exponent_digits: int = 1
    mantissa_digits: int = 4

    def __post_init__(self) -> None:
        """Check the settings."""
        if not 1 <= self.exponent_digits <= MAX_EXPONENT_DIGITS:
            raise ValueError(
                f"exponent_digits must lie between 1 and {MAX_EXPONENT_DIGITS}, but got {self.exponent_digits}."
            )
        self.grid(gradual=True)

    def grid(self, *, gradual: bool) -> FloatingGrid:
        """Return the numbers that can be spelt (gradual), or that are written, signs aside."""
        most = int(self.base**self.exponent_digits) - 1
        return _grid(self.base, self.mantissa_digits, -most, most, gradual=gradual)

    @property
    def vocab_size(self) -> int:
        """Number of digits."""
        return self.base

    @property
    def length(self) -> int:
        """Two signs and the digits."""
        return 2 + self.exponent_digits + self.mantissa_digits

    @property
    def ordered(self) -> bool:
        """Always false: a mantissa that starts with 0 may be less than any number of a smaller exponent."""
        return False

    @property
    def canonical(self) -> bool:
        """Always false."""
        return False

    @property
    def grammar(self) -> Grammar:
        """Any signs and digits."""
        return _any_of([2, 2, *[self.base] * (self.exponent_digits + self.mantissa_digits)])

    @property
    def span(self) -> tuple[float, float]:
        """A step beyond the outermost numbers."""
        most = float(self.base) ** int(self.base**self.exponent_digits)
        return -most, most

    def encode(self, z: Float[Tensor, "*shape"]) -> Int64[Tensor, "*shape step"]:
        """Return the published spelling.

        Raises
        ------
        ValueError
            If a number is NaN.
        """
        grid, size = self.grid(gradual=False), z.double().abs()
        parts = grid.nearest(size)
        parts = _one_less(grid, parts, size < grid.number(parts))
        is_small = size < self._least
        exponent = parts.exponent.masked_fill(is_small, 0)
        exponent_sign = torch.where(is_small, size == 0, exponent >= 0).long()
        digits = digits_of(exponent.abs(), self.base, self.exponent_digits)
        mantissa = digits_of(parts.mantissa.masked_fill(is_small, 0), self.base, self.mantissa_digits)
        return torch.cat([torch.stack([(z >= 0).long(), exponent_sign], dim=-1), digits, mantissa], dim=-1)

    def decode(self, tokens: Int64[Tensor, "*shape step"]) -> Float[Tensor, "*shape"]:
        """Return the number written, float64; minus zero is zero."""
        sign, exponent_sign = (2 * tokens[..., :2] - 1).unbind(-1)
        exponent = exponent_sign * number_of(tokens[..., 2 : 2 + self.exponent_digits], self.base)
        mantissa = number_of(tokens[..., 2 + self.exponent_digits :], self.base)
        return sign * times_power(mantissa, self.base, exponent - self.mantissa_digits + 1) + 0.0

    def resolution(self, z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Return a step; around zero the least number that is written."""
        return torch.where(z.double().abs() < self._least, self._least, half_cell(self, z))

    def cells(self, tokens: Int64[Tensor, "*shape step"]) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
        """Return the borders of what is truncated to each number, float64: it is one of them, but for zero."""
        grid = self.grid(gradual=True)
        parts = grid.nearest(self.decode(tokens))
        near = grid.number(parts)
        far = grid.number(FloatParts(torch.ones_like(parts.sign), parts.mantissa + 1, parts.exponent))
        return torch.where(parts.sign > 0, near, -far), torch.where(parts.sign < 0, near, far)

    @property
    def _least(self) -> float:
        grid = self.grid(gradual=False)
        return float(times_power(torch.tensor(1), self.base, torch.tensor(grid.min_exponent)))


def _grid(base: int, n_digits: int, least: int, most: int, *, gradual: bool) -> FloatingGrid:
    return FloatingGrid(
        base=base, n_digits=n_digits, min_exponent=least, max_exponent=most, gradual=gradual, has_zero=gradual
    )


def _one_less(grid: FloatingGrid, parts: FloatParts, chosen: Bool[Tensor, "*shape"]) -> FloatParts:
    """Return the next lower size where chosen, but no less than the least."""
    half_units, exponent = grid.half_units_below(parts.mantissa, parts.exponent)
    below = (half_units // 2).clamp(min=grid.base ** (grid.n_digits - 1))
    mantissa, exponent = torch.where(chosen, below, parts.mantissa), torch.where(chosen, exponent, parts.exponent)
    return FloatParts(parts.sign, mantissa, exponent)


def _any_of(n_tokens: Sequence[int]) -> Grammar:
    """Return the grammar of places that know nothing of each other."""
    counts, places = torch.tensor(n_tokens).unsqueeze(1), torch.arange(1, len(n_tokens) + 1).unsqueeze(1)
    transitions = torch.where(torch.arange(max(n_tokens)) < counts, places, FORBIDDEN)
    return Grammar(torch.cat([transitions, torch.full((1, max(n_tokens)), FORBIDDEN)]))
