"""A transformer over the ids of a text, shortened first where it is long: the trunk of encoders from scratch."""

from typing import Literal

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from digitwise.encoders.sequence.local_convolutions import LocalConvolutions
from digitwise.encoders.sequence.padding import trimmed
from digitwise.nn.attention import Attention
from digitwise.nn.encoder_layer import EncoderLayer
from digitwise.nn.memory import Memory
from digitwise.nn.rotary import rotation

Pool = Literal["attention", "tokens"]


class TokenTransformer(nn.Module):
    """Ids in, memory out: one token, or all positions with their mask.

    Parameters
    ----------
    n_ids
        Ids of the tokenizer.
    dim, n_heads, n_layers, feed_forward_dim
        Width, attention heads, layers and width of the feed-forward blocks.
    dropout
        Dropout probability while training.
    patch
        How many ids become one position, a power of 2; 1 leaves them as they are.
    pool
        ``"attention"``: one memory token, to which a learnt query attends over all positions. ``"tokens"``: all
        positions are the memory.

    Notes
    -----
    Positions are rotary: attention sees how far apart two places are, and texts may be longer than those in training.

    Examples
    --------
    >>> encoder = TokenTransformer(9, dim=16, n_heads=2, n_layers=1, feed_forward_dim=32, patch=2, pool="tokens")
    >>> memory = encoder(torch.tensor([[3, 1, 4, 1, 5, -1, -1], [2, 7, -1, -1, -1, -1, -1]]))
    >>> memory.features.shape, memory.mask.tolist()
    (torch.Size([2, 3, 16]), [[True, True, True], [True, False, False]])
    """

    def __init__(
        self,
        n_ids: int,
        *,
        dim: int,
        n_heads: int,
        n_layers: int,
        feed_forward_dim: int,
        dropout: float = 0.0,
        patch: int = 1,
        pool: Pool = "attention",
    ) -> None:
        super().__init__()
        self.out_dim, self._head_dim = dim, dim // n_heads
        self.local = LocalConvolutions(dim, patch.bit_length() - 1) if patch > 1 else None
        self.embedding = nn.Embedding(n_ids, dim if self.local is None else self.local.in_dim)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(EncoderLayer(dim, n_heads, feed_forward_dim, dropout) for _ in range(n_layers))
        self.norm = nn.LayerNorm(dim)
        self.query = nn.Parameter(torch.randn(dim) * 0.02) if pool == "attention" else None
        self.pool = Attention(dim, n_heads) if pool == "attention" else None

    def undecayed(self) -> list[nn.Parameter]:
        """Return the embedding: rare ids would fade away between the texts that have them."""
        return list(self.embedding.parameters())

    def forward(self, ids: Int64[Tensor, "batch length"]) -> Memory:
        """Return the memory of a batch of rows; padding beyond the longest one costs nothing."""
        known, mask = trimmed(ids)
        hidden = self.embedding(known)
        if self.local is not None:
            hidden, mask = self.local(hidden, mask)
        hidden = self.dropout(hidden)
        angles = rotation(torch.arange(hidden.shape[1], device=ids.device), self._head_dim, hidden)
        attended = None if mask.all() else mask.unsqueeze(1)
        for layer in self.layers:
            hidden = layer(hidden, attended, angles)
        hidden = self.norm(hidden)
        if self.pool is None or self.query is None:
            return Memory(hidden, None if attended is None else mask)
        return Memory(self._pooled(self.pool, self.query, hidden, attended))

    def _pooled(
        self, pool: Attention, query: Tensor, hidden: Tensor, mask: Tensor | None
    ) -> Float[Tensor, "batch 1 dim"]:
        return torch.as_tensor(pool(query.expand(len(hidden), 1, -1), hidden, mask))


def check_sizes(
    dim: int, n_heads: int, n_layers: int, feed_forward_dim: int, max_length: int, dropout: float, pool: str
) -> None:
    """Check what all settings of a `TokenTransformer` share.

    Raises
    ------
    ValueError
        If a size is below 1, ``dim`` is no even multiple of ``n_heads``, or something is out of range.
    """
    sizes = {"dim": dim, "n_heads": n_heads, "feed_forward_dim": feed_forward_dim, "max_length": max_length}
    for name, size in {**sizes, "n_layers": n_layers}.items():
        if size < 1:
            raise ValueError(f"{name} must be at least 1, but got {size}.")
    if dim % (2 * n_heads):
        raise ValueError(
            f"dim must be a multiple of 2 n_heads (rotary positions turn pairs of features), but got dim={dim} and "
            f"n_heads={n_heads}."
        )
    if not 0 <= dropout < 1:
        raise ValueError(f"dropout must lie in [0, 1), but got {dropout}.")
    if pool not in ("attention", "tokens"):
        raise ValueError(f"pool must be 'attention' or 'tokens', but got {pool!r}.")
