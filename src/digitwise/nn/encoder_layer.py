"""A pre-norm transformer encoder layer with rotary positions."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn

from digitwise.nn.attention import Attention


class EncoderLayer(nn.Module):
    """Self-attention in both directions and a feed-forward block, each pre-normed with a residual.

    Parameters
    ----------
    dim, n_heads, feed_forward_dim
        Width, attention heads and width of the feed-forward block.
    dropout
        Dropout probability while training.
    """

    def __init__(self, dim: int, n_heads: int, feed_forward_dim: int, dropout: float) -> None:
        super().__init__()
        self.attention_norm, self.feed_norm = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.attention = Attention(dim, n_heads)
        self.feed_forward = nn.Sequential(
            nn.Linear(dim, feed_forward_dim), nn.GELU(), nn.Dropout(dropout), nn.Linear(feed_forward_dim, dim)
        )
        self.dropout = nn.Dropout(dropout)

    def forward(
        self,
        hidden: Float[Tensor, "batch step dim"],
        mask: Bool[Tensor, "batch 1 step"] | None,
        angles: tuple[Tensor, Tensor],
    ) -> Float[Tensor, "batch step dim"]:
        """Return the hidden states after the layer; ``mask`` is true where a step is real."""
        normed = self.attention_norm(hidden)
        hidden = hidden + self.dropout(self.attention(normed, normed, mask, angles=angles))
        return torch.as_tensor(hidden + self.dropout(self.feed_forward(self.feed_norm(hidden))))
