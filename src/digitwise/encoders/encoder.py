"""The encoder protocols: column tensors, and ids of texts, to memory."""

from typing import Protocol, runtime_checkable

from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.nn.memory import Memory


@runtime_checkable
class Encoder(Protocol):
    """A `torch.nn.Module` that turns the columns of a batch into its memory."""

    out_dim: int

    def __call__(
        self, numeric: Float[Tensor, "batch numeric"], categorical: Int64[Tensor, "batch categorical"]
    ) -> Memory:
        """Return the memory of a batch of rows."""
        ...


@runtime_checkable
class TextReader(Protocol):
    """A `torch.nn.Module` that turns the columns and texts of a batch into its memory."""

    out_dim: int
    is_pretrained: bool
    """Whether its weights come from elsewhere: such models are large, and run in single precision."""

    def __call__(
        self,
        numeric: Float[Tensor, "batch numeric"],
        categorical: Int64[Tensor, "batch categorical"],
        ids: Int64[Tensor, "batch length"],
    ) -> Memory:
        """Return the memory of a batch of rows."""
        ...
