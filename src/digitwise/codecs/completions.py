"""The lowest and the highest number that a prefix can still become, in an ordered codec of any size."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.codecs.codec import Codec
from digitwise.codecs.grammar import Grammar


def lowest_completion(
    grammar: Grammar, prefix: Int64[Tensor, "*shape written"], length: int
) -> Int64[Tensor, "*shape step"]:
    """Return each prefix, completed by the token that stands first in the grammar's order, again and again.

    Prefixes of several lengths are filled up with -1.

    Examples
    --------
    >>> from digitwise.codecs import NormalizedCodec
    >>> codec = NormalizedCodec(base=10, length=3)
    >>> lowest_completion(codec.grammar, torch.tensor([[4, -1], [4, 2]]), codec.length).tolist()
    [[4, 0, 0], [4, 2, 0]]
    """
    return _completed(grammar, prefix, length, lowest=True)


def highest_completion(
    grammar: Grammar, prefix: Int64[Tensor, "*shape written"], length: int
) -> Int64[Tensor, "*shape step"]:
    """Return each prefix, completed by the token that stands last in the grammar's order, again and again."""
    return _completed(grammar, prefix, length, lowest=False)


def covered(
    codec: Codec, prefix: Int64[Tensor, "*shape written"]
) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
    """Return the interval of numbers that are written with each prefix, scaled units: its cells together.

    Examples
    --------
    >>> from digitwise.codecs import NormalizedCodec
    >>> low, high = covered(NormalizedCodec(base=10, length=3), torch.tensor([[4], [7]]))
    >>> low.tolist(), high.tolist()
    ([0.4, 0.7], [0.5, 0.8])
    """
    low = codec.cells(lowest_completion(codec.grammar, prefix, codec.length))[0]
    return low, codec.cells(highest_completion(codec.grammar, prefix, codec.length))[1]


def _completed(grammar: Grammar, prefix: Tensor, length: int, *, lowest: bool) -> Tensor:
    next_token = _extreme_tokens(grammar, lowest=lowest).to(prefix.device)
    transitions = grammar.transitions.to(prefix.device)
    state = torch.zeros(prefix.shape[:-1], dtype=torch.int64, device=prefix.device)
    tokens: list[Tensor] = []
    for step in range(length):
        token = next_token[state]
        if step < prefix.shape[-1]:
            token = torch.where(prefix[..., step] < 0, token, prefix[..., step])
        tokens.append(token)
        state = transitions[state, token]
    return torch.stack(tokens, dim=-1)


def _extreme_tokens(grammar: Grammar, *, lowest: bool) -> Int64[Tensor, " state"]:
    """Return the first or the last token, in the grammar's order, that may follow in each state."""
    n_states, vocab = grammar.transitions.shape
    order = torch.arange(vocab).expand(n_states, vocab) if grammar.order is None else grammar.order
    may_follow = grammar.allowed(torch.arange(n_states)).gather(1, order)
    ranks = torch.arange(vocab)
    rank = torch.where(may_follow, ranks, vocab).amin(1) if lowest else torch.where(may_follow, ranks, -1).amax(1)
    return order.gather(1, rank.clamp(0, vocab - 1).unsqueeze(1)).squeeze(1)
