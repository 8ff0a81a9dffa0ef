"""Prefixes that the draws of a row share, named once: all draws share the root, and likely first digits too."""

import torch
from jaxtyping import Int64
from torch import Tensor

from digitwise.codecs.tree import DigitTree

FULL_COST_NODES = 512
"""A pass over ``n`` nodes, which all look at each other, costs about what separate draws of ``n (1 + n / 512)`` steps
cost (`benchmarks/speed/rl_step.py` times the outcome)."""


def distinct_nodes(
    tree: DigitTree, nodes: Int64[Tensor, "batch visit"]
) -> tuple[Int64[Tensor, "batch node"], Int64[Tensor, "batch visit"]]:
    """Return each row's visited inner nodes without repeats, and where each visit stands among them.

    Rows with fewer nodes than others are filled up with a node of the last level that they do not visit: no node is
    below it, so it changes nothing for the others.

    Examples
    --------
    >>> from digitwise.codecs import NormalizedCodec
    >>> codec = NormalizedCodec(base=2, length=3)
    >>> tree = DigitTree(codec.grammar, codec.length)
    >>> draws = torch.tensor([[[0, 0, 1], [0, 1, 1]], [[1, 0, 0], [1, 0, 1]]])
    >>> nodes, place = distinct_nodes(tree, tree.nodes_on_path(draws).flatten(1))
    >>> nodes.tolist(), place.tolist()
    ([[0, 1, 3, 4], [0, 2, 5, 3]], [[0, 1, 2, 0, 1, 3], [0, 1, 2, 0, 1, 2]])
    """
    in_order, order = nodes.sort(dim=1)
    is_new = torch.ones_like(in_order, dtype=torch.bool)
    is_new[:, 1:] = in_order[:, 1:] != in_order[:, :-1]
    rank = is_new.cumsum(1) - 1
    # Where the k-th visited node of the last level is its k-th node, up to there none is left out.
    on_last_level = in_order - (tree.n_nodes - tree.level_sizes[-1])
    n_above = (is_new & (on_last_level < 0)).sum(1, keepdim=True)
    gap = (is_new & (on_last_level >= 0) & (on_last_level == rank - n_above)).sum(1, keepdim=True)
    filler = (tree.n_nodes - tree.level_sizes[-1] + gap).clamp(max=tree.n_nodes - 1)  # a full row needs none
    distinct = filler.repeat(1, int(rank[:, -1].max()) + 1).scatter_(1, rank, in_order)
    return distinct, torch.empty_like(rank).scatter_(1, order, rank)


def is_worth_sharing(n_nodes: int, n_visits: int) -> bool:
    """Return whether one pass over the distinct nodes of each row costs less than running every draw for itself."""
    return n_nodes * (1 + n_nodes / FULL_COST_NODES) < n_visits
