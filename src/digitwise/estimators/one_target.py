"""Regressors of one target: one scaling, one set of leaves, one law per row."""

from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from digitwise.codecs import saturation_rate
from digitwise.codecs.auto_scaling import make_scaling
from digitwise.distributions import Distribution
from digitwise.estimators.base import DistributionalRegressor
from digitwise.estimators.component_json import from_json, to_json
from digitwise.estimators.fitted_target import FittedTarget, fit_target
from digitwise.estimators.hardware import cpu_threads
from digitwise.estimators.inputs import check_targets
from digitwise.estimators.table_rows import TableRows
from digitwise.heads import Head
from digitwise.metrics import get_metric
from digitwise.training import Network, Rows


class OneTargetRegressor(DistributionalRegressor):
    """What all regressors of one target share.

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

    def predict_distribution(self, X: Any) -> Distribution:
        """Return the predicted laws, one per row, in the units of ``y``."""
        with cpu_threads(self.n_jobs):
            rows = self._rows(X)  # first: it says so if there is no network yet
            return self._law(rows)

    def sample(
        self, X: Any, n_draws: int = 1, random_state: int | np.random.RandomState | None = None
    ) -> Float[np.ndarray, "row draw"]:
        """Return ``(rows, n_draws)`` draws from each row's law."""
        return self.predict_distribution(X).sample(n_draws, random_state=random_state)

    def _law(self, rows: Rows) -> Distribution:
        return self.network_.law(rows)

    def _span(self) -> tuple[float, float]:
        """Return the ends of what the head can say, scaled units; the range of the scaling unless it knows better."""
        return 0.0, 1.0

    def _check_targets(self, X: Any, y: Any, *, reset: bool) -> Float[np.ndarray, " row"]:
        return check_targets(X, y)

    def _fit_target(self, train: TableRows) -> None:
        scaling = "identity" if self.scaling == "auto" and self._span() != (0.0, 1.0) else self.scaling
        choice = make_scaling(scaling, train.y, self.margin, train.weight)
        self.scaling_, self.scaling_reason_ = choice.scaling, choice.reason
        self._prepare(choice.scaling.forward(train.y))
        self.target_ = fit_target(train.y, train.weight, choice.scaling, self._leaf_edges())

    def _saved_target(self) -> dict[str, Any]:
        objective = {"objective": to_json(self.objective_)} if hasattr(self, "objective_") else {}
        return {**self.target_.to_dict(), **objective}

    def _restore_target(self, saved: dict[str, Any]) -> None:
        self.target_ = FittedTarget.from_dict(saved)
        self.scaling_ = self.target_.scaling
        if "objective" in saved:
            self.objective_ = from_json(saved["objective"])

    def _make_head(self, memory_dim: int) -> Head:
        return self._make_head_for(self.target_, memory_dim)

    def _scaled(self, y: Float[np.ndarray, " row"]) -> Float[np.ndarray, " row"]:
        return np.asarray(self.scaling_.forward(y), dtype=np.float64)

    def _figures(self, network: Network, rows: Rows, table: TableRows, names: Sequence[str]) -> dict[str, float | int]:
        law = network.law(rows)
        point = getattr(law, self.point_estimate)()
        figures: dict[str, float | int] = {}
        for name in names:
            metric = get_metric(name)
            prediction = law if metric.needs_law else point
            figures[name] = float(metric.function(table.y, prediction, sample_weight=table.weight))
        return figures

    def _target_facts(self, validation: TableRows) -> dict[str, float | int | str]:
        ends = self.scaling_.inverse(np.array(self._span()))
        self.saturation_rate_ = saturation_rate(validation.y, *ends.tolist())
        return {
            "scaling": self.scaling_.name,
            "why this scaling": self.scaling_reason_,
            "saturation rate on validation rows": self.saturation_rate_,
        }
