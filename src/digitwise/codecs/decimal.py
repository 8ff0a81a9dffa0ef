"""Plain decimal text with a fixed number of digits on both sides of the point."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.codecs.digits import digits_of, number_of
from digitwise.codecs.floating_grid import FloatingGrid, FloatParts
from digitwise.codecs.grammar import Grammar, grammar_of
from digitwise.codecs.resolution import half_cell


@dataclass(frozen=True, kw_only=True)
class DecimalCodec:
    """Write ``+0123.45``: the number as it stands in text, leading zeros included.

    Tokens: the sign (0 minus, 1 plus; none with ``signed=False``), the digits before the point, the point (always 0;
    none with ``n_fraction=0``), the digits behind it. `write` and `read` turn numbers into the text itself and back,
    for language models.

    Rounding is to nearest, halves away from zero. Numbers too large become the largest; without a sign, negative ones
    become zero. Zero is a plus and zeros; there is no minus zero.

    Parameters
    ----------
    n_integer
        Digits before the point, at least 1.
    n_fraction
        Digits behind the point, at least 0; 15 digits in all.
    signed
        Whether a sign is written.

    Raises
    ------
    ValueError
        If a setting is out of range.

    Examples
    --------
    >>> codec = DecimalCodec(n_integer=4, n_fraction=2)
    >>> codec.encode(torch.tensor([-123.456], dtype=torch.float64)).tolist()
    [[0, 0, 1, 2, 3, 0, 4, 6]]
    >>> codec.write(torch.tensor([-123.456, 1e6])), codec.read(["+0000.50"]).tolist()
    (['-0123.46', '+9999.99'], [0.5])
    """

    n_integer: int = 4
    n_fraction: int = 2
    signed: bool = True

    def __post_init__(self) -> None:
        """Check the settings."""
        if self.n_integer < 1:
            raise ValueError(f"n_integer must be at least 1, but got {self.n_integer}.")
        if self.n_fraction < 0:
            raise ValueError(f"n_fraction must be at least 0, but got {self.n_fraction}.")
        self.grid  # noqa: B018 - checks the rest

    @property
    def n_digits(self) -> int:
        """Digits before and behind the point."""
        return self.n_integer + self.n_fraction

    @property
    def grid(self) -> FloatingGrid:
        """The numbers that can be written, signs aside: all have the same exponent."""
        exponent = self.n_integer - 1
        return FloatingGrid(base=10, n_digits=self.n_digits, min_exponent=exponent, max_exponent=exponent, gradual=True)

    @property
    def vocab_size(self) -> int:
        """Number of digits."""
        return 10

    @property
    def length(self) -> int:
        """Number of characters."""
        return int(self.signed) + self.n_digits + int(self.n_fraction > 0)

    @property
    def ordered(self) -> bool:
        """Always true: after a minus sign larger digits are lower numbers."""
        return True

    @property
    def canonical(self) -> bool:
        """Always true."""
        return True

    @property
    def grammar(self) -> Grammar:
        """Any digits, but not minus zero."""
        return _grammar(self)

    @property
    def span(self) -> tuple[float, float]:
        """Half a step beyond the outermost numbers."""
        return -self.grid.largest if self.signed else -self.grid.smallest, self.grid.largest

    def encode(self, z: Float[Tensor, "*shape"]) -> Int64[Tensor, "*shape step"]:
        """Return the tokens of the nearest number.

        Raises
        ------
        ValueError
            If a number is NaN.
        """
        parts = self.grid.nearest(z if self.signed else z.clamp(min=0))
        sign = [(parts.sign >= 0).long().unsqueeze(-1)] if self.signed else []
        digits = digits_of(parts.mantissa, 10, self.n_digits)
        whole, fraction = digits[..., : self.n_integer], digits[..., self.n_integer :]
        point = [torch.zeros_like(whole[..., :1])] if self.n_fraction > 0 else []
        return torch.cat([*sign, whole, *point, fraction], dim=-1)

    def decode(self, tokens: Int64[Tensor, "*shape step"]) -> Float[Tensor, "*shape"]:
        """Return the number written, float64."""
        return self.grid.number(self._parts(tokens))

    def resolution(self, z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Return half a step of the last digit."""
        return half_cell(self, z)

    def cells(self, tokens: Int64[Tensor, "*shape step"]) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
        """Return the borders half-way to the neighbours, float64; a number on a border goes away from zero."""
        return self.grid.cell(self._parts(tokens))

    def write(self, z: Float[Tensor, " number"]) -> list[str]:
        """Return the text of the nearest numbers.

        Raises
        ------
        ValueError
            If a number is NaN.
        """
        point = self.length - self.n_fraction - 1
        texts = []
        for tokens in self.encode(z).tolist():
            characters = [str(token) for token in tokens]
            if self.signed:
                characters[0] = "-+"[tokens[0]]
            if self.n_fraction > 0:
                characters[point] = "."
            texts.append("".join(characters))
        return texts

    def read(self, texts: Sequence[str]) -> Float[Tensor, " number"]:
        """Return the numbers that texts stand for, float64.

        Raises
        ------
        ValueError
            If a text is not one that `write` can make, such as ``12.5`` for ``+0012.50``, or minus zero.
        """
        sign, fraction = r"[+-]" if self.signed else "", rf"\.[0-9]{{{self.n_fraction}}}" if self.n_fraction > 0 else ""
        pattern = re.compile(rf"{sign}[0-9]{{{self.n_integer}}}{fraction}")
        example = self.write(torch.zeros(1, dtype=torch.float64))[0]
        for text in texts:
            if pattern.fullmatch(text) is None or (text.startswith("-") and float(text) == 0):
                raise ValueError(
                    f"A number must be written like {example}, and not as minus zero, but got {text!r}. Use write()."
                )
        return torch.tensor([float(text) for text in texts], dtype=torch.float64)

    def _parts(self, tokens: Tensor) -> FloatParts:
        first, point = int(self.signed), int(self.signed) + self.n_integer
        digits = torch.cat([tokens[..., first:point], tokens[..., point + 1 :]], dim=-1)
        mantissa = number_of(digits, 10)
        sign = 2 * tokens[..., 0] - 1 if self.signed else torch.ones_like(mantissa)
        exponent = torch.full_like(mantissa, self.n_integer - 1)
        return FloatParts(sign.masked_fill(mantissa == 0, 0), mantissa, exponent)


@lru_cache(maxsize=64)
def _grammar(codec: DecimalCodec) -> Grammar:
    point = int(codec.signed) + codec.n_integer

    def moves(state: tuple[int, int, bool]) -> list[tuple[int, tuple[int, int, bool]]]:
        written, sign, is_zero = state
        if written == codec.length:
            return []
        if written == 0 and codec.signed:
            return [(0, (1, -1, True)), (1, (1, 1, False))]
        if written == point:
            return [(0, (written + 1, sign, is_zero))]
        first = 1 if is_zero and written == codec.length - 1 else 0
        return [(digit, (written + 1, sign, is_zero and digit == 0)) for digit in range(first, 10)][::sign]

    return grammar_of((0, 1, False), moves, codec.vocab_size, reordered=codec.signed)
