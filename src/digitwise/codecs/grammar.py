"""Which token may follow which, as one transition table."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Int64
from torch import Tensor

FORBIDDEN = -1


@dataclass(frozen=True, eq=False)
class Grammar:
    """A deterministic automaton over tokens: ``transitions[state, token]`` is the next state.

    Parameters
    ----------
    transitions
        Int64 ``(state, vocab)``; ``-1`` marks a token that may not follow. State 0 is the start.

    Examples
    --------
    >>> from digitwise.codecs import NormalizedCodec
    >>> grammar = NormalizedCodec(base=2, length=3).grammar
    >>> grammar.accepts(torch.tensor([[0, 1, 1], [0, 1, 1]])).tolist()
    [True, True]
    """

    transitions: Int64[Tensor, "state vocab"]

    def __post_init__(self) -> None:
        """Check that every state named exists."""
        n_states = self.transitions.shape[0]
        low, high = int(self.transitions.min()), int(self.transitions.max())
        if low < FORBIDDEN or high >= n_states:
            raise ValueError(
                f"Transitions must name states 0..{n_states - 1} or {FORBIDDEN}, but they span {low}..{high}."
            )

    def allowed(self, states: Int64[Tensor, "*shape"]) -> Bool[Tensor, "*shape vocab"]:
        """Return the mask of tokens that may follow in each state."""
        return self.transitions[states] != FORBIDDEN

    def accepts(self, tokens: Int64[Tensor, "*shape step"]) -> Bool[Tensor, "*shape"]:
        """Return whether each sequence can be written token by token."""
        states = torch.zeros(tokens.shape[:-1], dtype=torch.int64)
        alive = torch.ones(tokens.shape[:-1], dtype=torch.bool)
        vocab = self.transitions.shape[1]
        for step in range(tokens.shape[-1]):
            token = tokens[..., step]
            alive &= (token >= 0) & (token < vocab)
            states = self.transitions[states, token.clamp(0, vocab - 1)]
            alive &= states != FORBIDDEN
            states = states.clamp(min=0)
        return alive
