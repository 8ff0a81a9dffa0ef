"""Which token may follow which, as one transition table; and in which order the tokens' numbers stand."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from jaxtyping import Bool, Int64
from torch import Tensor

FORBIDDEN = -1

State = TypeVar("State", bound=Hashable)


@dataclass(frozen=True, eq=False)
class Grammar:
    """A deterministic automaton over tokens: ``transitions[state, token]`` is the next state.

    Parameters
    ----------
    transitions
        Int64 ``(state, vocab)``; ``-1`` marks a token that may not follow. State 0 is the start.
    order
        Int64 ``(state, vocab)``: the tokens in the order of the numbers that they lead to; after a minus sign, for
        instance, the largest digit comes first. None where it is the order of the token ids everywhere.

    Raises
    ------
    ValueError
        If a state is named that does not exist, or an order is no permutation of the tokens.

    Examples
    --------
    >>> from digitwise.codecs import NormalizedCodec
    >>> grammar = NormalizedCodec(base=2, length=3).grammar
    >>> grammar.accepts(torch.tensor([[0, 1, 1], [0, 1, 1]])).tolist()
    [True, True]
    """

    transitions: Int64[Tensor, "state vocab"]
    order: Int64[Tensor, "state vocab"] | None = None

    def __post_init__(self) -> None:
        """Check that every state named exists."""
        n_states, vocab = self.transitions.shape
        low, high = int(self.transitions.min()), int(self.transitions.max())
        if low < FORBIDDEN or high >= n_states:
            raise ValueError(
                f"Transitions must name states 0..{n_states - 1} or {FORBIDDEN}, but they span {low}..{high}."
            )
        if self.order is not None and not (self.order.sort(1).values == torch.arange(vocab)).all():
            raise ValueError(f"The order must hold each of the tokens 0..{vocab - 1} once in every state.")

    def allowed(self, states: Int64[Tensor, "*shape"]) -> Bool[Tensor, "*shape vocab"]:
        """Return the mask of tokens that may follow in each state."""
        return self.transitions[states] != FORBIDDEN

    def tokens_in_order(self, state: int) -> list[int]:
        """Return the tokens that may follow in a state, in the order of the numbers that they lead to."""
        row = self.transitions[state]
        tokens = torch.arange(len(row)) if self.order is None else self.order[state]
        return [int(token) for token in tokens[row[tokens] != FORBIDDEN]]

    def accepts(self, tokens: Int64[Tensor, "*shape step"]) -> Bool[Tensor, "*shape"]:
        """Return whether each sequence can be written token by token."""
        transitions = self.transitions.to(tokens.device)
        states = torch.zeros_like(tokens[..., 0])
        alive = torch.ones_like(states, dtype=torch.bool)
        vocab = transitions.shape[1]
        for step in range(tokens.shape[-1]):
            token = tokens[..., step]
            alive &= (token >= 0) & (token < vocab)
            states = transitions[states, token.clamp(0, vocab - 1)]
            alive &= states != FORBIDDEN
            states = states.clamp(min=0)
        return alive

    def count(self, length: int) -> int:
        """Return how many sequences of some length can be written; none is written out."""
        ways = [1] * self.transitions.shape[0]
        table = self.transitions.tolist()
        for _ in range(length):
            ways = [sum(ways[after] for after in row if after != FORBIDDEN) for row in table]
        return ways[0]

    def states_on_path(self, tokens: Int64[Tensor, "*shape step"]) -> Int64[Tensor, "*shape step"]:
        """Return the state in which each token of accepted sequences is chosen."""
        states = [torch.zeros_like(tokens[..., 0])]
        for step in range(tokens.shape[-1] - 1):
            states.append(self.transitions[states[-1], tokens[..., step]])
        return torch.stack(states, dim=-1)


def grammar_of(
    start: State, moves: Callable[[State], Sequence[tuple[int, State]]], vocab_size: int, *, reordered: bool = False
) -> Grammar:
    """Return the grammar that a rule spells out.

    Parameters
    ----------
    start
        Any hashable description of the empty prefix.
    moves
        Maps a description to the tokens that may follow and what they lead to, in number order; none at the end.
    vocab_size
        Number of token ids.
    reordered
        Whether number order is not the order of the token ids somewhere.

    Examples
    --------
    >>> grammar = grammar_of(2, lambda left: [(0, left - 1), (1, left - 1)] if left else [], vocab_size=2)
    >>> grammar.transitions.tolist()
    [[1, 1], [2, 2], [-1, -1]]
    """
    number = {start: 0}
    waiting = [start]
    rows: list[list[int]] = []
    orders: list[list[int]] = []
    for state in waiting:
        row = [FORBIDDEN] * vocab_size
        following = moves(state)
        for token, after in following:
            if after not in number:
                number[after] = len(number)
                waiting.append(after)
            row[token] = number[after]
        first = [token for token, _ in following]
        orders.append(first + [token for token in range(vocab_size) if token not in set(first)])
        rows.append(row)
    return Grammar(torch.tensor(rows), torch.tensor(orders) if reordered else None)
