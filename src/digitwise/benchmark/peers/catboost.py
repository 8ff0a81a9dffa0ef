"""CatBoost: points, normal laws, or quantiles."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from digitwise.benchmark.peers.frames import category_names, with_texts
from digitwise.benchmark.peers.laws import LEVELS, law_of_quantiles
from digitwise.benchmark.peers.package import package
from digitwise.distributions import Distribution, GaussianMixture

LOSSES = {"rmse": "RMSE", "normal": "RMSEWithUncertainty", "quantiles": "MultiQuantile:alpha="}


@dataclass(kw_only=True, eq=False)
class CatBoostCompetitor:
    """CatBoost; the validation rows' loss chooses how many trees are kept. Needs the ``bench`` extra.

    Parameters
    ----------
    seed, threads
        Of the fit.
    law
        What it predicts: ``"rmse"`` means and no laws, ``"normal"`` means and variances (``RMSEWithUncertainty``),
        ``"quantiles"`` quantiles (``MultiQuantile``), whose law's mean is the point.
    levels
        Of the quantiles.
    iterations
        Trees at the most.
    early_stopping_rounds
        Trees without improvement before training stops.
    log1p
        Whether trees learn ``log(1 + y)``, for targets above -1; points are transformed back, so they are nearer
        to a median than to a mean. Only without laws.
    settings
        Further parameters of ``CatBoostRegressor``.

    Raises
    ------
    ModuleNotFoundError
        If CatBoost is not installed.
    ValueError
        If there is no such law, or laws are asked for together with ``log1p``.
    """

    seed: int = 0
    threads: int = 1
    law: Literal["rmse", "normal", "quantiles"] = "rmse"
    levels: Sequence[float] = LEVELS
    iterations: int = 2000
    early_stopping_rounds: int = 100
    log1p: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    _model: Any = field(default=None, init=False)
    _spread: float = field(default=1.0, init=False)

    def __post_init__(self) -> None:
        """Build the unfitted model."""
        if self.law not in LOSSES:
            raise ValueError(f"law must be one of {', '.join(LOSSES)}, but got {self.law!r}.")
        if self.log1p and self.law != "rmse":
            raise ValueError("log1p is for points only: leave it out, or law at 'rmse'.")
        self._model = package("catboost", "CatBoost").CatBoostRegressor(
            loss_function=LOSSES[self.law] + (_joined(self.levels) if self.law == "quantiles" else ""),
            iterations=self.iterations,
            early_stopping_rounds=self.early_stopping_rounds,
            random_seed=self.seed,
            thread_count=self.threads,
            allow_writing_files=False,
            verbose=False,
            **self.settings,
        )

    def fit(self, X: Any, y: np.ndarray, validation_data: tuple[Any, np.ndarray]) -> None:
        """Grow trees, and keep as many as do best on the validation rows.

        Raises
        ------
        ValueError
            If the logarithm is asked for, and a target is -1 or less.
        """
        held_out = validation_data[1]
        if self.log1p:
            if min(y.min(), held_out.min()) <= -1:
                raise ValueError("log1p needs targets above -1. Leave it out for this data set.")
            y, held_out = np.log1p(y), np.log1p(held_out)
        self._spread = float(np.std(y)) or 1.0  # quantile losses start from 0: give them targets of size 1
        self._centre = float(np.mean(y)) if self.law == "quantiles" else 0.0
        scale = self._spread if self.law == "quantiles" else 1.0
        self._model.fit(
            with_texts(X),
            (y - self._centre) / scale,
            cat_features=category_names(X),
            eval_set=(with_texts(validation_data[0]), (held_out - self._centre) / scale),
            use_best_model=True,
        )

    def predict(self, X: Any) -> tuple[Float[np.ndarray, " row"], Distribution | None]:
        """Return points, and laws if it has them."""
        found = np.asarray(self._model.predict(with_texts(X)), dtype=np.float64)
        if self.law == "normal":
            stds = np.sqrt(np.maximum(found[:, 1], 1e-18 * self._spread**2))
            return found[:, 0], GaussianMixture(np.ones((len(found), 1)), found[:, :1], stds[:, None])
        if self.law == "quantiles":
            law = law_of_quantiles(found * self._spread + self._centre, self._spread, self.levels)
            return law.mean(), law
        return np.expm1(found) if self.log1p else found, None

    def facts(self) -> dict[str, float | int | str | None]:
        """Return the number of trees."""
        (curve,) = list(self._model.evals_result_["validation"].values())[:1]
        return {"epochs": len(curve), "best_epoch": self._model.get_best_iteration() + 1}


def _joined(levels: Sequence[float]) -> str:
    return ",".join(f"{level:g}" for level in levels)
