"""Everything that a benchmark can compare, behind one small interface."""

import math
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from digitwise.benchmark.peers import PEERS
from digitwise.benchmark.suite import Suite
from digitwise.benchmark.suite_parts import Method, check_known
from digitwise.distributions import Distribution
from digitwise.estimators import (
    DecodingRegressor,
    DistributionalRegressor,
    HistogramRegressor,
    MixtureDensityRegressor,
    PointwiseRegressor,
    QuantileRegressor,
    TextDecodingRegressor,
)
from digitwise.estimators.component_json import from_json
from digitwise.estimators.finetune import WATCHED

Facts = dict[str, float | int | str | None]


@runtime_checkable
class Competitor(Protocol):
    """What a cell asks of a method."""

    def fit(self, X: Any, y: np.ndarray, validation_data: tuple[Any, np.ndarray]) -> None:
        """Learn from training rows; choose the best epoch by the validation rows alone."""
        ...

    def predict(self, X: Any) -> tuple[Float[np.ndarray, " row"], Distribution | None]:
        """Return points and laws of some rows, in data units; None where it has no laws."""
        ...

    def facts(self) -> Facts:
        """Return what the fit did: ``epochs``, ``best_epoch``, ``stopped_by``, ``weights``."""
        ...


@dataclass(frozen=True, eq=False)
class EstimatorCompetitor:
    """An estimator of the package."""

    estimator: DistributionalRegressor

    def fit(self, X: Any, y: np.ndarray, validation_data: tuple[Any, np.ndarray] | None) -> None:
        """Fit the estimator; without validation rows it holds some out by itself.

        Raises
        ------
        KeyboardInterrupt
            If training was interrupted: the estimator keeps its best weights then, but figures of
            half a training must not enter a benchmark.
        """
        self.estimator.fit(X, y, validation_data=validation_data)
        if self.estimator.stopped_by_ == "interrupt":
            raise KeyboardInterrupt

    def predict(self, X: Any) -> tuple[Float[np.ndarray, " row"], Distribution]:
        """Return the estimator's points and laws, from one pass."""
        law = self.estimator.predict_distribution(X)
        return getattr(law, self.estimator.point_estimate)(), law

    def facts(self) -> Facts:
        """Return what the estimator says of its fit, and of fine-tuning if there was any."""
        return {
            **self._finetuning(),
            "epochs": self.estimator.n_iter_,
            "best_epoch": self.estimator.best_epoch_,
            "stopped_by": self.estimator.stopped_by_,
            "scaling": self.estimator.scaling_.name,
            "weights": sum(weight.numel() for weight in self.estimator.network_.parameters()),
        }

    def _finetuning(self) -> Facts:
        """Return the second stage's epochs, and the validation figures before it and after its last epoch."""
        summary = getattr(self.estimator, "finetune_summary_", None)
        if summary is None:
            return {}
        last = self.estimator.history_[-1]
        facts: Facts = {"finetune_epochs": summary["epochs"], "finetune_best_epoch": summary["best epoch"]}
        for name in WATCHED:
            facts[f"validation_{name}_start"] = _or_none(summary[f"{name} before"])
            facts[f"validation_{name}_last"] = _or_none(last[f"validation_{name}"])
        for name in ("entropy", "reward_mean", "zero_spread_share", "expert_prob", "draws_per_second"):
            if name in last:
                facts[f"last_{name}"] = _or_none(last[name])
        return facts


def _or_none(value: float) -> float | None:
    """Return a number that JSON has."""
    return float(value) if math.isfinite(value) else None


OWN: dict[str, type[DistributionalRegressor]] = {
    kind.__name__: kind
    for kind in (
        DecodingRegressor,
        PointwiseRegressor,
        HistogramRegressor,
        MixtureDensityRegressor,
        QuantileRegressor,
        TextDecodingRegressor,
    )
}
ESTIMATORS = (*OWN, *PEERS)
"""The names that a suite may give as ``estimator``."""
SET_BY_RUNNER = ("random_state", "n_jobs", "seed", "threads")


def all_params(suite: Suite, method: Method) -> dict[str, Any]:
    """Return a method's parameters, the shared ones included where it gets them."""
    return {**suite.shared, **method.params} if method.estimator in OWN else dict(method.params)


def make_competitor(suite: Suite, method: Method, seed: int) -> Competitor:
    """Return an unfitted method.

    A parameter may be a component, written as a table: ``{component = "codec/normalized", base =
    10, length = 3}``.

    Raises
    ------
    ValueError
        If there is no such estimator, or it does not take these parameters.

    Examples
    --------
    >>> method = Method(name="histogram", estimator="HistogramRegressor", params={"n_bins": 8})
    >>> suite = Suite(
    ...     name="tiny",
    ...     datasets=("embedded:diabetes",),
    ...     methods=(method, Method(name="pointwise", estimator="PointwiseRegressor")),
    ... )
    >>> make_competitor(suite, method, seed=0).estimator
    HistogramRegressor(n_bins=8, n_jobs=1, random_state=0)
    """
    check_known([method.estimator], ESTIMATORS, "estimator")
    params = all_params(suite, method)
    taken = sorted(set(params) & set(SET_BY_RUNNER))
    if taken:
        raise ValueError(
            f"{', '.join(taken)} of {method.name} cannot be set as a parameter: the suite's seeds "
            "and threads decide it."
        )
    try:
        if method.estimator in OWN:
            parts = {name: from_json(value) for name, value in params.items()}
            own = OWN[method.estimator](**parts, random_state=seed, n_jobs=suite.threads)
            return EstimatorCompetitor(own)
        peer: Competitor = PEERS[method.estimator](**params, seed=seed, threads=suite.threads)
        return peer
    except TypeError as error:
        raise ValueError(f"The parameters of {method.name} do not fit: {error}.") from error
