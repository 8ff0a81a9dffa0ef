"""A scientific format, small enough to try every prefix: sign, signed exponent, mantissa; token order is not number
order. And formats whose prefixes cover no intervals."""

from dataclasses import dataclass

import torch
from torch import Tensor

from digitwise.codecs import Codec, DigitTree, Grammar, NormalizedCodec

PLUS, MINUS = 0, 1
DEAD = [-1, -1, -1, -1]


@dataclass(frozen=True)
class ScientificCodec:
    """``± a.b × 4^±e``: tokens are sign, exponent's sign, exponent, two digits in base 4, the first of them not 0.

    After a plus the exponent is 0 or 1, after a minus 1 or 2: 96 numbers, ``±0.0625`` to ``±15``.
    """

    vocab_size: int = 4
    length: int = 5
    ordered: bool = False
    canonical: bool = True
    span: tuple[float, float] = (-15.5, 15.5)

    @property
    def grammar(self) -> Grammar:
        start, signed = [1, 1, -1, -1], [2, 3, -1, -1]
        positive, negative = [4, 4, -1, -1], [-1, 4, 4, -1]
        return Grammar(torch.tensor([start, signed, positive, negative, [-1, 5, 5, 5], [6, 6, 6, 6], DEAD]))

    def decode(self, tokens: Tensor) -> Tensor:
        sign, exponent_sign, exponent, first, second = tokens.double().unbind(-1)
        return (1 - 2 * sign) * (first + second / 4) * 4 ** ((1 - 2 * exponent_sign) * exponent)

    def encode(self, z: Tensor) -> Tensor:
        leaves = DigitTree(self.grammar, self.length).leaf_tokens
        return leaves[(self.decode(leaves) - z.double().unsqueeze(-1)).abs().argmin(-1)]

    def resolution(self, z: Tensor) -> Tensor:
        return (z.abs() / 4).clamp(min=0.0625)

    def cells(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        return midpoint_cells(self, tokens)


def midpoint_cells(codec: Codec, tokens: Tensor) -> tuple[Tensor, Tensor]:
    """Return cells with borders half-way between the numbers that can be written."""
    numbers = codec.decode(DigitTree(codec.grammar, codec.length).leaf_tokens).unique()
    middle = (numbers[1:] + numbers[:-1]) / 2
    borders = torch.cat([numbers[:1] - 0.5, middle, numbers[-1:] + 0.5])
    place = torch.searchsorted(numbers, codec.decode(tokens))
    return borders[place], borders[place + 1]


@dataclass(frozen=True)
class WrappedCodec:
    """Another codec's tokens, read as other numbers."""

    inner: Codec
    values: tuple[float, ...]  # of the leaves, in leaf order

    @property
    def vocab_size(self) -> int:
        return self.inner.vocab_size

    @property
    def length(self) -> int:
        return self.inner.length

    ordered: bool = False

    @property
    def canonical(self) -> bool:
        return len(set(self.values)) == len(self.values)

    @property
    def span(self) -> tuple[float, float]:
        return min(self.values) - 0.5, max(self.values) + 0.5

    @property
    def grammar(self) -> Grammar:
        return self.inner.grammar

    def decode(self, tokens: Tensor) -> Tensor:
        leaves = DigitTree(self.grammar, self.length).leaf_tokens
        same = (tokens.unsqueeze(-2) == leaves).all(-1)
        return torch.tensor(self.values, dtype=torch.float64)[same.long().argmax(-1)]

    def encode(self, z: Tensor) -> Tensor:
        leaves = DigitTree(self.grammar, self.length).leaf_tokens
        return leaves[(self.decode(leaves) - z.double().unsqueeze(-1)).abs().argmin(-1)]

    def resolution(self, z: Tensor) -> Tensor:
        return torch.full_like(z, torch.inf)

    def cells(self, tokens: Tensor) -> tuple[Tensor, Tensor]:
        return midpoint_cells(self, tokens)


LEAST_DIGIT_FIRST = WrappedCodec(NormalizedCodec(base=2, length=3), (0.0, 4.0, 2.0, 6.0, 1.0, 5.0, 3.0, 7.0))
UNNORMALISED = WrappedCodec(NormalizedCodec(base=2, length=3), (0.0, 1.0, 2.0, 3.0, 0.0, 2.0, 4.0, 6.0))  # m × 2^e
SIGNED_ZEROS = WrappedCodec(NormalizedCodec(base=2, length=2), (0.0, 1.0, -0.0, -1.0))  # ± and one digit
