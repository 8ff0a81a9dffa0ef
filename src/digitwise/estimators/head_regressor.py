"""Regressors with a head that writes no digits: the baselines."""

from abc import abstractmethod
from typing import Any

import numpy as np
from jaxtyping import Float

from digitwise.codecs.auto_scaling import make_scaling
from digitwise.estimators.fitted_target import FittedTarget, fit_target
from digitwise.estimators.inputs import check_targets
from digitwise.estimators.one_target import OneTargetRegressor
from digitwise.estimators.table_rows import TableRows
from digitwise.heads import Head


class HeadRegressor(OneTargetRegressor):
    """What the baselines share.

    Subclasses say which head (`_make_head_for`) and, where it has any, which leaves (`_leaf_edges`).
    """

    @abstractmethod
    def _prepare(self, z: Float[np.ndarray, " row"]) -> None:
        """Settle what depends on the training targets (scaled units) beyond scaling and leaves."""

    @abstractmethod
    def _leaf_edges(self) -> Float[np.ndarray, " edge"] | None:
        """Return the borders of the head's leaves in scaled units, or None if it has none."""

    @abstractmethod
    def _make_head_for(self, target: FittedTarget, memory_dim: int) -> Head:
        """Return an untrained head."""

    def _check_targets(self, X: Any, y: Any, *, reset: bool) -> Float[np.ndarray, " row"]:
        return check_targets(X, y)

    def _fit_target(self, train: TableRows) -> None:
        choice = make_scaling(self.scaling, train.y, self.margin, train.weight)
        self.scaling_, self.scaling_reason_ = choice.scaling, choice.reason
        self._prepare(choice.scaling.forward(train.y))
        self.target_ = fit_target(train.y, train.weight, choice.scaling, self._leaf_edges())

    def _make_head(self, memory_dim: int) -> Head:
        return self._make_head_for(self.target_, memory_dim)
