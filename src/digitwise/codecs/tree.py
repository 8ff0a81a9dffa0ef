"""The digit tree: every prefix a codec accepts, numbered level by level.

Inner nodes are prefixes, leaves are whole numbers. Level ``k`` holds the prefixes of ``k`` tokens in the grammar's
order, so the leaves of an ordered codec stand in number order.
"""

from typing import cast

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn

from digitwise.codecs.grammar import FORBIDDEN, Grammar

MAX_LEAVES = 2**20
EXACT_LEAVES = 2**16
"""Trees with more leaves than this are not written out unless asked for."""


class DigitTree(nn.Module):
    """All sequences of ``length`` tokens that a grammar accepts, as index arrays.

    It is a module (of integer buffers only) so that it follows its policy to a device.

    Parameters
    ----------
    grammar
        Which token may follow which.
    length
        Tokens per sequence.

    Raises
    ------
    ValueError
        If the tree has more than 2**20 leaves: then it cannot be enumerated.

    Attributes
    ----------
    child
        ``(node, vocab)``: the inner node (or, on the last level, the leaf) reached; -1 where forbidden.
    parent, last_token, depth, state
        ``(node,)``: of each inner node; the root has parent 0, token 0, depth 0 and grammar state 0.
    first_leaf, last_leaf
        ``(node,)``: the range of leaves below each inner node.
    leaf_nodes, leaf_tokens
        ``(leaf, step)``: the inner nodes on the way to each leaf, and the tokens chosen there.

    Examples
    --------
    >>> from digitwise.codecs import NormalizedCodec
    >>> codec = NormalizedCodec(base=2, length=3)
    >>> tree = DigitTree(codec.grammar, codec.length)
    >>> tree.n_nodes, tree.n_leaves
    (7, 8)
    >>> tree.leaf_nodes[5].tolist(), tree.leaf_tokens[5].tolist()
    ([0, 2, 5], [1, 0, 1])
    """

    child: Tensor
    parent: Tensor
    last_token: Tensor
    depth: Tensor
    state: Tensor
    first_leaf: Tensor
    last_leaf: Tensor
    leaf_nodes: Tensor
    leaf_tokens: Tensor

    def __init__(self, grammar: Grammar, length: int) -> None:
        super().__init__()
        vocab = grammar.transitions.shape[1]
        states = torch.zeros(1, dtype=torch.int64)
        self.level_sizes = [1]
        self._full_levels: list[bool] = []
        parents, tokens = [torch.zeros(1, dtype=torch.int64)], [torch.zeros(1, dtype=torch.int64)]
        children: list[Tensor] = []
        node_states: list[Tensor] = []
        leaf_nodes = torch.zeros(1, 0, dtype=torch.int64)
        leaf_tokens = torch.zeros(1, 0, dtype=torch.int64)
        offset = 0  # id of the first node on the level
        for step in range(length):
            node_states.append(states)
            following = grammar.transitions[states]  # (node of this level, vocab)
            allowed = following != FORBIDDEN
            edges = _edges_in_order(allowed, None if grammar.order is None else grammar.order[states])
            if not 1 <= len(edges) <= MAX_LEAVES:
                raise ValueError(
                    f"A digit tree must have between 1 and {MAX_LEAVES} prefixes on every level, but level "
                    f"{step + 1} has {len(edges)}. Use fewer or smaller digits, or sample instead of enumerating."
                )
            next_offset = offset + len(states)
            is_last = step == length - 1
            child = torch.full((len(states) * vocab,), -1)
            child[edges] = torch.arange(len(edges)) + (0 if is_last else next_offset)
            children.append(child.view(-1, vocab))
            above, token = edges // vocab, edges % vocab
            leaf_nodes = torch.cat([leaf_nodes[above], (above + offset).unsqueeze(1)], dim=1)
            leaf_tokens = torch.cat([leaf_tokens[above], token.unsqueeze(1)], dim=1)
            states = following.flatten()[edges]
            self._full_levels.append(bool((edges == torch.arange(allowed.numel())).all()) if allowed.all() else False)
            self.register_buffer(f"_edges_{step}", edges, persistent=False)
            if not is_last:
                parents.append(above + offset)
                tokens.append(token)
                self.level_sizes.append(len(states))
            offset = next_offset
        n_nodes, every_leaf = sum(self.level_sizes), torch.arange(len(leaf_nodes)).repeat_interleave(length)
        buffers = {
            "first_leaf": every_leaf.new_full((n_nodes,), len(leaf_nodes)).scatter_reduce(
                0, leaf_nodes.flatten(), every_leaf, "amin"
            ),
            "last_leaf": every_leaf.new_zeros(n_nodes).scatter_reduce(0, leaf_nodes.flatten(), every_leaf, "amax"),
            "child": torch.cat(children),
            "parent": torch.cat(parents),
            "last_token": torch.cat(tokens),
            "depth": torch.repeat_interleave(torch.arange(length), torch.tensor(self.level_sizes)),
            "state": torch.cat(node_states),
            "leaf_nodes": leaf_nodes,
            "leaf_tokens": leaf_tokens,
        }
        for name, value in buffers.items():
            self.register_buffer(name, value, persistent=False)
        self.length, self.vocab_size = length, vocab
        self.n_nodes, self.n_leaves = len(self.parent), len(leaf_tokens)
        self._window_counts: dict[int, list[int]] = {}

    def nodes_on_path(self, tokens: Int64[Tensor, "batch draw step"]) -> Int64[Tensor, "batch draw step"]:
        """Return the inner node in which each token is chosen."""
        node = torch.zeros_like(tokens[..., 0])
        nodes = [node]
        for step in range(tokens.shape[-1] - 1):
            node = self.child[node, tokens[..., step]]
            nodes.append(node)
        return torch.stack(nodes, dim=-1)

    def leaf_of(self, tokens: Int64[Tensor, "batch draw step"]) -> Int64[Tensor, "batch draw"]:
        """Return the leaf that each whole sequence leads to."""
        return torch.as_tensor(self.child[self.nodes_on_path(tokens)[..., -1], tokens[..., -1]])

    def nodes_above_window(self, window: int) -> list[int]:
        """Return, level by level, how many inner nodes stand above any ``window`` neighbouring leaves at the most."""
        if window not in self._window_counts:
            span = self.leaf_nodes[window - 1 :] - self.leaf_nodes[: self.n_leaves - window + 1]
            self._window_counts[window] = (span.max(0).values + 1).tolist()
        return self._window_counts[window]

    def leaf_sums(self, node_values: Float[Tensor, "batch node vocab"]) -> Float[Tensor, "batch leaf"]:
        """Return, for every leaf, the sum of the values on the edges that lead to it.

        With log-probabilities of the edges these are the log-probabilities of the leaves.
        """
        return self._level_sums(node_values)[-1]

    def node_sums(self, node_values: Float[Tensor, "batch node vocab"]) -> Float[Tensor, "batch node"]:
        """Return, for every inner node, the sum of the values on the edges that lead to it; 0 for the root.

        With log-probabilities of the edges these are the log-probabilities that a sequence comes by.
        """
        return torch.cat(self._level_sums(node_values)[:-1], dim=1)

    def _level_sums(self, node_values: Float[Tensor, "batch node vocab"]) -> list[Float[Tensor, "batch prefix"]]:
        """Return the sums along the edges to every prefix, level by level, leaves last."""
        total = node_values.new_zeros(node_values.shape[0], 1)
        sums = [total]
        start = 0
        for step, size in enumerate(self.level_sizes):
            level = total.unsqueeze(-1) + node_values[:, start : start + size]
            total = level.flatten(1)
            if not self._full_levels[step]:
                total = total[:, cast(Tensor, getattr(self, f"_edges_{step}"))]
            sums.append(total)
            start += size
        return sums

    def ancestors_or_self(self, nodes: Int64[Tensor, "batch node"] | None = None) -> Bool[Tensor, "#batch node node"]:
        """Return the mask in which row ``i`` marks, among the given nodes (or all), node ``i`` and its ancestors.

        A node is above another one if its leaves include the other's.
        """
        chosen = torch.arange(self.n_nodes, device=self.parent.device).unsqueeze(0) if nodes is None else nodes
        first, last, depth = self.first_leaf[chosen], self.last_leaf[chosen], self.depth[chosen]
        starts_before = first.unsqueeze(1) <= first.unsqueeze(2)
        ends_after = last.unsqueeze(1) >= last.unsqueeze(2)
        return starts_before & ends_after & (depth.unsqueeze(1) <= depth.unsqueeze(2))


def _edges_in_order(
    allowed: Bool[Tensor, "node vocab"], order: Int64[Tensor, "node vocab"] | None
) -> Int64[Tensor, " edge"]:
    """Return the allowed edges of a level, ``node * vocab + token``, node by node in the order of their numbers."""
    if order is None:
        return allowed.flatten().nonzero().squeeze(1)
    vocab = allowed.shape[1]
    ranked = allowed.gather(1, order).flatten().nonzero().squeeze(1)
    return ranked // vocab * vocab + order.flatten()[ranked]
