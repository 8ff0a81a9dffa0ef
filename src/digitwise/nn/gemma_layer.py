"""A decoder layer of the Gemma family: grouped heads, rotary positions, capped scores, norms before and after."""

import math
from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn
from torch.nn.functional import gelu

from digitwise.nn.attention import Cache, KeyValueCache
from digitwise.nn.memory import Memory
from digitwise.nn.rotary import rotated


@dataclass(frozen=True, kw_only=True)
class GemmaSizes:
    """Sizes and constants of a decoder of the Gemma family.

    Parameters
    ----------
    dim, n_layers, feed_forward_dim
        Width, layers and width of the feed-forward blocks.
    n_heads, n_key_value_heads, head_dim
        Heads of queries, heads of keys and values, each of which serves as many queries, and the width of both.
    score_scale
        Scores are divided by its square root.
    score_cap, logit_cap
        Scores and logits are bent into this range by a hyperbolic tangent; None leaves them.
    rope_base, norm_eps
        Of the rotary positions and of the norms.
    """

    dim: int
    n_layers: int
    feed_forward_dim: int
    n_heads: int
    n_key_value_heads: int
    head_dim: int
    score_scale: float
    score_cap: float | None = 50.0
    logit_cap: float | None = 30.0
    rope_base: float = 10_000.0
    norm_eps: float = 1e-6


@dataclass(frozen=True)
class GemmaContext:
    """Keys and values of the memory, once per row, and which row each sequence is of (None: as many to each)."""

    memory: Memory
    keys: Float[Tensor, "batch head memory head_dim"]
    values: Float[Tensor, "batch head memory head_dim"]
    rows: Int64[Tensor, " pick"] | None = None

    def take(self, rows: Int64[Tensor, " pick"]) -> "GemmaContext":
        """Return the contexts of some rows; nothing is copied."""
        return replace(self, rows=rows if self.rows is None else self.rows[rows])


class GemmaNorm(nn.Module):
    """Root-mean-square norm whose weight counts from 1."""

    def __init__(self, dim: int, eps: float) -> None:
        super().__init__()
        self.weight, self._eps = nn.Parameter(torch.zeros(dim)), eps

    def forward(self, x: Float[Tensor, "*shape dim"]) -> Float[Tensor, "*shape dim"]:
        """Return the normed features."""
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self._eps) * (1.0 + self.weight)


class GemmaAttention(nn.Module):
    """Attention of grouped heads with capped scores.

    Parameters
    ----------
    sizes
        Of the decoder.
    source_dim
        Width of what is looked at.
    """

    def __init__(self, sizes: GemmaSizes, source_dim: int) -> None:
        super().__init__()
        self._sizes = sizes
        self.query = nn.Linear(sizes.dim, sizes.n_heads * sizes.head_dim, bias=False)
        self.key = nn.Linear(source_dim, sizes.n_key_value_heads * sizes.head_dim, bias=False)
        self.value = nn.Linear(source_dim, sizes.n_key_value_heads * sizes.head_dim, bias=False)
        self.out = nn.Linear(sizes.n_heads * sizes.head_dim, sizes.dim, bias=False)

    def new_cache(self, n_sequences: int, capacity: int) -> KeyValueCache:
        """Return empty buffers for ``capacity`` steps of ``n_sequences`` sequences."""
        shape = (n_sequences, self._sizes.n_key_value_heads, capacity, self._sizes.head_dim)
        return KeyValueCache(self.out.weight.new_empty(shape), self.out.weight.new_empty(shape))

    def heads(self, projected: Float[Tensor, "sequence step both"]) -> Float[Tensor, "sequence head step head_dim"]:
        """Return features with an axis for the heads."""
        return projected.view(*projected.shape[:2], -1, self._sizes.head_dim).transpose(1, 2)

    def attend(
        self,
        query: Float[Tensor, "sequence head step head_dim"],
        key: Float[Tensor, "sequence few source head_dim"],
        value: Float[Tensor, "sequence few source head_dim"],
        mask: Bool[Tensor, "#sequence #step source"] | None,
    ) -> Float[Tensor, "sequence step dim"]:
        """Return the mix of the values."""
        sizes = self._sizes
        grouped = query.reshape(len(query), sizes.n_key_value_heads, -1, *query.shape[2:])
        scores = grouped @ key.unsqueeze(2).transpose(-1, -2) / math.sqrt(sizes.score_scale)
        if sizes.score_cap is not None:
            scores = sizes.score_cap * torch.tanh(scores / sizes.score_cap)
        if mask is not None:
            scores = scores.masked_fill(~mask[:, None, None], -torch.inf)
        mixed = (scores.softmax(-1) @ value.unsqueeze(2)).flatten(1, 2)
        return torch.as_tensor(self.out(mixed.transpose(1, 2).flatten(2)))


