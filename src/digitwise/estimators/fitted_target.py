"""What `fit` learns about the target before any network sees it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from digitwise.codecs import leaf_values
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
