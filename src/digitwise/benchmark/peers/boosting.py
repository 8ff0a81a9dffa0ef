"""Boosted trees of other packages: points, and LightGBM's quantiles."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float

from digitwise.benchmark.peers.frames import with_codes
from digitwise.benchmark.peers.laws import LEVELS, law_of_quantiles
from digitwise.benchmark.peers.package import package
from digitwise.distributions import Histogram

Facts = dict[str, float | int | str | None]


@dataclass(kw_only=True, eq=False)
class BoostedCompetitor(ABC):
    """Boosted trees with squared error, stopped early by the validation rows.

    Parameters
    ----------
    seed, threads
        Of the fit.
    iterations, early_stopping_rounds
        Trees at the most, and without improvement before training stops.
    settings
        Further parameters of the package's regressor.
    """

    seed: int = 0
    threads: int = 1
    iterations: int = 2000
    early_stopping_rounds: int = 100
    settings: dict[str, Any] = field(default_factory=lambda: {"learning_rate": 0.05})
    _model: Any = field(default=None, init=False)

    needs: ClassVar[tuple[str, str] | None] = None
    """What is imported, and what people call it; None where scikit-learn is enough."""

    def __post_init__(self) -> None:
        """Load the package, so that one that is missing is noticed before anything runs."""
        if self.needs is not None:
            package(*self.needs)

    @abstractmethod
    def fit(self, X: Any, y: np.ndarray, validation_data: tuple[Any, np.ndarray]) -> None:
        """Grow trees, and keep as many as do best on the validation rows."""

    def predict(self, X: Any) -> tuple[Float[np.ndarray, " row"], None]:
        """Return points, and no laws."""
        return np.asarray(self._model.predict(X), dtype=np.float64), None

    @abstractmethod
    def facts(self) -> Facts:
        """Return the number of trees."""


class LightGBMCompetitor(BoostedCompetitor):
    """LightGBM. Needs the ``bench`` extra."""

    needs: ClassVar = ("lightgbm", "LightGBM")

    def fit(self, X: Any, y: np.ndarray, validation_data: tuple[Any, np.ndarray]) -> None:
        """Grow trees, and keep as many as do best on the validation rows."""
        lightgbm = package(*self.needs)
        self._model = lightgbm.LGBMRegressor(
            n_estimators=self.iterations,
            random_state=self.seed,
            n_jobs=self.threads,
            verbosity=-1,
            **self.settings,
        )
        stop = lightgbm.early_stopping(self.early_stopping_rounds, verbose=False)
        self._model.fit(X, y, eval_set=[validation_data], eval_metric="rmse", callbacks=[stop])

    def facts(self) -> Facts:
        """Return the number of trees."""
        return {"best_epoch": self._model.best_iteration_}


@dataclass(kw_only=True, eq=False)
class LightGBMQuantileCompetitor:
    """LightGBM's quantile regression: boosted trees for each level by themselves. Needs the ``bench`` extra.

    Parameters
    ----------
    seed, threads
        Of the fit.
    levels
        Of the quantiles.
    iterations, early_stopping_rounds
        Trees at the most, and without improvement of their own loss before training stops.
    settings
        Further parameters of ``LGBMRegressor``.
    """

    seed: int = 0
    threads: int = 1
    levels: Sequence[float] = LEVELS
    iterations: int = 1000
    early_stopping_rounds: int = 100
    settings: dict[str, Any] = field(default_factory=lambda: {"learning_rate": 0.05})
    _models: list[Any] = field(default_factory=list, init=False)
    _spread: float = field(default=1.0, init=False)

    def __post_init__(self) -> None:
        """Load the package, so that one that is missing is noticed before anything runs."""
        package(*LightGBMCompetitor.needs)

    def fit(self, X: Any, y: np.ndarray, validation_data: tuple[Any, np.ndarray]) -> None:
        """Grow trees for each level, and keep as many as do best on the validation rows."""
        lightgbm = package(*LightGBMCompetitor.needs)
        self._spread = float(np.std(y)) or 1.0
        stop = lightgbm.early_stopping(self.early_stopping_rounds, verbose=False)
        self._models = [
            lightgbm.LGBMRegressor(
                objective="quantile",
                alpha=level,
                n_estimators=self.iterations,
                random_state=self.seed,
                n_jobs=self.threads,
                verbosity=-1,
                **self.settings,
            ).fit(X, y, eval_set=[validation_data], callbacks=[stop])
            for level in self.levels
        ]

    def predict(self, X: Any) -> tuple[Float[np.ndarray, " row"], Histogram]:
        """Return the laws that lie between the quantiles, and their means."""
        quantiles = np.stack([np.asarray(model.predict(X), dtype=np.float64) for model in self._models], axis=1)
        law = law_of_quantiles(quantiles, self._spread, self.levels)
        return law.mean(), law

    def facts(self) -> Facts:
        """Return the most trees of a level."""
        return {"best_epoch": max(model.best_iteration_ for model in self._models)}


class XGBoostCompetitor(BoostedCompetitor):
    """XGBoost. Needs the ``bench`` extra."""

    needs: ClassVar = ("xgboost", "XGBoost")

    def fit(self, X: Any, y: np.ndarray, validation_data: tuple[Any, np.ndarray]) -> None:
        """Grow trees, and keep as many as do best on the validation rows."""
        self._model = package(*self.needs).XGBRegressor(
            n_estimators=self.iterations,
            early_stopping_rounds=self.early_stopping_rounds,
            eval_metric="rmse",
            enable_categorical=True,
            random_state=self.seed,
            n_jobs=self.threads,
            **self.settings,
        )
        self._model.fit(X, y, eval_set=[validation_data], verbose=False)

    def facts(self) -> Facts:
        """Return the number of trees."""
        return {"best_epoch": self._model.best_iteration + 1}


class HistGradientBoostingCompetitor(BoostedCompetitor):
    """scikit-learn's histogram boosting; the number of OpenMP threads decides, not ``threads``."""

    def fit(self, X: Any, y: np.ndarray, validation_data: tuple[Any, np.ndarray]) -> None:
        """Grow trees, and keep as many as do best on the validation rows."""
        from sklearn.ensemble import HistGradientBoostingRegressor

        self._model = HistGradientBoostingRegressor(
            max_iter=self.iterations,
            early_stopping=True,
            n_iter_no_change=self.early_stopping_rounds,
            scoring="neg_root_mean_squared_error",
            random_state=self.seed,
            **self.settings,
        )
        self._model.fit(with_codes(X), y, X_val=with_codes(validation_data[0]), y_val=validation_data[1])
        self._best = 1 + int(np.argmax(self._model.validation_score_[1:]))  # the first score is that of no tree

    def predict(self, X: Any) -> tuple[Float[np.ndarray, " row"], None]:
        """Return points of the best number of trees, and no laws."""
        stages = self._model.staged_predict(with_codes(X))
        points = next(points for number, points in enumerate(stages, start=1) if number >= self._best)
        return np.asarray(points, dtype=np.float64), None

    def facts(self) -> Facts:
        """Return the number of trees."""
        return {"epochs": self._model.n_iter_, "best_epoch": self._best}
