"""What an encoder hands to a decoder."""

from dataclasses import dataclass

from jaxtyping import Bool, Float
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
