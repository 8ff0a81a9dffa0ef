"""Hard bounds: numbers outside cannot be written."""

from dataclasses import dataclass, field
from functools import lru_cache
from math import isfinite

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.codecs.codec import Codec
from digitwise.codecs.completions import highest_completion, lowest_completion
from digitwise.codecs.grammar import Grammar, grammar_of
from digitwise.codecs.resolution import half_cell

State = tuple[int, int, int]
"""The inner state; how far the tokens are those of the lowest, and of the highest allowed sequence (-1: no more)."""


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
        self.allowed  # noqa: B018 - checks the rest

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
    def allowed(self) -> "Allowed":
        """The lowest and the highest sequence that are left, and their numbers."""
        return _allowed(self)

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
        return self.codec.encode(z.double().clamp(self.allowed.first, self.allowed.last))

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
            torch.where(number <= self.allowed.first, self.span[0], low),
            torch.where(number >= self.allowed.last, self.span[1], high),
        )


@dataclass(frozen=True, eq=False)
class Allowed:
    """The lowest and the highest sequence within bounds, and their numbers."""

    lowest: list[int]
    highest: list[int]
    first: float
    last: float


@lru_cache(maxsize=256)
def _allowed(bounded: Bounded) -> Allowed:
    codec, low, high = bounded.codec, bounded.low, bounded.high
    grammar, length, nothing = codec.grammar, codec.length, torch.zeros(0, dtype=torch.int64)
    lowest, highest = lowest_completion(grammar, nothing, length), highest_completion(grammar, nothing, length)
    ends = codec.decode(torch.stack([lowest, highest]))
    if not ends.isfinite().all():
        raise ValueError(f"Bounded needs finite numbers. Put WithSpecialValues around Bounded, not into it: {codec}.")
    if (low is None or low <= ends[1]) and (high is None or high >= ends[0]):
        lowest = lowest if low is None else _first_from(codec, low)
        highest = highest if high is None else _last_until(codec, high)
        first, last = codec.decode(torch.stack([lowest, highest])).tolist()
        if first <= last:
            return Allowed(lowest.tolist(), highest.tolist(), first, last)
    raise ValueError(f"{codec} writes no number from {low} to {high}. Widen the bounds, or write more digits.")


def _first_from(codec: Codec, low: float) -> Int64[Tensor, " step"]:
    """Return the sequence of the least number from ``low`` on: each token is the first that still leads there."""
    prefix = torch.zeros(0, dtype=torch.int64)
    for _ in range(codec.length):
        longer = _longer(codec.grammar, prefix)
        leads_there = codec.decode(highest_completion(codec.grammar, longer, codec.length)) >= low
        prefix = longer[leads_there.long().argmax()]
    return prefix


def _last_until(codec: Codec, high: float) -> Int64[Tensor, " step"]:
    """Return the sequence of the greatest number up to ``high``."""
    prefix = torch.zeros(0, dtype=torch.int64)
    for _ in range(codec.length):
        longer = _longer(codec.grammar, prefix).flip(0)
        leads_there = codec.decode(lowest_completion(codec.grammar, longer, codec.length)) <= high
        prefix = longer[leads_there.long().argmax()]
    return prefix


def _longer(grammar: Grammar, prefix: Int64[Tensor, " written"]) -> Int64[Tensor, "token longer"]:
    """Return a prefix with each token that may follow, in number order."""
    state = 0
    for token in prefix.tolist():
        state = int(grammar.transitions[state, token])
    tokens = grammar.tokens_in_order(state)
    return torch.cat([prefix.expand(len(tokens), -1), torch.tensor(tokens).unsqueeze(1)], dim=1)


@lru_cache(maxsize=64)
def _grammar(bounded: Bounded) -> Grammar:
    inner, allowed, length = bounded.codec.grammar, bounded.allowed, bounded.length

    def moves(state: State) -> list[tuple[int, State]]:
        at, on_lowest, on_highest = state
        tokens = inner.tokens_in_order(at)
        if 0 <= on_highest < length:
            tokens = tokens[: tokens.index(allowed.highest[on_highest]) + 1]
        if 0 <= on_lowest < length:
            tokens = tokens[tokens.index(allowed.lowest[on_lowest]) :]
        return [
            (
                token,
                (
                    int(inner.transitions[at, token]),
                    _carried_on(allowed.lowest, on_lowest, token),
                    _carried_on(allowed.highest, on_highest, token),
                ),
            )
            for token in tokens
        ]

    return grammar_of((0, 0, 0), moves, bounded.vocab_size, reordered=inner.order is not None)


def _carried_on(sequence: list[int], written: int, token: int) -> int:
    return written + 1 if 0 <= written < len(sequence) and sequence[written] == token else -1
