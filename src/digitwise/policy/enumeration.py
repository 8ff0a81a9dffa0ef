"""The exact law: log-probabilities of all leaves of the digit tree, in one pass."""

import torch
from jaxtyping import Float
from torch import Tensor

from digitwise.nn.memory import Memory
from digitwise.policy.policy import Policy


def leaf_log_probs(policy: Policy, memory: Memory) -> Float[Tensor, "batch leaf"]:
    """Return the log-probability of every number the codec can write; differentiable.

    Examples
    --------
    >>> from digitwise.codecs import DigitTree, NormalizedCodec
    >>> from digitwise.nn import TreeDecoder
    >>> codec = NormalizedCodec(base=2, length=3)
    >>> tree = DigitTree(codec.grammar, codec.length)
    >>> policy = Policy(TreeDecoder(tree, memory_dim=4), codec, tree)
    >>> leaf_log_probs(policy, Memory(torch.zeros(1, 1, 4))).exp().tolist()
    [[0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125, 0.125]]
    """
    return policy.tree.leaf_sums(policy.node_log_probs(memory))


def leaf_probs(policy: Policy, memory: Memory, rows_per_pass: int | None = None) -> Float[Tensor, "batch leaf"]:
    """Return the probability of every leaf, without gradient, in passes of bounded memory.

    Parameters
    ----------
    policy, memory
        The law and the rows.
    rows_per_pass
        Rows enumerated at once; by default as many as suit the model.
    """
    rows_per_pass = policy.model.rows_per_pass if rows_per_pass is None else rows_per_pass
    passes = []
    with torch.no_grad():
        for start in range(0, memory.features.shape[0], rows_per_pass):
            passes.append(leaf_log_probs(policy, memory.take(slice(start, start + rows_per_pass))).exp())
    return torch.cat(passes)


def member_probs(policy: Policy, memory: Memory) -> Float[Tensor, "row leaf"]:
    """Return the probability of every leaf, averaged over the members of each row, float64 for more than one."""
    if memory.n_members == 1:
        return leaf_probs(policy, memory)
    rows_per_pass = max(1, policy.model.rows_per_pass // memory.n_members)
    parts = [memory.take(slice(i, i + rows_per_pass)) for i in range(0, memory.n_rows, rows_per_pass)]
    with torch.no_grad():
        laws = (leaf_log_probs(policy, part.by_member()).exp_().double() for part in parts)
        return torch.cat([law.view(-1, memory.n_members, law.shape[1]).mean(1) for law in laws])
