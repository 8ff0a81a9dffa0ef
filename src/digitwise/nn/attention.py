"""Multi-head attention with a preallocated key-value cache: the only attention in the library."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from digitwise.nn.rotary import rotated


@runtime_checkable
class Cache(Protocol):
    """What earlier steps have left for later ones to look at."""

    def append(
        self, keys: Float[Tensor, "sequence head step head_dim"], values: Float[Tensor, "sequence head step head_dim"]
    ) -> tuple[Tensor, Tensor]:
        """Write new steps and return keys and values of all steps that they may look at."""
        ...


@dataclass
class KeyValueCache:
    """Keys and values of the steps written so far, in buffers allocated once.

    Parameters
    ----------
    keys, values
        ``(sequence, head, capacity, head_dim)``; only the first ``size`` steps are meaningful.
    size
        Steps written.
    """

    keys: Float[Tensor, "sequence head capacity head_dim"]
    values: Float[Tensor, "sequence head capacity head_dim"]
    size: int = 0

    def append(
        self, keys: Float[Tensor, "sequence head step head_dim"], values: Float[Tensor, "sequence head step head_dim"]
    ) -> tuple[Tensor, Tensor]:
        """Write new steps and return keys and values of all steps so far (views, no copy)."""
        end = self.size + keys.shape[2]
        self.keys[:, :, self.size : end] = keys
        self.values[:, :, self.size : end] = values
        self.size = end
        return self.keys[:, :, :end], self.values[:, :, :end]

    def select(self, n_draws: int, draws: Int64[Tensor, " draw"]) -> None:
        """Keep, of each row's ``n_draws`` sequences, the named ones (with repeats)."""
        self.keys = self._selected(self.keys, n_draws, draws)
        self.values = self._selected(self.values, n_draws, draws)

    def _selected(self, buffer: Tensor, n_draws: int, draws: Tensor) -> Tensor:
        """Return a buffer for the named draws that holds the steps written so far."""
        by_row = buffer.view(-1, n_draws, *buffer.shape[1:])[:, :, :, : self.size]
        chosen = buffer.new_empty(by_row.shape[0], len(draws), *buffer.shape[1:])
        chosen[:, :, :, : self.size] = by_row[:, draws]
        return chosen.flatten(0, 1)


class Attention(nn.Module):
    """Scaled dot-product attention of ``n_heads`` heads over ``dim`` features.

    Parameters
    ----------
    dim
        Width of queries, source and answer.
    n_heads
        Heads, each ``dim / n_heads`` wide.

    Raises
    ------
    ValueError
        If ``dim`` is no multiple of ``n_heads``.
    """

    def __init__(self, dim: int, n_heads: int) -> None:
        super().__init__()
        if dim % n_heads != 0:
            raise ValueError(f"dim must be a multiple of n_heads, but got dim={dim} and n_heads={n_heads}.")
        self.n_heads = n_heads
        self.query = nn.Linear(dim, dim)
        self.key_value = nn.Linear(dim, 2 * dim)
        self.out = nn.Linear(dim, dim)

    def new_cache(self, n_sequences: int, capacity: int) -> KeyValueCache:
        """Return empty buffers for ``capacity`` steps of ``n_sequences`` sequences."""
        weight = self.out.weight
        shape = (n_sequences, self.n_heads, capacity, weight.shape[0] // self.n_heads)
        return KeyValueCache(weight.new_empty(shape), weight.new_empty(shape))

    def forward(
        self,
        queries: Float[Tensor, "sequence step dim"],
        source: Float[Tensor, "sequence source dim"],
        mask: Bool[Tensor, "#sequence #step all_source"] | None = None,
        *,
        is_causal: bool = False,
        cache: Cache | None = None,
        angles: tuple[Tensor, Tensor] | None = None,
    ) -> Float[Tensor, "sequence step dim"]:
        """Return, for each query, the mix of the source steps it may look at (mask true = may look).

        With a ``cache`` the source is appended to it first, and the queries look at all steps cached so far. With
        ``angles`` (`digitwise.nn.rotary`) queries and keys, which are as many then, are turned by their position.
        """
        keys, values = self.key_value(source).chunk(2, dim=-1)
        heads = (self.n_heads, -1)
        key, value = keys.unflatten(-1, heads).transpose(1, 2), values.unflatten(-1, heads).transpose(1, 2)
        query = self.query(queries).unflatten(-1, heads).transpose(1, 2)
        if angles is not None:
            query, key = rotated(query, angles), rotated(key, angles)
        if cache is not None:
            key, value = cache.append(key, value)
        mixed = scaled_dot_product_attention(
            query, key, value, attn_mask=None if mask is None else mask.unsqueeze(1), is_causal=is_causal
        )
        return torch.as_tensor(self.out(mixed.transpose(1, 2).flatten(2)))

    def single_source(self, source: Float[Tensor, "sequence 1 dim"]) -> Float[Tensor, "sequence 1 dim"]:
        """Return the answer to every query when there is one source step: it does not depend on the query."""
        return torch.as_tensor(self.out(self.key_value(source).chunk(2, dim=-1)[1]))
