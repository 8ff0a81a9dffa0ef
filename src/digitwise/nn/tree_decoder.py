"""One logit vector per inner node of the digit tree: a hierarchical softmax.

Where the tree is small this replaces the transformer: the whole law of a row is one matrix product.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from digitwise.codecs.tree import DigitTree
from digitwise.nn.growing_rows import GrowingRows
from digitwise.nn.memory import Memory

DENSE_NODE_LIMIT = 4096
"""Up to this many logits, one product for all nodes is faster than gathering the weights of a few."""

GATHERING_COST = 40
"""Gathering the weights of a node for each row takes as long as some 60 nodes in one product of all rows."""


class TreeDecoder(nn.Module):
    """Logits that are linear in the memory, with weights of their own in every inner node.

    Of two digits only the second has weights, which say how much likelier it is than the first; its logit is 0.

    Parameters
    ----------
    tree
        The digit tree of the codec.
    memory_dim
        Width of the memory's features.

    References
    ----------
    Morin and Bengio, "Hierarchical probabilistic neural network language model", 2005.
    """

    def __init__(self, tree: DigitTree, memory_dim: int) -> None:
        super().__init__()
        self.tree = tree
        self.vocab_size, self.length = tree.vocab_size, tree.length
        self.rows_per_pass = max(16, 2**18 // tree.n_nodes)
        self.looks_up_prefixes = True
        # The vocabulary comes first, so that a softmax over few digits runs along many nodes in memory.
        self.is_binary = self.vocab_size == 2
        n_logits = 1 if self.is_binary else self.vocab_size
        scale = (0.18 / memory_dim) ** 0.5 if self.is_binary else 0.3 / memory_dim**0.5
        self.weight = nn.Parameter(torch.randn(n_logits, tree.n_nodes, memory_dim) * scale)
        self.bias = nn.Parameter(torch.zeros(n_logits, tree.n_nodes))

    def sequence_logits(
        self, memory: Memory, tokens: Int64[Tensor, "batch draw step"]
    ) -> Float[Tensor, "batch draw step vocab"]:
        """Return the logits at each step given the tokens before it."""
        nodes = self.tree.nodes_on_path(tokens)
        return self.node_logits(memory, nodes.flatten(1)).view(*nodes.shape, -1)

    def start(self, memory: Memory, n_draws: int) -> "TreeDecodingState":
        """Return decoding of ``n_draws`` sequences per row."""
        nodes = torch.zeros(memory.features.shape[0], n_draws, dtype=torch.int64, device=self.weight.device)
        logits = self.node_logits(memory) if self._is_small else None
        return TreeDecodingState(self, memory, logits, nodes)

    def forest(self, memory: Memory) -> "TreeForest":
        """Return prefixes that branch: the inner node that each has reached."""
        return TreeForest(self, memory)

    def node_logits(
        self, memory: Memory, nodes: Int64[Tensor, "batch node"] | None = None
    ) -> Float[Tensor, "batch node vocab"]:
        """Return the logits in all inner nodes, or in the named ones of each row."""
        if nodes is None or self._is_small or self.tree.n_nodes <= GATHERING_COST * nodes.shape[1]:
            flat = torch.addmm(self.bias.flatten(), memory.pooled, self.weight.flatten(0, 1).T)
            logits = flat.view(-1, *self.bias.shape)
            if nodes is not None:
                logits = logits.gather(2, nodes.unsqueeze(1).expand(-1, len(self.bias), -1))
            return self._of_all_digits(logits)
        logits = torch.einsum("vbnd,bd->bvn", self.weight[:, nodes], memory.pooled)
        return self._of_all_digits(logits + self.bias[:, nodes].transpose(0, 1))

    def _of_all_digits(self, logits: Float[Tensor, "batch logit node"]) -> Float[Tensor, "batch node vocab"]:
        """Return the logits of all digits, which come last; those of the first of two digits are 0."""
        if self.is_binary:
            logits = torch.cat([torch.zeros_like(logits), logits], dim=1)
        return logits.transpose(1, 2)

    @property
    def _is_small(self) -> bool:
        return self.bias.numel() <= DENSE_NODE_LIMIT


def _pick(logits: Float[Tensor, "batch node vocab"], nodes: Int64[Tensor, "batch pick"]) -> Tensor:
    return logits.gather(1, nodes.unsqueeze(-1).expand(-1, -1, logits.shape[-1]))


@dataclass
class TreeDecodingState:
    """Sequences under way: the inner node each of them has reached."""

    model: TreeDecoder
    memory: Memory
    logits: Float[Tensor, "batch node vocab"] | None  # of all nodes, where the tree is small
    nodes: Int64[Tensor, "batch draw"]

    def step(self, tokens: Int64[Tensor, "batch draw"] | None) -> Float[Tensor, "batch draw vocab"]:
        """Append tokens (None at the start) and return the logits of the next ones."""
        if tokens is not None:
            self.nodes = self.model.tree.child[self.nodes, tokens]
        if self.logits is None:
            return self.model.node_logits(self.memory, self.nodes)
        return _pick(self.logits, self.nodes)


class TreeForest:
    """Prefixes that branch: row and inner node of each; running one is a look-up.

    Parameters
    ----------
    model
        Has the weights of all nodes.
    memory
        The rows.
    """

    def __init__(self, model: TreeDecoder, memory: Memory) -> None:
        self._model, self._memory = model, Memory(memory.pooled.unsqueeze(1))
        self._logits = model.node_logits(memory) if model._is_small else None
        rows = torch.arange(memory.features.shape[0], device=model.weight.device)
        self._rows, self._nodes = GrowingRows(rows), GrowingRows(torch.zeros_like(rows))
        self.root_logits: Float[Tensor, "batch vocab"] = self._run(rows, self._nodes.filled)

    def expand(self, parents: Int64[Tensor, " pick"], tokens: Int64[Tensor, " pick"]) -> Float[Tensor, "pick vocab"]:
        """Run prefixes one token longer than earlier ones, and return the logits of what follows them."""
        rows, nodes = self._rows.filled[parents], self._model.tree.child[self._nodes.filled[parents], tokens]
        self._rows.append(rows)
        self._nodes.append(nodes)
        return self._run(rows, nodes)

    @torch.no_grad()
    def _run(self, rows: Int64[Tensor, " pick"], nodes: Int64[Tensor, " pick"]) -> Float[Tensor, "pick vocab"]:
        if self._logits is not None:
            return self._logits[rows, nodes]
        return self._model.node_logits(self._memory.take(rows), nodes.unsqueeze(1)).squeeze(1)
