"""Hard bounds: numbers outside cannot be written."""

from dataclasses import dataclass, field
from functools import lru_cache
from math import isfinite

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.codecs.codec import Codec
from digitwise.codecs.grammar import Grammar
from digitwise.codecs.grammar_within import Outermost, grammar_within, outermost_within
from digitwise.codecs.resolution import half_cell


@dataclass(frozen=True, kw_only=True)
class Bounded:
    """Another codec, without the numbers outside of ``[low, high]``.

    Its sequences outside are not accepted by the grammar, so no law has mass there. Numbers outside are written as the
    nearest number inside. The outermost cells end at the bounds.

    Parameters
    ----------
    codec
        An ordered codec of finite numbers. Special values go outside: ``WithSpecialValues(Bounded(…))``.
    low, high
        Bounds in scaled units, themselves allowed; None for those of the codec.

    Raises
    ------
    ValueError
        If the codec is not ordered, writes infinities or NaN, or has no number within the bounds.

    Notes
    -----
    The grammar is the product of the codec's with two more facts: whether the tokens so far are those of the lowest
    allowed sequence, and whether they are those of the highest. While they are, the tokens before, or after, the next
    one of that sequence are forbidden.

    Examples
    --------
    >>> from digitwise.codecs import ScientificCodec
    >>> codec = Bounded(ScientificCodec(n_digits=2), low=0.0, high=99.0)
    >>> codec.decode(codec.encode(torch.tensor([-7.0, 3.14, 1e6]))).tolist()
    [0.0, 3.1, 99.0]
    >>> codec.span
    (0.0, 99.0)
    """

    codec: Codec = field(kw_only=False)
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        """Check that there is something left."""
        if not self.codec.ordered:
            raise ValueError(f"Bounded needs an ordered codec, whose prefixes cover intervals, but got {self.codec}.")
        if any(bound is not None and not isfinite(bound) for bound in (self.low, self.high)):
            raise ValueError(f"Bounds must be finite, or None for no bound, but got {self.low} and {self.high}.")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError(f"low must lie below high, but got low={self.low} and high={self.high}.")
        self.outermost  # noqa: B018 - checks the rest

    @property
    def vocab_size(self) -> int:
        """That of the codec."""
        return self.codec.vocab_size

    @property
    def length(self) -> int:
        """That of the codec."""
        return self.codec.length

    @property
    def ordered(self) -> bool:
        """Always true."""
        return True

    @property
    def canonical(self) -> bool:
        """As the codec."""
        return self.codec.canonical

    @property
    def outermost(self) -> Outermost:
        """The lowest and the highest sequence that are left, and their numbers."""
        return _outermost(self)

    @property
    def grammar(self) -> Grammar:
        """What the codec allows, from the lowest to the highest sequence within the bounds."""
        return _grammar(self)

    @property
    def span(self) -> tuple[float, float]:
        """The bounds, or the borders of the codec where these are narrower."""
        low, high = self.codec.span
        return low if self.low is None else max(low, self.low), high if self.high is None else min(high, self.high)

    def encode(self, z: Float[Tensor, "*shape"]) -> Int64[Tensor, "*shape step"]:
        """Return the tokens of the nearest number within the bounds."""
        return self.codec.encode(z.double().clamp(self.outermost.first, self.outermost.last))

    def decode(self, tokens: Int64[Tensor, "*shape step"]) -> Float[Tensor, "*shape"]:
        """Return the number written, float64."""
        return self.codec.decode(tokens)

    def resolution(self, z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Return the distance from the number written to the farther border of its cell."""
        return half_cell(self, z)

    def cells(self, tokens: Int64[Tensor, "*shape step"]) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
        """Return the borders of the codec's cells; the first one starts and the last one ends at the bounds."""
        low, high = self.codec.cells(tokens)
        number = self.codec.decode(tokens)
        return (
            torch.where(number <= self.outermost.first, self.span[0], low),
            torch.where(number >= self.outermost.last, self.span[1], high),
        )


@lru_cache(maxsize=256)
def _outermost(bounded: Bounded) -> Outermost:
    return outermost_within(bounded.codec, bounded.low, bounded.high)


@lru_cache(maxsize=64)
def _grammar(bounded: Bounded) -> Grammar:
    return grammar_within(bounded.codec, bounded.outermost)
