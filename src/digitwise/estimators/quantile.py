"""The quantile regression baseline."""

from typing import Any

import numpy as np
from jaxtyping import Float

from digitwise.codecs.scaling import Scaling
from digitwise.estimators.fitted_target import FittedTarget
from digitwise.estimators.head_regressor import HeadRegressor
from digitwise.heads import QuantileHead


class QuantileRegressor(HeadRegressor):
    """Predict evenly spaced quantiles that cannot cross; the law has equal atoms at them.

    Parameters
    ----------
    n_quantiles
        Number of quantiles, at the levels ``(k + 1/2) / n_quantiles``.
    shared_parameters

    References
    ----------
    Dabney et al., arXiv 1710.10044.

    Examples
    --------
    >>> X = np.linspace(0, 1, 100)[:, None]
    >>> QuantileRegressor(max_epochs=5, random_state=0).fit(X, X[:, 0]).predict(X[:2]).shape
    (2,)
    """

    def __init__(self, *, n_quantiles: int = 100, scaling: str | Scaling = "affine", **shared: Any) -> None:
        super().__init__(scaling=scaling, **shared)
        self.n_quantiles = n_quantiles

    def _prepare(self, z: Float[np.ndarray, " row"]) -> None:
        """Check the number of quantiles and the selection."""
        if self.n_quantiles < 2:
            raise ValueError(f"n_quantiles must be at least 2, but got {self.n_quantiles}.")
        if self.select_by == "nll":
            raise ValueError("select_by='nll' needs a density, but the law of quantiles has none. Use 'crps'.")

    def _leaf_edges(self) -> None:
        return None

    def _make_head_for(self, target: FittedTarget, memory_dim: int) -> QuantileHead:
        return QuantileHead(memory_dim, self.n_quantiles, target.moments, target.scaling)
