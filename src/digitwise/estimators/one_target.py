"""Regressors of one target: one scaling, one set of leaves, one law per row."""

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from digitwise.codecs import saturation_rate
from digitwise.codecs.scaling import Scaling
from digitwise.distributions import Distribution
from digitwise.estimators.answer_verbs import AnswerVerbs
from digitwise.estimators.base import DistributionalRegressor
from digitwise.estimators.component_json import from_json, to_json
from digitwise.estimators.conformal_verbs import ConformalVerbs
from digitwise.estimators.decision_verbs import DecisionVerbs
from digitwise.estimators.fitted_target import FittedTarget
from digitwise.estimators.hardware import cpu_threads
from digitwise.estimators.table_rows import TableRows
from digitwise.estimators.validation import figures_of
from digitwise.training import Network, Rows


class OneTargetRegressor(ConformalVerbs, DecisionVerbs, AnswerVerbs, DistributionalRegressor):
    """What all regressors of one target share.

    Subclasses fit ``target_`` and ``scaling_``, and make a head for them.
    """

    target_: FittedTarget
    scaling_: Scaling
    scaling_reason_: str

    def __init__(self, *, calibration_fraction: float | Literal["folds"] | None = None, **shared: Any) -> None:
        super().__init__(**shared)
        self.calibration_fraction = calibration_fraction

    def predict_distribution(self, X: Any) -> Distribution:
        """Return the predicted laws, one per row, in the units of ``y``."""
        with cpu_threads(self.n_jobs):
            rows = self._rows(X)  # first: it says so if there is no network yet
            return self._predicted(rows)

    def sample(
        self, X: Any, n_draws: int = 1, random_state: int | np.random.RandomState | None = None
    ) -> Float[np.ndarray, "row draw"]:
        """Return ``(rows, n_draws)`` draws from each row's law."""
        return self.predict_distribution(X).sample(n_draws, random_state=random_state)

    def _law(self, rows: Rows) -> Distribution:
        return self.network_.law(rows)

    def _check_parameters(self) -> None:
        super()._check_parameters()
        self._check_calibration()

    def _leaf_nodes(self) -> np.ndarray:
        raise ValueError(f"method='digits' needs an estimator that writes digits, but this is a {type(self).__name__}.")

    def _span(self) -> tuple[float, float]:
        """Return the ends of what the head can say, scaled units; the range of the scaling unless it knows better."""
        return 0.0, 1.0

    def _saved_target(self) -> dict[str, Any]:
        objective = {"objective": to_json(self.objective_)} if hasattr(self, "objective_") else {}
        return {**self.target_.to_dict(), **objective, "calibration": self._saved_calibration()}

    def _restore_target(self, saved: dict[str, Any]) -> None:
        self.target_ = FittedTarget.from_dict(saved)
        self.scaling_ = self.target_.scaling
        if "objective" in saved:
            self.objective_ = from_json(saved["objective"])
        self._restore_calibration(saved.get("calibration", {}))

    def _scaled(self, y: Float[np.ndarray, " row"]) -> Float[np.ndarray, " row"]:
        finite = np.isfinite(y)
        if finite.all():
            return np.asarray(self.scaling_.forward(y), dtype=np.float64)
        return np.where(finite, self.scaling_.forward(np.where(finite, y, self.scaling_.low)), y)

    def _figures(self, network: Network, rows: Rows, table: TableRows, names: Sequence[str]) -> dict[str, float | int]:
        law = network.law(rows)
        return figures_of(law, getattr(law, self.point_estimate)(), table, names)

    def _target_facts(self, validation: TableRows) -> dict[str, float | int | str]:
        ends = self.scaling_.inverse(np.array(self._span()))
        self.saturation_rate_ = saturation_rate(validation.numbers()[0], *ends.tolist())
        return {
            "scaling": self.scaling_.name,
            "why this scaling": self.scaling_reason_,
            "saturation rate on validation rows": self.saturation_rate_,
        }
