"""Forests: points, or the law of the training targets in the leaves."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

from digitwise.benchmark.peers.frames import with_codes
from digitwise.benchmark.peers.laws import LEVELS, law_of_quantiles
from digitwise.benchmark.peers.package import package
from digitwise.distributions import Distribution


@dataclass(kw_only=True, eq=False)
class RandomForestCompetitor:
    """scikit-learn's random forest, or the quantile forest of quantile-forest on the same trees.

    The validation rows have nothing to choose. Missing cells count as smaller than any number, because quantile-forest
    takes none.

    Parameters
    ----------
    seed, threads
        Of the fit.
    quantiles
        Whether to predict laws, from quantiles; needs the ``bench`` extra.
    levels
        Of these quantiles.
    settings
        Parameters of the forest.
    """

    seed: int = 0
    threads: int = 1
    quantiles: bool = False
    levels: Sequence[float] = LEVELS
    settings: dict[str, Any] = field(default_factory=lambda: {"n_estimators": 300})
    _model: Any = field(default=None, init=False)
    _spread: float = field(default=1.0, init=False)
    _below: np.ndarray = field(default_factory=lambda: np.zeros(0), init=False)

    def __post_init__(self) -> None:
        """Load the package, so that one that is missing is noticed before anything runs."""
        if self.quantiles:
            package("quantile_forest", "quantile-forest")

    def fit(self, X: Any, y: np.ndarray, validation_data: tuple[Any, np.ndarray]) -> None:
        """Grow the trees."""
        from sklearn.ensemble import RandomForestRegressor

        kind = package("quantile_forest", "quantile-forest") if self.quantiles else None
        forest = RandomForestRegressor if kind is None else kind.RandomForestQuantileRegressor
        self._spread = float(np.std(y)) or 1.0
        self._model = forest(random_state=self.seed, n_jobs=self.threads, **self.settings)
        table = with_codes(X)
        self._below = np.nan_to_num(np.fmin.reduce(table, axis=0)) - 1
        self._model.fit(self._filled(table), y)

    def predict(self, X: Any) -> tuple[Float[np.ndarray, " row"], Distribution | None]:
        """Return the forest's means, and laws if it has them."""
        table = self._filled(with_codes(X))
        if not self.quantiles:
            return np.asarray(self._model.predict(table)), None
        points = np.asarray(self._model.predict(table, quantiles="mean"), dtype=np.float64)
        found = np.asarray(self._model.predict(table, quantiles=list(self.levels)), dtype=np.float64)
        return points, law_of_quantiles(found, self._spread, self.levels)

    def facts(self) -> dict[str, float | int | str | None]:
        """There is nothing to tell."""
        return {}

    def _filled(self, table: Float[np.ndarray, "row column"]) -> Float[np.ndarray, "row column"]:
        return np.where(np.isnan(table), self._below, table)
