"""The sequences of an ordered codec whose numbers lie within bounds: the outermost two, and the grammar between."""

from dataclasses import dataclass

import torch
from jaxtyping import Int64
from torch import Tensor

from digitwise.codecs.codec import Codec
from digitwise.codecs.completions import highest_completion, lowest_completion
from digitwise.codecs.grammar import Grammar, grammar_of

State = tuple[int, int, int]
"""The inner state; how far the tokens are those of the lowest, and of the highest allowed sequence (-1: no more)."""


@dataclass(frozen=True, eq=False)
class Outermost:
    """The lowest and the highest sequence within bounds, and their numbers."""

    lowest: list[int]
    highest: list[int]
    first: float
    last: float


def outermost_within(codec: Codec, low: float | None, high: float | None) -> Outermost:
    """Return the outermost sequences whose numbers lie within bounds, themselves allowed; None for no bound.

    Raises
    ------
    ValueError
        If there are none, or the codec writes infinities or NaN.
    """
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
            return Outermost(lowest.tolist(), highest.tolist(), first, last)
    raise ValueError(f"{codec} writes no number from {low} to {high}. Widen the bounds, or write more digits.")


def grammar_within(codec: Codec, outermost: Outermost) -> Grammar:
    """Return the codec's grammar without the sequences outside of the outermost two."""
    inner, length = codec.grammar, codec.length

    def moves(state: State) -> list[tuple[int, State]]:
        at, on_lowest, on_highest = state
        tokens = inner.tokens_in_order(at)
        if 0 <= on_highest < length:
            tokens = tokens[: tokens.index(outermost.highest[on_highest]) + 1]
        if 0 <= on_lowest < length:
            tokens = tokens[tokens.index(outermost.lowest[on_lowest]) :]
        following: list[tuple[int, State]] = []
        for token in tokens:
            low_place = _carried_on(outermost.lowest, on_lowest, token)
            high_place = _carried_on(outermost.highest, on_highest, token)
            following.append((token, (int(inner.transitions[at, token]), low_place, high_place)))
        return following

    return grammar_of((0, 0, 0), moves, codec.vocab_size, reordered=inner.order is not None)


def _carried_on(sequence: list[int], written: int, token: int) -> int:
    return written + 1 if 0 <= written < len(sequence) and sequence[written] == token else -1


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
