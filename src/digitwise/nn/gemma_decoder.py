"""A decoder of the Gemma family that writes digits: that of published regression language models."""

import math
from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn

from digitwise.codecs.open_tree import OpenTree
from digitwise.codecs.tree import DigitTree
from digitwise.nn.attention import Cache, KeyValueCache
from digitwise.nn.gemma_layer import GemmaContext, GemmaLayer, GemmaNorm, GemmaSizes
from digitwise.nn.memory import Memory
from digitwise.nn.prefix_decoding import DigitDecodingState, DigitForest, causal_logits, written_out
from digitwise.nn.rotary import rotation

START = 0
"""The published id that starts a number (its padding)."""


class GemmaDecoder(nn.Module):
    """A next-token model with the layers of T5Gemma's decoder and a vocabulary of its own.

    The same digit has one published id wherever it stands, and signs have ids of their own; our codecs count tokens
    from 0 in every place. A table leads from ours to the published ones.

    Parameters
    ----------
    tree
        The digit tree of the codec; an open one will do where no nodes are asked for.
    memory_dim
        Width of the memory's features.
    sizes
        Of the decoder.
    published_ids
        ``(step, vocab)``: the published id of each of our tokens in each place; what is forbidden there may have any.

    Notes
    -----
    It has no dropout.

    References
    ----------
    Zhang et al., "Encoder-decoder Gemma", arXiv 2504.06225; Akhauri et al., "Regression Language Models for Code",
    arXiv 2509.26476.
    """

    published_ids: Tensor

    def __init__(
        self,
        tree: DigitTree | OpenTree,
        memory_dim: int,
        sizes: GemmaSizes,
        published_ids: Int64[Tensor, "step vocab"],
    ) -> None:
        super().__init__()
        self._tree, self._sizes = tree, sizes
        self.vocab_size, self.length = tree.vocab_size, tree.length
        self.rows_per_pass = 8
        self.looks_up_prefixes = False
        self.register_buffer("published_ids", published_ids, persistent=False)
        n_ids = int(published_ids.max()) + 1
        self.token_embedding = nn.Embedding(n_ids, sizes.dim)
        self.layers = nn.ModuleList(GemmaLayer(sizes, memory_dim) for _ in range(sizes.n_layers))
        self.norm = GemmaNorm(sizes.dim, sizes.norm_eps)
        self.out = nn.Linear(sizes.dim, n_ids, bias=False)

    @property
    def tree(self) -> DigitTree:
        """The tree, written out."""
        return written_out(self._tree)

    def contexts(self, memory: Memory) -> list[GemmaContext]:
        """Return what each layer takes from the memory, once per row."""
        return [layer.context(memory) for layer in self._layers()]

    def new_caches(self, n_sequences: int) -> list[KeyValueCache]:
        """Return empty caches of each layer, for whole numbers."""
        return [layer.self_attention.new_cache(n_sequences, self.length) for layer in self._layers()]

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
        """Return the logits in inner nodes, in one pass in which a node attends to its ancestors."""
        tree, batch = self.tree, memory.features.shape[0]
        chosen = torch.arange(tree.n_nodes, device=tree.parent.device).expand(batch, -1) if nodes is None else nodes
        tokens = torch.where(chosen == 0, self.vocab_size, tree.last_token[chosen])
        return self.run(tokens, tree.depth[chosen], self.contexts(memory), tree.ancestors_or_self(nodes))

    def run(
        self,
        tokens: Int64[Tensor, "sequence step"],
        depth: Int64[Tensor, "*#sequence step"],
        contexts: list[GemmaContext],
        mask: Bool[Tensor, "#sequence #step all_source"] | None = None,
        *,
        is_causal: bool = False,
        caches: Sequence[Cache] | None = None,
    ) -> Float[Tensor, "sequence step vocab"]:
        """Return the logits after some tokens (``vocab_size`` starts a number) in some places."""
        depth = depth.expand_as(tokens)
        is_start = tokens == self.vocab_size
        before = self.published_ids[(depth - 1).clamp(min=0), tokens.masked_fill(is_start, 0)]
        hidden = self.token_embedding(before.masked_fill(is_start, START)) * math.sqrt(self._sizes.dim)
        if is_causal:
            steps = torch.arange(tokens.shape[1], device=tokens.device)
            mask = (steps <= steps.unsqueeze(1)).unsqueeze(0)
        angles = rotation(depth.unsqueeze(1), self._sizes.head_dim, hidden, self._sizes.rope_base)
        for index, layer in enumerate(self._layers()):
            hidden = layer(hidden, contexts[index], mask, angles, None if caches is None else caches[index])
        logits = self.out(self.norm(hidden))
        if self._sizes.logit_cap is not None:
            logits = self._sizes.logit_cap * torch.tanh(logits / self._sizes.logit_cap)
        return torch.as_tensor(logits.gather(-1, self.published_ids[depth]))

    def _layers(self) -> list[GemmaLayer]:
        return [layer for layer in self.layers if isinstance(layer, GemmaLayer)]
