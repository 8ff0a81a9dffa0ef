"""What `fit` learns about the target before any network sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from digitwise.codecs import leaf_values
from digitwise.codecs.auto_scaling import scaling_from_dict
from digitwise.codecs.scaling import Scaling
from digitwise.heads import TargetMoments


@dataclass(frozen=True)
class FittedTarget:
    """Scaling and leaves of the target.

    Parameters
    ----------
    scaling
        Data units to scaled units.
    moments
        Mean and spread of the training targets in scaled units.
    moments_y
        Mean and spread of the training targets in data units: the standard units of rewards.
    edges_y, values_y
        Borders and values of the leaves in data units; empty for heads without leaves.
    """

    scaling: Scaling
    moments: TargetMoments
    moments_y: TargetMoments
    edges_y: Float[np.ndarray, " edge"]
    values_y: Float[np.ndarray, " leaf"]

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` restores: floats and arrays."""
        return {
            "scaling": self.scaling.to_dict(),
            "moments": [self.moments.mean, self.moments.std],
            "moments_y": [self.moments_y.mean, self.moments_y.std],
            "edges_y": self.edges_y,
            "values_y": self.values_y,
        }

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> "FittedTarget":
        """Return what `to_dict` described."""
        moments = (TargetMoments(*state["moments"]), TargetMoments(*state["moments_y"]))
        return cls(scaling_from_dict(state["scaling"]), *moments, state["edges_y"], state["values_y"])


def fit_target(
    y: Float[np.ndarray, " row"],
    weight: Float[np.ndarray, " row"],
    scaling: Scaling,
    edges_z: Float[np.ndarray, " edge"] | None,
) -> FittedTarget:
    """Return scaling, moments and leaves of the training targets."""
    moments = TargetMoments.of(scaling.forward(y), weight)
    moments_y = TargetMoments.of(y, weight)
    if edges_z is None:
        return FittedTarget(scaling, moments, moments_y, np.empty(0), np.empty(0))
    edges_y = np.asarray(scaling.inverse(edges_z), dtype=np.float64)
    return FittedTarget(scaling, moments, moments_y, edges_y, leaf_values(y, edges_y, weight))
