"""Formats read in odd ways: prefixes that cover no intervals, numbers with several spellings."""

from dataclasses import dataclass

import torch
from torch import Tensor

from digitwise.codecs import Codec, DigitTree, Grammar, NormalizedCodec


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
