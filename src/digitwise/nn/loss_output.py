"""What a loss takes and what it gives, for objectives and heads alike."""

from dataclasses import dataclass, field

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
    """

    z: Float[Tensor, " batch"]
    weight: Float[Tensor, " batch"]
    progress: float = 0.0


@dataclass(frozen=True)
class LossOutput:
    """A loss to minimise, and what to log about it.

    Parameters
    ----------
    loss
        Scalar, with gradient.
    metrics
        Named scalars without gradient.
    """

    loss: Float[Tensor, ""]
    metrics: dict[str, Tensor] = field(default_factory=dict)


def weighted_mean(values: Float[Tensor, " batch"], weight: Float[Tensor, " batch"]) -> Float[Tensor, ""]:
    """Return ``mean(weight * values)``: weights that average to one over the training set keep batches comparable."""
    return (weight.to(values.dtype) * values).mean()
