"""Scientific notation: sign, exponent, digits; one token for the exponent."""

from dataclasses import dataclass
from typing import Literal

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.codecs.digits import digits_of, number_of
from digitwise.codecs.floating_grid import FloatingGrid, FloatParts
from digitwise.codecs.grammar import Grammar
from digitwise.codecs.resolution import half_cell
from digitwise.codecs.scientific_grammar import scientific_grammar


@dataclass(frozen=True, kw_only=True)
class ScientificCodec:
    """Write ``± d.dd × 10^e``: a number of any size with a given number of digits.

    Tokens, in this order: the sign (0 minus, 1 zero, 2 plus), the exponent counted from ``min_exponent``, the digits,
    the first of them 1 to 9. Zero is a sign, followed by zeros.

    Rounding is to nearest, halves away from zero. Numbers too large become the largest, numbers nearer to zero than to
    the least become zero; without zero, the least.

    Parameters
    ----------
    n_digits
        Significant digits, 1 to 15.
    min_exponent, max_exponent
        Of the first digit.
    signs
        ``"all"``; ``"non_negative"``: the sign is 0 zero or 1 plus, and negative numbers become zero; ``"positive"``:
        no sign is written, and all other numbers become the least.
    integer
        Whether to write whole numbers only: digits behind the point are forced to 0. Needs ``min_exponent=0``.
    exponent
        ``"first"``: what is written first matters most, and prefixes cover intervals. ``"last"``: behind the digits, as
        P10 has it (arXiv 2112.01898); then the codec is not ordered.

    Raises
    ------
    ValueError
        If a setting is out of range, or numbers are beyond float64.

    Notes
    -----
    *Differs from the paper* (P10, and the exponent-first variant of GenRe², arXiv 2512.06533): the point stands behind
    the first digit; zero is spelt in one way; rounding carries into the exponent (9.9996 is 1.000 × 10¹, not
    10.00 × 10⁰).

    Examples
    --------
    >>> codec = ScientificCodec(n_digits=3, min_exponent=-2, max_exponent=4)
    >>> codec.encode(torch.tensor([-12.34, 0.0, 0.9996], dtype=torch.float64)).tolist()
    [[0, 3, 1, 2, 3], [1, 0, 0, 0, 0], [2, 2, 1, 0, 0]]
    >>> codec.decode(torch.tensor([0, 3, 1, 2, 3])).item()
    -12.3
    """

    n_digits: int = 3
    min_exponent: int = -10
    max_exponent: int = 10
    signs: Literal["all", "non_negative", "positive"] = "all"
    integer: bool = False
    exponent: Literal["first", "last"] = "first"

    def __post_init__(self) -> None:
        """Check the settings."""
        if self.signs not in ("all", "non_negative", "positive"):
            raise ValueError(f"signs must be 'all', 'non_negative' or 'positive', but got {self.signs!r}.")
        if self.exponent not in ("first", "last"):
            raise ValueError(f"exponent must be 'first' or 'last', but got {self.exponent!r}.")
        if self.integer and self.min_exponent != 0:
            raise ValueError(f"integer=True needs min_exponent=0, but got min_exponent={self.min_exponent}.")
        self.grid  # noqa: B018 - checks the rest

    @property
    def grid(self) -> FloatingGrid:
        """The numbers that can be written, signs aside."""
        return FloatingGrid(
            base=10,
            n_digits=self.n_digits,
            min_exponent=self.min_exponent,
            max_exponent=self.max_exponent,
            has_zero=self.signs != "positive",
            whole=self.integer,
        )

    @property
    def vocab_size(self) -> int:
        """Ten digits, or as many ids as there are exponents."""
        return max(10, self.max_exponent - self.min_exponent + 1)

    @property
    def length(self) -> int:
        """Sign, exponent and digits."""
        return self.n_digits + (1 if self.signs == "positive" else 2)

    @property
    def ordered(self) -> bool:
        """True with the exponent first."""
        return self.exponent == "first"

    @property
    def canonical(self) -> bool:
        """Always true."""
        return True

    @property
    def grammar(self) -> Grammar:
        """The first digit is not 0; after zero and behind the point of whole numbers there are only zeros."""
        return scientific_grammar(self.grid, self.signs, self.ordered, self.vocab_size)

    @property
    def span(self) -> tuple[float, float]:
        """Half a step beyond the outermost numbers."""
        grid = self.grid
        lowest = {"all": -grid.largest, "non_negative": -grid.smallest, "positive": grid.smallest}
        return lowest[self.signs], grid.largest

    def encode(self, z: Float[Tensor, "*shape"]) -> Int64[Tensor, "*shape step"]:
        """Return the tokens of the nearest number.

        Raises
        ------
        ValueError
            If a number is NaN.
        """
        parts = self.grid.nearest(z if self.signs == "all" else z.clamp(min=0))
        sign, exponent = parts.sign.unsqueeze(-1), (parts.exponent - self.min_exponent).unsqueeze(-1)
        digits = digits_of(parts.mantissa, 10, self.n_digits)
        number = [exponent, digits] if self.exponent == "first" else [digits, exponent]
        sign_token = {"all": [sign + 1], "non_negative": [sign], "positive": []}[self.signs]
        return torch.cat([*sign_token, *number], dim=-1)

    def decode(self, tokens: Int64[Tensor, "*shape step"]) -> Float[Tensor, "*shape"]:
        """Return the number written, float64."""
        return self.grid.number(self._parts(tokens))

    def resolution(self, z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Return half a step: of the last digit, or from the least number to zero."""
        return half_cell(self, z)

    def cells(self, tokens: Int64[Tensor, "*shape step"]) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
        """Return the borders half-way to the neighbours, float64; a number on a border goes away from zero."""
        return self.grid.cell(self._parts(tokens))

    def _parts(self, tokens: Tensor) -> FloatParts:
        sign = torch.ones_like(tokens[..., 0])
        if self.signs != "positive":
            sign, tokens = tokens[..., 0] - int(self.signs == "all"), tokens[..., 1:]
        if self.exponent == "first":
            exponent, digits = tokens[..., 0], tokens[..., 1:]
        else:
            digits, exponent = tokens[..., :-1], tokens[..., -1]
        return FloatParts(sign, number_of(digits, 10), exponent + self.min_exponent)
