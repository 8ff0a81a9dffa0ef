"""The plain baseline: one number per row."""

from typing import Any

import numpy as np
from jaxtyping import Float

from digitwise.codecs.scaling import Scaling
from digitwise.estimators.fitted_target import FittedTarget
from digitwise.estimators.head_regressor import HeadRegressor
from digitwise.heads import PointwiseHead


class PointwiseRegressor(HeadRegressor):
    """Predict the mean with squared error; the law is a Gaussian of one width for all rows.

    Parameters
    ----------
    shared_parameters

    Examples
    --------
    >>> X = np.linspace(0, 1, 100)[:, None]
    >>> PointwiseRegressor(max_epochs=5, random_state=0).fit(X, X[:, 0]).predict(X[:2]).shape
    (2,)
    """

    def __init__(self, *, scaling: str | Scaling = "affine", **shared: Any) -> None:
        super().__init__(scaling=scaling, **shared)

    def _prepare(self, z: Float[np.ndarray, " row"]) -> None:
        """Nothing depends on the targets."""

    def _leaf_edges(self) -> None:
        return None

    def _make_head_for(self, target: FittedTarget, memory_dim: int) -> PointwiseHead:
        return PointwiseHead(memory_dim, target.moments, target.scaling)
