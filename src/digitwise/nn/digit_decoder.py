"""The papers' decoder: a small pre-norm transformer that writes one digit after another."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn

from digitwise.codecs.open_tree import OpenTree
from digitwise.codecs.tree import DigitTree
from digitwise.nn.attention import Cache, KeyValueCache
from digitwise.nn.memory import Memory
from digitwise.nn.prefix_decoding import DigitDecodingState, DigitForest, causal_logits, written_out
from digitwise.nn.transformer import CrossContext, DecoderLayer

ONE_PASS_NODES = 1024
"""Up to this many inner nodes one masked pass is faster than walking the tree level by level."""


class DigitDecoder(nn.Module):
    """Transformer over the digits written so far, with cross-attention to the memory.

    Parameters
    ----------
    tree
        The digit tree of the codec; an open one will do where no nodes are asked for.
    memory_dim
        Width of the memory's features.
    dim, n_heads, n_layers, feed_forward_dim
        Width, attention heads, layers and width of the feed-forward blocks.
    dropout
        Dropout probability while training.

    Notes
    -----
    *Differs from the paper* (GenRe², arXiv 2512.06533): learned positions instead of sinusoidal ones, a final
    norm, no trailing pad step, and cross-attention to a single memory token is computed once per row, since a softmax
    over one key does not depend on the query.
    """

    def __init__(
        self,
        tree: DigitTree | OpenTree,
        memory_dim: int,
        *,
        dim: int = 64,
        n_heads: int = 4,
        n_layers: int = 2,
        feed_forward_dim: int = 256,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self._tree = tree
        self.vocab_size, self.length = tree.vocab_size, tree.length
        self.rows_per_pass = max(8, 2**14 // tree.n_nodes) if isinstance(tree, DigitTree) else 64
        self.looks_up_prefixes = False
        self.memory_proj = nn.Linear(memory_dim, dim)
        self.token_embedding = nn.Embedding(self.vocab_size + 1, dim)  # the last id starts a sequence
        self.position = nn.Parameter(torch.randn(self.length, dim) * 0.02)
        self.layers = nn.ModuleList(DecoderLayer(dim, n_heads, feed_forward_dim, dropout) for _ in range(n_layers))
        self.norm = nn.LayerNorm(dim)
        self.out = nn.Linear(dim, self.vocab_size)

    @property
    def tree(self) -> DigitTree:
        """The tree, written out."""
        return written_out(self._tree)

    def contexts(self, memory: Memory) -> list[CrossContext]:
        """Return what each layer takes from the memory, once per row."""
        projected = Memory(self.memory_proj(memory.features), memory.mask)
        return [layer.context(projected) for layer in self._layers()]

    def sequence_logits(
        self, memory: Memory, tokens: Int64[Tensor, "batch draw step"]
    ) -> Float[Tensor, "batch draw step vocab"]:
        """Return the logits at each step given the tokens before it, in one causal pass."""
        return causal_logits(self, memory, tokens)

    def start(self, memory: Memory, n_draws: int) -> DigitDecodingState:
        """Return cached decoding of ``n_draws`` sequences per row."""
        return DigitDecodingState.start(self, memory, n_draws)

    def forest(self, memory: Memory) -> DigitForest:
        """Return prefixes that branch, each of which looks at the cached keys and values on its own path."""
        return DigitForest(self, memory)

    def node_logits(
        self, memory: Memory, nodes: Int64[Tensor, "batch node"] | None = None
    ) -> Float[Tensor, "batch node vocab"]:
        """Return the logits in inner nodes, in one pass in which a node attends to its ancestors.

        A large tree is walked level by level on the cache instead (``benchmarks/speed/enumeration.py`` times both).
        """
        if nodes is None and self.tree.n_nodes > ONE_PASS_NODES:
            return self.node_logits_by_level(memory)
        if nodes is None:
            chosen = torch.arange(self.tree.n_nodes, device=self.tree.parent.device).unsqueeze(0)
        else:
            chosen = nodes
        tokens = torch.where(chosen == 0, self.vocab_size, self.tree.last_token[chosen])
        return self.run(tokens, self.tree.depth[chosen], self.contexts(memory), self.tree.ancestors_or_self(nodes))

    def node_logits_by_level(self, memory: Memory) -> Float[Tensor, "batch node vocab"]:
        """Return the logits in all inner nodes, level by level: each node extends the cache of its parent."""
        batch, tree = memory.features.shape[0], self.tree
        state = self.start(memory, 1)
        logits = [state.step(None)]
        start = 1
        for size in tree.level_sizes[1:]:
            level = slice(start, start + size)
            above = tree.parent[level] - tree.parent[start]
            state.select(above)
            logits.append(state.step(tree.last_token[level].expand(batch, -1)))
            start += size
        return torch.cat(logits, dim=1)

    def _layers(self) -> list[DecoderLayer]:
        return [layer for layer in self.layers if isinstance(layer, DecoderLayer)]

    def new_caches(self, n_sequences: int) -> list[KeyValueCache]:
        """Return empty caches of each layer, for whole numbers."""
        return [layer.self_attention.new_cache(n_sequences, self.length) for layer in self._layers()]

    def run(
        self,
        tokens: Int64[Tensor, "sequence step"],
        depth: Int64[Tensor, "*#sequence step"],
        contexts: list[CrossContext],
        mask: Bool[Tensor, "#sequence step all_source"] | None = None,
        *,
        is_causal: bool = False,
        caches: Sequence[Cache] | None = None,
    ) -> Float[Tensor, "all_sequences step vocab"]:
        """Return the logits after some tokens (``vocab_size`` starts a sequence) in some places."""
        hidden = self.token_embedding(tokens) + self.position[depth]
        for index, layer in enumerate(self._layers()):
            cache = None if caches is None else caches[index]
            hidden = layer(hidden, contexts[index], mask, is_causal=is_causal, cache=cache)
        return torch.as_tensor(self.out(self.norm(hidden)))
