"""Bits in an order in which one wrong bit does little harm."""

from dataclasses import dataclass
from math import comb

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.codecs.grammar import Grammar
from digitwise.codecs.normalized import NormalizedCodec
from digitwise.codecs.special_numbers import without_nan

MAX_LENGTH = 52


@dataclass(frozen=True, kw_only=True)
class HammingCodec:
    """Write ``z`` in ``[0, 1)`` with bits: strings with more ones are larger, of equally many ones the larger value.

    String ``k`` in this order stands for the cell ``[k / 2**length, (k + 1) / 2**length)`` and decodes to its
    mid-point. Numbers outside saturate. A flipped bit moves the number to a string with one more or one less, never
    from one end to the other; but prefixes cover no intervals, so the codec is not ordered.

    Parameters
    ----------
    length
        Bits per number, 1 to 52.

    Raises
    ------
    ValueError
        If the length is out of range.

    Notes
    -----
    *Differs from the paper*, whose code decodes to the lower end of the cell and lists all strings: here a string's
    place is counted (the combinatorial number system), in ``length`` steps.

    References
    ----------
    Song and Bahri, "Decoding-based Regression", arXiv 2501.19383; Qian et al., "Minimizing the effect of bit errors",
    ISIT 2018.

    Examples
    --------
    >>> codec = HammingCodec(length=2)
    >>> codec.encode(torch.tensor([0.1, 0.3, 0.6, 0.9])).tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> HammingCodec(length=3).decode(torch.tensor([[0, 1, 1], [1, 0, 0]])).tolist()
    [0.5625, 0.4375]
    """

    length: int = 8

    def __post_init__(self) -> None:
        """Check the length."""
        if not 1 <= self.length <= MAX_LENGTH:
            raise ValueError(f"A Hamming codec needs a length from 1 to {MAX_LENGTH}, but got length={self.length}.")

    @property
    def vocab_size(self) -> int:
        """Two bits."""
        return 2

    @property
    def n_leaves(self) -> int:
        """Number of cells."""
        return int(2**self.length)

    @property
    def ordered(self) -> bool:
        """True for one or two bits, whose order is that of binary numbers."""
        return self.length <= 2

    @property
    def canonical(self) -> bool:
        """Always true."""
        return True

    @property
    def span(self) -> tuple[float, float]:
        """The unit interval."""
        return 0.0, 1.0

    @property
    def grammar(self) -> Grammar:
        """Any bit may follow any bit."""
        return NormalizedCodec(base=2, length=self.length).grammar

    def encode(self, z: Float[Tensor, "*shape"]) -> Int64[Tensor, "*shape step"]:
        """Return the bits of the cell that holds each number; numbers outside saturate.

        Raises
        ------
        ValueError
            If a number is NaN.
        """
        place = (without_nan(z) * self.n_leaves).floor().clamp(0, self.n_leaves - 1).long()
        before = self._before.to(z.device)
        ones = torch.bucketize(place.contiguous(), before, right=True) - 1
        left = place - before[ones]
        bits = []
        for place_below in reversed(range(self.length)):
            with_zero = self._choices[place_below].to(z.device)[ones]  # strings whose next bit is 0
            bit = (left >= with_zero).long()
            left, ones = left - bit * with_zero, ones - bit
            bits.append(bit)
        return torch.stack(bits, dim=-1)

    def decode(self, tokens: Int64[Tensor, "*shape step"]) -> Float[Tensor, "*shape"]:
        """Return the mid-point of each string's cell, float64."""
        return (self._place(tokens) + 0.5) / self.n_leaves

    def resolution(self, z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Return half a cell, for every number."""
        return torch.full_like(z, 0.5 / self.n_leaves)

    def cells(self, tokens: Int64[Tensor, "*shape step"]) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
        """Return the borders of each string's cell, float64; a number on a border belongs to the upper one."""
        place = self._place(tokens)
        return place / self.n_leaves, (place + 1) / self.n_leaves

    @property
    def _choices(self) -> Int64[Tensor, "bits ones"]:
        """How many strings of so many bits have so many ones."""
        counts = [[comb(bits, ones) for ones in range(self.length + 1)] for bits in range(self.length + 1)]
        return torch.tensor(counts)

    @property
    def _before(self) -> Int64[Tensor, " ones"]:
        """How many strings have fewer ones."""
        choices = self._choices[self.length]
        return choices.cumsum(0) - choices

    def _place(self, tokens: Tensor) -> Float[Tensor, "*shape"]:
        """Count the strings before each one: those with fewer ones, and those that have a 0 where it has a 1."""
        ones = tokens.flip(-1).cumsum(-1).flip(-1)  # from each bit on
        place = self._before.to(tokens.device)[ones[..., 0]]
        choices = self._choices.to(tokens.device)
        below = torch.arange(self.length - 1, -1, -1, device=tokens.device)  # bits behind each
        return (place + (tokens * choices[below, ones]).sum(-1)).double()
