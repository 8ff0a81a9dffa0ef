"""Numbers as IEEE 754 lays them out, in any base: sign, exponent, mantissa, each in digits."""

from dataclasses import dataclass
from functools import lru_cache

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.codecs.digits import digits_of, number_of
from digitwise.codecs.floating_grid import FloatingGrid, FloatParts
from digitwise.codecs.grammar import Grammar, grammar_of
from digitwise.codecs.resolution import half_cell

MAX_EXPONENT_DIGITS = 10
"""With more, even exponents in base 2 are beyond float64."""

State = tuple[int, int, int, bool, bool]
"""Tokens written; sign; sign of the exponent; whether all digits of the present part are 0; whether the exponent is the
least, as far as it is written."""


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
        return _grammar(self)

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


@lru_cache(maxsize=64)
def _grammar(codec: IEEECodec) -> Grammar:
    return grammar_of((0, 1, 1, True, True), lambda state: _moves(codec, state), codec.vocab_size, reordered=True)


def _moves(codec: IEEECodec, state: State) -> list[tuple[int, State]]:
    written, sign, exponent_sign, is_zero, is_least = state
    is_exponent = written < 2 + codec.exponent_digits
    is_last = written in (codec.length - 1, 1 + codec.exponent_digits)
    if written == codec.length:
        return []
    if written == 0:
        return [(0, (1, -1, 1, True, True)), (1, (1, 1, 1, True, True))]
    if written == 1:
        return [(0, (2, sign, -1, True, True)), (1, (2, sign, 1, True, False))][::sign]
    if is_exponent:
        first = 1 if is_last and is_zero and exponent_sign < 0 else 0
    else:
        first = 1 if is_zero and (not is_least or (is_last and sign < 0)) else 0
    moves: list[tuple[int, State]] = []
    for digit in range(first, codec.base):
        still_zero = is_zero and digit == 0
        if is_exponent:
            still_least = is_least and digit == codec.base - 1
            after = (sign, 1, True, still_least) if is_last else (sign, exponent_sign, still_zero, still_least)
        else:
            after = (sign, 1, still_zero, is_least and still_zero)
        moves.append((digit, (written + 1, *after)))
    return moves[:: sign * exponent_sign]
