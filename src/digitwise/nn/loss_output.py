"""What a loss takes and what it gives, for objectives and heads alike."""

from dataclasses import dataclass, field, replace
from typing import Any

from jaxtyping import Float
from torch import Tensor


@dataclass(frozen=True)
class Targets:
    """The numbers a batch should predict.

    Parameters
    ----------
    z
        Targets in scaled units, float64, ``(batch,)``, or ``(batch, target)`` with NaN where one is missing; the low
        ends of those of which only an interval is known.
    weight
        Non-negative sample weights; they average to about one over the training set.
    progress
        Share of the planned training steps that are done, from 0 to 1.
    y
        Targets in data units, float64; None where scaled units are the data units.
    z_high, y_high
        The high ends, equal to ``z`` and ``y`` in rows whose number is known; None where all are. Open ends are
        infinite.
    n_members
        How often each target is repeated, for the members of an ensemble; what depends on the target alone can be
        worked out once for all of them.
    """

    z: Float[Tensor, " batch *target"]
    weight: Float[Tensor, " batch"]
    progress: float = 0.0
    y: Float[Tensor, " batch *target"] | None = None
    z_high: Float[Tensor, " batch"] | None = None
    y_high: Float[Tensor, " batch"] | None = None
    n_members: int = 1

    def for_members(self, n_members: int) -> "Targets":
        """Return the targets with those of each row repeated for the members of an ensemble."""
        if n_members == 1:
            return self
        parts: dict[str, Any] = {
            name: part.repeat_interleave(n_members, dim=0)
            for name, part in vars(self).items()
            if isinstance(part, Tensor)
        }
        return replace(self, n_members=n_members, **parts)

    @property
    def in_data_units(self) -> Float[Tensor, " batch *target"]:
        """The targets (or their low ends) in data units."""
        return self.z if self.y is None else self.y

    @property
    def high_in_data_units(self) -> Float[Tensor, " batch"] | None:
        """The high ends in data units; None where all numbers are known."""
        return self.z_high if self.y is None else self.y_high


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
