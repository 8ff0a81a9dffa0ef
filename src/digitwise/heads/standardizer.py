"""Scaled targets in units of their own spread: the units in which the parametric heads work."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from torch import Tensor

from digitwise.codecs.scaling import Scaling
from digitwise.distributions import Distribution, GaussianMixture, Transformed


@dataclass(frozen=True)
class TargetMoments:
    """Mean and standard deviation of the training targets in scaled units.

    Examples
    --------
    >>> TargetMoments.of(np.array([0.0, 1.0, 0.5]), weight=np.array([1.0, 1.0, 0.0]))
    TargetMoments(mean=0.5, std=0.5)
    """

    mean: float
    std: float

    @classmethod
    def of(cls, z: Float[np.ndarray, " row"], weight: Float[np.ndarray, " row"]) -> "TargetMoments":
        """Return the weighted moments; the spread of constant targets counts as 1."""
        mean = float(np.average(z, weights=weight))
        std = float(np.average((z - mean) ** 2, weights=weight) ** 0.5)
        return cls(mean, std if std > 0 else 1.0)


@dataclass(frozen=True)
class Standardizer:
    """Map scaled targets to standard units, and laws in standard units to data units.

    Parameters
    ----------
    moments
        Zero and unit of the standard units, in scaled units.
    scaling
        Scaled units to data units.
    """

    moments: TargetMoments
    scaling: Scaling

    def __call__(self, z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Return scaled targets in standard units, float64."""
        return (z - self.moments.mean) / self.moments.std

    def to_data_units(
        self,
        weights: Float[np.ndarray, "row component"],
        means: Float[np.ndarray, "row component"],
        stds: Float[np.ndarray, "row component"],
    ) -> Distribution:
        """Return the law in data units of a Gaussian mixture in standard units."""
        mean, std = self.moments.mean, self.moments.std
        law = GaussianMixture(weights=weights, means=mean + std * means, stds=std * stds)
        return Transformed(law, self.scaling)

    def values_to_data_units(self, values: Float[np.ndarray, "row atom"]) -> Float[np.ndarray, "row atom"]:
        """Return numbers in standard units as numbers in data units."""
        mean, std = self.moments.mean, self.moments.std
        return np.asarray(self.scaling.inverse(mean + std * values), dtype=np.float64)


def as_numpy(values: Tensor) -> Float[np.ndarray, "*shape"]:
    """Return a detached float64 array."""
    return values.detach().cpu().double().numpy()
