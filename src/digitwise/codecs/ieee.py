"""Numbers as IEEE 754 lays them out, in any base: sign, exponent, mantissa, each in digits."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.codecs.digits import digits_of, number_of
from digitwise.codecs.floating_grid import FloatingGrid, FloatParts
from digitwise.codecs.grammar import Grammar
from digitwise.codecs.ieee_grammar import ieee_grammar
from digitwise.codecs.resolution import half_cell

MAX_EXPONENT_DIGITS = 10
"""With more, even exponents in base 2 are beyond float64."""


@dataclass(frozen=True, kw_only=True)
class IEEECodec:
    """Write ``± d.dddd × base^±ee``: a number of any size, without tokens of its own for exponents.

    Tokens, in this order: the sign (0 minus, 1 plus), the exponent's sign (likewise), the exponent's digits, the
    mantissa's digits, all in the same base.

    Each number is spelt in one way. The mantissa starts with a digit other than 0, but at the least exponent, where
    numbers get coarser down to zero (gradual underflow). Zero is a plus, the least exponent and zeros. Neither a number
    nor an exponent is minus zero.

    Rounding is to nearest, halves away from zero. Numbers too large become the largest.

    Parameters
    ----------
    base
        Of exponent and mantissa, at least 2.
    exponent_digits, mantissa_digits
        At least 1 each; the defaults, nine tokens in all, are those of RLM.

    Raises
    ------
    ValueError
        If a setting is out of range, or numbers are beyond float64.

    Notes
    -----
    *Differs from the paper* (see `PermissiveIEEECodec` for the published one): mantissas are rounded, not truncated;
    small numbers are spelt as far as digits go instead of becoming zero; one spelling per number.

    References
    ----------
    Song et al., "OmniPred", arXiv 2402.14547; Akhauri et al., "Regression Language Models for Code", arXiv 2509.26476.

    Examples
    --------
    >>> codec = IEEECodec(base=10, exponent_digits=1, mantissa_digits=3)
    >>> codec.encode(torch.tensor([-123.4, 0.0999, 0.0], dtype=torch.float64)).tolist()
    [[0, 1, 2, 1, 2, 3], [1, 0, 2, 9, 9, 9], [1, 0, 9, 0, 0, 0]]
    >>> codec.decode(torch.tensor([1, 0, 9, 0, 0, 7])).item()
    7e-11
    """

    base: int = 10
    exponent_digits: int = 2
    mantissa_digits: int = 5

    def __post_init__(self) -> None:
        """Check the settings."""
        if not 1 <= self.exponent_digits <= MAX_EXPONENT_DIGITS:
            raise ValueError(
                f"exponent_digits must lie between 1 and {MAX_EXPONENT_DIGITS}, but got {self.exponent_digits}."
            )
        self.grid  # noqa: B018 - checks the rest

    @property
    def grid(self) -> FloatingGrid:
        """The numbers that can be written, signs aside."""
        most = int(self.base**self.exponent_digits) - 1
        return FloatingGrid(
            base=self.base, n_digits=self.mantissa_digits, min_exponent=-most, max_exponent=most, gradual=True
        )

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
        """Always true: after a minus sign, and after a negative exponent, larger digits are lower numbers."""
        return True

    @property
    def canonical(self) -> bool:
        """Always true."""
        return True

    @property
    def grammar(self) -> Grammar:
        """The mantissa starts with 0 at the least exponent only; neither number nor exponent is minus zero."""
        return ieee_grammar(self.base, self.exponent_digits, self.mantissa_digits)

    @property
    def span(self) -> tuple[float, float]:
        """Half a step beyond the outermost numbers."""
        return -self.grid.largest, self.grid.largest

    def encode(self, z: Float[Tensor, "*shape"]) -> Int64[Tensor, "*shape step"]:
        """Return the tokens of the nearest number.

        Raises
        ------
        ValueError
            If a number is NaN.
        """
        parts = self.grid.nearest(z)
        signs = torch.stack([parts.sign >= 0, parts.exponent >= 0], dim=-1).long()
        exponent = digits_of(parts.exponent.abs(), self.base, self.exponent_digits)
        mantissa = digits_of(parts.mantissa, self.base, self.mantissa_digits)
        return torch.cat([signs, exponent, mantissa], dim=-1)

    def decode(self, tokens: Int64[Tensor, "*shape step"]) -> Float[Tensor, "*shape"]:
        """Return the number written, float64."""
        return self.grid.number(self._parts(tokens))

    def resolution(self, z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Return half a step of the last digit."""
        return half_cell(self, z)

    def cells(self, tokens: Int64[Tensor, "*shape step"]) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
        """Return the borders half-way to the neighbours, float64; a number on a border goes away from zero."""
        return self.grid.cell(self._parts(tokens))

    def _parts(self, tokens: Tensor) -> FloatParts:
        sign, exponent_sign = (2 * tokens[..., :2] - 1).unbind(-1)
        exponent = exponent_sign * number_of(tokens[..., 2 : 2 + self.exponent_digits], self.base)
        mantissa = number_of(tokens[..., 2 + self.exponent_digits :], self.base)
        return FloatParts(sign.masked_fill(mantissa == 0, 0), mantissa, exponent)
