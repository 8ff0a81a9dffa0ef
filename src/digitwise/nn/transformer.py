"""A pre-norm transformer decoder layer whose cross-attention is prepared once per row."""

from dataclasses import dataclass

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn

from digitwise.nn.attention import Attention, Cache
from digitwise.nn.memory import Memory


@dataclass(frozen=True)
class CrossContext:
    """What a layer takes from the memory, prepared once per row.

    ``answer`` holds the finished cross-attention output where the memory is a single token (a softmax over one key
    does not depend on the query); otherwise ``memory`` is attended to by each step.
    """

    answer: Float[Tensor, "batch 1 dim"] | None
    memory: Memory

    def take(self, rows: Int64[Tensor, " pick"]) -> "CrossContext":
        """Return the contexts of some rows, which may repeat."""
        return CrossContext(None if self.answer is None else self.answer[rows], self.memory.take(rows))


class DecoderLayer(nn.Module):
    """Self-attention, cross-attention and a feed-forward block, each pre-normed with a residual.

    Parameters
    ----------
    dim, n_heads, feed_forward_dim
        Width, attention heads and width of the feed-forward block.
    dropout
        Dropout probability while training.
    """

    def __init__(self, dim: int, n_heads: int, feed_forward_dim: int, dropout: float) -> None:
        super().__init__()
        self.self_norm, self.cross_norm, self.feed_norm = (nn.LayerNorm(dim) for _ in range(3))
        self.self_attention = Attention(dim, n_heads)
        self.cross_attention = Attention(dim, n_heads)
        self.feed_forward = nn.Sequential(
            nn.Linear(dim, feed_forward_dim), nn.ReLU(), nn.Dropout(dropout), nn.Linear(feed_forward_dim, dim)
        )
        self.dropout = nn.Dropout(dropout)

    def context(self, memory: Memory) -> CrossContext:
        """Return what this layer needs of the memory; call once per row, not per step."""
        single = memory.features.shape[1] == 1
        return CrossContext(self.cross_attention.single_source(memory.features) if single else None, memory)

    def forward(
        self,
        hidden: Float[Tensor, "sequence step dim"],
        context: CrossContext,
        mask: Bool[Tensor, "#sequence step all_source"] | None = None,
        *,
        is_causal: bool = False,
        cache: Cache | None = None,
    ) -> Float[Tensor, "all_sequences step dim"]:
        """Return the hidden states after the layer.

        ``sequence`` is a multiple of the memory's ``batch`` (several draws per row), or 1: then what does not
        depend on the row yet (the self-attention of the first layer) is computed once and shared by all rows.
        """
        normed = self.self_norm(hidden)
        attended = self.self_attention(normed, normed, mask, is_causal=is_causal, cache=cache)
        hidden = hidden + self.dropout(attended)
        hidden = hidden + self.dropout(self._cross(hidden, context))
        return torch.as_tensor(hidden + self.dropout(self.feed_forward(self.feed_norm(hidden))))

    def _cross(self, hidden: Tensor, context: CrossContext) -> Tensor:
        batch, dim = context.memory.features.shape[0], hidden.shape[-1]
        is_shared = hidden.shape[0] == 1
        by_row = hidden.expand(batch, -1, -1) if is_shared else hidden.reshape(batch, -1, dim)  # all draws of a row
        if context.answer is not None:
            answer = context.answer.expand_as(by_row)
        else:
            mask = None if context.memory.mask is None else context.memory.mask.unsqueeze(1)
            answer = self.cross_attention(self.cross_norm(by_row), context.memory.features, mask)
        return answer.reshape(-1, hidden.shape[1], dim)
