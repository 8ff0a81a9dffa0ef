"""The mixture density baseline."""

from typing import Any

import numpy as np
from jaxtyping import Float

from digitwise.codecs.scaling import Scaling
from digitwise.estimators.fitted_target import FittedTarget
from digitwise.estimators.head_regressor import HeadRegressor
from digitwise.heads import MixtureDensityHead


class MixtureDensityRegressor(HeadRegressor):
    """Predict a Gaussian mixture, trained by likelihood.

    Parameters
    ----------
    n_components
        Gaussians per row.
    shared_parameters

    References
    ----------
    Bishop, "Mixture density networks", 1994.

    Examples
    --------
    >>> X = np.linspace(0, 1, 100)[:, None]
    >>> MixtureDensityRegressor(max_epochs=5, random_state=0).fit(X, X[:, 0]).predict(X[:2]).shape
    (2,)
    """

    def __init__(self, *, n_components: int = 5, scaling: str | Scaling = "affine", **shared: Any) -> None:
        super().__init__(scaling=scaling, **shared)
        self.n_components = n_components

    def _prepare(self, z: Float[np.ndarray, " row"]) -> None:
        """Check the number of components."""
        if self.n_components < 1:
            raise ValueError(f"n_components must be at least 1, but got {self.n_components}.")

    def _leaf_edges(self) -> None:
        return None

    def _make_head_for(self, target: FittedTarget, memory_dim: int) -> MixtureDensityHead:
        return MixtureDensityHead(memory_dim, self.n_components, target.moments, target.scaling)
