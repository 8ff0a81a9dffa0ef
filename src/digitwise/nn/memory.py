"""What an encoder hands to a decoder."""

from dataclasses import dataclass

from jaxtyping import Bool, Float, Int64
from torch import Tensor


@dataclass(frozen=True)
class Memory:
    """Features of each row, as one or several memory tokens.

    Parameters
    ----------
    features
        ``(batch, memory, dim)``; a table row is one memory token.
    mask
        ``(batch, memory)``, true where a memory token is real, at least once per row; None when all are.
    """

    features: Float[Tensor, "batch memory dim"]
    mask: Bool[Tensor, "batch memory"] | None = None

    @property
    def pooled(self) -> Float[Tensor, "batch dim"]:
        """The mean of the real memory tokens, one vector per row."""
        if self.features.shape[1] == 1:
            return self.features.squeeze(1)
        if self.mask is None:
            return self.features.mean(1)
        share = self.mask.to(self.features.dtype)
        return (self.features * share.unsqueeze(-1)).sum(1) / share.sum(1, keepdim=True)

    def take(self, rows: Int64[Tensor, " pick"] | slice) -> "Memory":
        """Return the memory of some rows, which may repeat."""
        return Memory(self.features[rows], None if self.mask is None else self.mask[rows])
