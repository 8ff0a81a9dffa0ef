"""What a loss takes and what it gives, for objectives and heads alike."""

from dataclasses import dataclass, field
from typing import Any

from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class Targets:
    """The numbers a batch should predict.

    Parameters
    ----------
    z
        Targets in scaled units, float64.
    weight
        Non-negative sample weights; they average to about one over the training set.
    progress
        Share of the planned training steps that are done, from 0 to 1.
    y
        Targets in data units, float64; None where scaled units are the data units.
    """

    z: Float[Tensor, " batch"]
    weight: Float[Tensor, " batch"]
    progress: float = 0.0
    y: Float[Tensor, " batch"] | None = None

    @property
    def in_data_units(self) -> Float[Tensor, " batch"]:
        """The targets in data units."""
        return self.z if self.y is None else self.y


@dataclass(frozen=True)
class LossOutput:
    """A loss to minimise, and what to log about it.

    Parameters
    ----------
    loss
        Scalar, with gradient.
    metrics
        Named scalars without gradient.
    experience
        Draws and what was made of them, for further steps on the same batch; None where nothing was drawn.
    """

    loss: Float[Tensor, ""]
    metrics: dict[str, Tensor] = field(default_factory=dict)
    experience: Any = None


def weighted_mean(values: Float[Tensor, " batch"], weight: Float[Tensor, " batch"]) -> Float[Tensor, ""]:
    """Return ``mean(weight * values)``: weights that average to one over the training set keep batches comparable."""
    return (weight.to(values.dtype) * values).mean()
