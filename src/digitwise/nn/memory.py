"""What an encoder hands to a decoder."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor
from torch.nn.functional import pad


@dataclass(frozen=True)
class Memory:
    """Features of each row, as one or several memory tokens.

    Parameters
    ----------
    features
        ``(batch, memory, dim)``; a table row is one memory token.
    mask
        ``(batch, memory)``, true where a memory token is real, at least once per row; None when all are.
    n_members
        How many consecutive entries of the batch are one row as the members of an ensemble see it. Decoders know
        nothing of members: they take the memory `by_member`, and whoever asks them puts members together again.
    """

    features: Float[Tensor, "batch memory dim"]
    mask: Bool[Tensor, "batch memory"] | None = None
    n_members: int = 1

    @property
    def n_rows(self) -> int:
        """How many rows there are, whatever the number of members."""
        return self.features.shape[0] // self.n_members

    @property
    def pooled(self) -> Float[Tensor, "batch dim"]:
        """The mean of the real memory tokens, one vector per entry of the batch."""
        if self.features.shape[1] == 1:
            return self.features.squeeze(1)
        if self.mask is None:
            return self.features.mean(1)
        share = self.mask.to(self.features.dtype)
        return (self.features * share.unsqueeze(-1)).sum(1) / share.sum(1, keepdim=True)

    def by_member(self) -> "Memory":
        """Return the memory with a row for every member of every row."""
        return replace(self, n_members=1)

    def take(self, rows: Int64[Tensor, " pick"] | slice) -> "Memory":
        """Return the memory of some rows, which may repeat, with all their members."""
        if self.n_members == 1:
            return Memory(self.features[rows], None if self.mask is None else self.mask[rows])
        entries = torch.arange(len(self.features), device=self.features.device).view(-1, self.n_members)[rows].flatten()
        return replace(self.by_member().take(entries), n_members=self.n_members)


def joined_memory(parts: Sequence[Memory]) -> Memory:
    """Return the memories of several batches as one; shorter ones are padded, and the padding masked.

    Examples
    --------
    >>> short, long = Memory(torch.ones(1, 1, 2)), Memory(torch.ones(1, 3, 2))
    >>> joined_memory([short, long]).mask
    tensor([[ True, False, False],
            [ True,  True,  True]])
    """
    if len(parts) == 1:
        return parts[0]
    length = max(part.features.shape[1] for part in parts)
    features = torch.cat([pad(part.features, (0, 0, 0, length - part.features.shape[1])) for part in parts])
    if all(part.mask is None and part.features.shape[1] == length for part in parts):
        return replace(parts[0], features=features)
    masks = (
        part.features.new_ones(part.features.shape[:2], dtype=torch.bool) if part.mask is None else part.mask
        for part in parts
    )
    return replace(
        parts[0], features=features, mask=torch.cat([pad(mask, (0, length - mask.shape[1])) for mask in masks])
    )
