"""The histogram ("Riemann") baseline of the papers."""

from typing import Any

import numpy as np
from jaxtyping import Float

from digitwise.estimators.fitted_target import FittedTarget
from digitwise.estimators.head_regressor import HeadRegressor
from digitwise.heads import HistogramHead


class HistogramRegressor(HeadRegressor):
    """Predict a flat softmax over equal bins of the scaled range.

    Parameters
    ----------
    n_bins
        Number of bins.
    smoothing
        Width of the target's bell in bins (HL-Gauss, arXiv 1806.04613); 0 trains on the target's own bin.
    shared_parameters

    Examples
    --------
    >>> X = np.linspace(0, 1, 100)[:, None]
    >>> HistogramRegressor(max_epochs=5, random_state=0).fit(X, X[:, 0]).predict(X[:2]).shape
    (2,)
    """

    def __init__(self, *, n_bins: int = 256, smoothing: float = 0.75, **shared: Any) -> None:
        super().__init__(**shared)
        self.n_bins = n_bins
        self.smoothing = smoothing

    def _prepare(self, z: Float[np.ndarray, " row"]) -> None:
        """Check the bins."""
        if self.n_bins < 3:
            raise ValueError(f"n_bins must be at least 3 (the two outermost are open), but got {self.n_bins}.")
        if not 0 <= self.smoothing < np.inf:
            raise ValueError(f"smoothing must be a finite number of at least 0, but got {self.smoothing}.")

    def _leaf_edges(self) -> Float[np.ndarray, " edge"]:
        return np.linspace(0, 1, self.n_bins + 1)

    def _make_head_for(self, target: FittedTarget, memory_dim: int) -> HistogramHead:
        return HistogramHead(memory_dim, target.edges_y, target.values_y, self.smoothing)
