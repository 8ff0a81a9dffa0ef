"""The papers' decoder: a small pre-norm transformer that writes one digit after another."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn

from digitwise.codecs.open_tree import OpenTree
from digitwise.codecs.tree import DigitTree
from digitwise.nn.attention import Cache, KeyValueCache
from digitwise.nn.memory import Memory
from digitwise.nn.path_cache import PathCache, Paths
from digitwise.nn.prefix_transformer import PrefixTransformer
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
        if not isinstance(self._tree, DigitTree):
            raise ValueError("The nodes of an open tree have no numbers: ask for sequences instead.")
        return self._tree

    def contexts(self, memory: Memory) -> list[CrossContext]:
        """Return what each layer takes from the memory, once per row."""
        projected = Memory(self.memory_proj(memory.features), memory.mask)
        return [layer.context(projected) for layer in self._layers()]

    def sequence_logits(
        self, memory: Memory, tokens: Int64[Tensor, "batch draw step"]
    ) -> Float[Tensor, "batch draw step vocab"]:
        """Return the logits at each step given the tokens before it, in one causal pass."""
        start = torch.full_like(tokens[..., :1], self.vocab_size)
        previous = torch.cat([start, tokens[..., :-1]], dim=-1)
        depth = torch.arange(tokens.shape[-1], device=tokens.device)
        logits = self.run(previous.flatten(0, 1), depth, self.contexts(memory), is_causal=True)
        return logits.view(*tokens.shape, -1)

    def start(self, memory: Memory, n_draws: int) -> "DigitDecodingState":
        """Return cached decoding of ``n_draws`` sequences per row."""
        caches = self.new_caches(memory.features.shape[0] * n_draws)
        return DigitDecodingState(self, self.contexts(memory), caches, n_draws)

    def forest(self, memory: Memory) -> "DigitForest":
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


@dataclass
class DigitDecodingState:
    """Sequences under way, with the keys and values of their prefixes."""

    model: PrefixTransformer
    contexts: list[Any]
    caches: list[KeyValueCache]
    n_draws: int

    def step(self, tokens: Int64[Tensor, "batch draw"] | None) -> Float[Tensor, "batch draw vocab"]:
        """Append tokens (None at the start) and return the logits of the next ones."""
        model, features = self.model, self.contexts[0].memory.features
        batch = len(features)
        if tokens is None:
            tokens = torch.full((batch, self.n_draws), model.vocab_size, device=features.device)
        depth = torch.full((1,), self.caches[0].size, device=features.device)
        logits = model.run(tokens.reshape(-1, 1), depth, self.contexts, caches=self.caches)
        return logits.view(batch, self.n_draws, -1)

    def select(self, draws: Int64[Tensor, " draw"]) -> None:
        """Replace the draws of every row by the named ones (with repeats), caches included."""
        for cache in self.caches:
            cache.select(self.n_draws, draws)
        self.n_draws = len(draws)


class DigitForest:
    """Prefixes that branch, with the keys and values of each.

    Parameters
    ----------
    model
        Runs them.
    memory
        The rows.
    """

    def __init__(self, model: PrefixTransformer, memory: Memory) -> None:
        self._model, self._contexts = model, model.contexts(memory)
        self._paths = Paths(memory.features.shape[0], model.length, memory.features.device)
        self._caches = [PathCache(self._paths) for _ in self._contexts]
        start = torch.full_like(self._paths.rows, model.vocab_size)
        self.root_logits: Float[Tensor, "batch vocab"] = self._run(start)

    def expand(self, parents: Int64[Tensor, " pick"], tokens: Int64[Tensor, " pick"]) -> Float[Tensor, "pick vocab"]:
        """Run prefixes one token longer than earlier ones, and return the logits of what follows them."""
        self._paths.extend(parents)
        return self._run(tokens)

    @torch.no_grad()
    def _run(self, tokens: Int64[Tensor, " pick"]) -> Float[Tensor, "pick vocab"]:
        model, paths = self._model, self._paths
        contexts = [context.take(paths.rows) for context in self._contexts]
        logits = model.run(tokens.unsqueeze(1), paths.depth.unsqueeze(1), contexts, paths.mask, caches=self._caches)
        return logits.squeeze(1)