class GemmaLayer(nn.Module):
    """Self-attention, cross-attention and a gated feed-forward block, each normed before and after.

    Parameters
    ----------
    sizes
        Of the decoder.
    memory_dim
        Width of the memory.
    """

    def __init__(self, sizes: GemmaSizes, memory_dim: int) -> None:
        super().__init__()
        self.self_attention = GemmaAttention(sizes, sizes.dim)
        self.cross_attention = GemmaAttention(sizes, memory_dim)
        self.before_self, self.after_self, self.before_cross, self.after_cross, self.before_feed, self.after_feed = (
            GemmaNorm(sizes.dim, sizes.norm_eps) for _ in range(6)
        )
        self.gate = nn.Linear(sizes.dim, sizes.feed_forward_dim, bias=False)
        self.up = nn.Linear(sizes.dim, sizes.feed_forward_dim, bias=False)
        self.down = nn.Linear(sizes.feed_forward_dim, sizes.dim, bias=False)

    def context(self, memory: Memory) -> GemmaContext:
        """Return what this layer needs of the memory; call once per row, not per step."""
        cross = self.cross_attention
        keys, values = cross.heads(cross.key(memory.features)), cross.heads(cross.value(memory.features))
        return GemmaContext(memory, keys, values)

    def forward(
        self,
        hidden: Float[Tensor, "sequence step dim"],
        context: GemmaContext,
        mask: Bool[Tensor, "#sequence #step all_source"] | None,
        angles: tuple[Tensor, Tensor],
        cache: Cache | None = None,
    ) -> Float[Tensor, "sequence step dim"]:
        """Return the hidden states after the layer."""
        own, normed = self.self_attention, self.before_self(hidden)
        key, value = rotated(own.heads(own.key(normed)), angles), own.heads(own.value(normed))
        if cache is not None:
            key, value = cache.append(key, value)
        hidden = hidden + self.after_self(own.attend(rotated(own.heads(own.query(normed)), angles), key, value, mask))
        hidden = hidden + self.after_cross(self._cross(self.before_cross(hidden), context))
        normed = self.before_feed(hidden)
        fed = self.down(gelu(self.gate(normed), approximate="tanh") * self.up(normed))
        return torch.as_tensor(hidden + self.after_feed(fed))

    def _cross(self, hidden: Tensor, context: GemmaContext) -> Tensor:
        """Return what each step finds in the memory of its row; a row's sequences ask together."""
        batch, cross = len(context.keys), self.cross_attention
        mask = None if context.memory.mask is None else context.memory.mask.unsqueeze(1)
        if context.rows is None:
            query = cross.heads(cross.query(hidden.reshape(batch, -1, hidden.shape[-1])))
            return cross.attend(query, context.keys, context.values, mask).reshape(hidden.shape)
        counts = torch.bincount(context.rows, minlength=batch)
        order = context.rows.argsort(stable=True)
        row = context.rows[order]
        place = torch.arange(len(row), device=row.device) - (counts.cumsum(0) - counts)[row]
        asked = hidden.new_zeros(batch, int(counts.max()), *hidden.shape[1:])
        asked[row, place] = hidden[order]
        query = cross.heads(cross.query(asked.flatten(1, 2)))
        found = cross.attend(query, context.keys, context.values, mask).view(asked.shape)
        return torch.empty_like(hidden).index_put((order,), found[row, place])
