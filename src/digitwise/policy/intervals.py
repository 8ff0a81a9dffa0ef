"""The probability of an interval of numbers, as a partial sum of the digit tree.

Where two sequences part, what lies between them is: the digits between, then above on the low path and below on the
high one. All these next-digit probabilities stand along the two paths, so one pass over them is enough, however many
numbers there are.
"""

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from digitwise.codecs.special_numbers import stand_ins
from digitwise.nn.memory import Memory
from digitwise.policy.enumeration import leaf_log_probs
from digitwise.policy.policy import Policy


def interval_log_prob(
    policy: Policy, memory: Memory, low_tokens: Int64[Tensor, "batch step"], high_tokens: Int64[Tensor, "batch step"]
) -> Float[Tensor, " batch"]:
    """Return ``log P(low <= number <= high)`` of each row; differentiable.

    A sum of positive terms in log space: nothing cancels, however small the probability, and none is left out that is
    near one.

    Parameters
    ----------
    policy, memory
        The law and the rows.
    low_tokens, high_tokens
        What the codec writes for the ends of the interval, which both belong to it. The low end must not stand above
        the high one.

    Raises
    ------
    ValueError
        If the codec is not ordered and its tree is not written out.

    Notes
    -----
    In an ordered codec, whose tree need not be written out, the cost is that of two sequences per row. In others (and
    where one number has several sequences) it is a sum over all leaves.

    Examples
    --------
    >>> from digitwise.codecs import DigitTree, NormalizedCodec
    >>> from digitwise.nn import TreeDecoder
    >>> codec = NormalizedCodec(base=2, length=3)
    >>> tree = DigitTree(codec.grammar, codec.length)
    >>> policy = Policy(TreeDecoder(tree, memory_dim=4), codec, tree)
    >>> low, high = torch.tensor([[0, 0, 1]]), torch.tensor([[1, 0, 1]])  # leaves 1 to 5 of 8 that are equally likely
    >>> interval_log_prob(policy, Memory(torch.zeros(1, 1, 4)), low, high).exp().tolist()
    [0.625]
    """
    if policy.is_enumerable and not (policy.codec.ordered and policy.codec.canonical):
        return _sum_over_leaves(policy, memory, low_tokens, high_tokens)
    if not policy.codec.ordered:
        raise ValueError(
            f"The prefixes of {policy.codec} cover no intervals, and it has too many numbers to look at all of them. "
            "Use an ordered codec, or fewer digits."
        )
    return _sum_along_paths(policy, memory, low_tokens, high_tokens)


def _sum_along_paths(policy: Policy, memory: Memory, low_tokens: Tensor, high_tokens: Tensor) -> Tensor:
    tokens = torch.stack([low_tokens, high_tokens], dim=1)
    log_probs = policy.step_log_probs(memory, tokens)
    upto = log_probs.gather(-1, tokens.unsqueeze(-1)).squeeze(-1).cumsum(-1)  # of each prefix, its last digit included
    before = torch.cat([torch.zeros_like(upto[..., :1]), upto[..., :-1]], dim=-1)
    beyond = (before.unsqueeze(-1) + log_probs).masked_fill(~_between(policy, tokens), -torch.inf)
    low_leaf, high_leaf = upto[..., -1].unbind(1)
    high_leaf = high_leaf.masked_fill((low_tokens == high_tokens).all(-1), -torch.inf)
    terms = torch.cat([beyond.flatten(1), low_leaf.unsqueeze(1), high_leaf.unsqueeze(1)], dim=1)
    return torch.logsumexp(terms, dim=1)


def _between(policy: Policy, tokens: Int64[Tensor, "batch 2 step"]) -> Bool[Tensor, "batch 2 step vocab"]:
    """Return, along the low and the high path, the digits whose numbers all lie between both; none named twice."""
    rank = _ranks(policy, tokens)
    low_own, high_own = rank.gather(-1, tokens.unsqueeze(-1)).unbind(1)
    low_rank, high_rank = rank.unbind(1)
    same = (tokens[:, 0] == tokens[:, 1]).long().cumprod(-1).bool()  # up to this digit, itself included
    together = torch.cat([torch.ones_like(same[:, :1]), same[:, :-1]], dim=1).unsqueeze(-1)
    on_low = (low_rank > low_own) & (~together | (low_rank < high_own))
    on_high = ~together & (high_rank < high_own)
    return torch.stack([on_low, on_high], dim=1)


def _ranks(policy: Policy, tokens: Int64[Tensor, "batch 2 step"]) -> Int64[Tensor, "batch 2 step vocab"]:
    """Return where every next token stands in number order at each step."""
    if policy.order is None:
        vocab = policy.codec.vocab_size
        return torch.arange(vocab, device=tokens.device).expand(*tokens.shape, vocab)
    return policy.order.argsort(dim=1)[policy.states_on_path(tokens)]


def _sum_over_leaves(policy: Policy, memory: Memory, low_tokens: Tensor, high_tokens: Tensor) -> Tensor:
    number = stand_ins(policy.codec.decode(policy.tree.leaf_tokens))
    low, high = (stand_ins(policy.codec.decode(end)).unsqueeze(1) for end in (low_tokens, high_tokens))
    outside = (number < low) | (number > high)
    return torch.logsumexp(leaf_log_probs(policy, memory).masked_fill(outside, -torch.inf), dim=1)
