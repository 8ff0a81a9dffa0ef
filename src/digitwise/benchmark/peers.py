"""What the package's estimators are held against: no features at all, and boosted trees."""

from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import numpy as np
from jaxtyping import Float

from digitwise.distributions import Atoms

MOST_ATOMS = 1000


@dataclass(kw_only=True, eq=False)
class ConstantCompetitor:
    """The training targets' mean and their empirical law, whatever the features.

    With more than 1000 training rows, 1000 evenly spaced quantiles stand for them.

    Parameters
    ----------
    seed, threads
        Have no effect.

    Examples
    --------
    >>> constant = ConstantCompetitor()
    >>> constant.fit(None, np.array([0.0, 1.0, 5.0]), (None, np.zeros(0)))
    >>> point, law = constant.predict(np.zeros((2, 1)))
    >>> point, law.median()
    (array([2., 2.]), array([1., 1.]))
    """

    seed: int = 0
    threads: int = 1
    _mean: float = field(default=np.nan, init=False)
    _atoms: np.ndarray = field(default_factory=lambda: np.zeros(0), init=False)

    def fit(self, X: Any, y: np.ndarray, validation_data: tuple[Any, np.ndarray]) -> None:
        """Remember the targets; the validation rows have nothing to choose."""
        self._mean = float(np.mean(y))
        levels = (np.arange(MOST_ATOMS) + 0.5) / MOST_ATOMS
        few = len(y) <= MOST_ATOMS
        self._atoms = y if few else np.quantile(y, levels, method="inverted_cdf")

    def predict(self, X: Any) -> tuple[Float[np.ndarray, " row"], Atoms]:
        """Return the same point and the same law for each row."""
        probs = np.full((len(X), len(self._atoms)), 1 / len(self._atoms))
        return np.full(len(X), self._mean), Atoms(values=self._atoms, probs=probs)

    def facts(self) -> dict[str, float | int | str | None]:
        """There is nothing to tell."""
        return {}


@dataclass(kw_only=True, eq=False)
class CatBoostCompetitor:
    """CatBoost with squared error: points only. Needs the ``bench`` extra.

    Parameters
    ----------
    seed, threads
        Of the fit.
    iterations
        Trees at the most; the validation rows' RMSE chooses how many are kept.
    early_stopping_rounds
        Trees without improvement before training stops.
    log1p
        Whether trees learn ``log(1 + y)``, for targets above -1; predictions are transformed back, so they are nearer
        to a median than to a mean.
    settings
        Further parameters of ``CatBoostRegressor``.

    Raises
    ------
    ModuleNotFoundError
        If CatBoost is not installed.
    """

    seed: int = 0
    threads: int = 1
    iterations: int = 2000
    early_stopping_rounds: int = 100
    log1p: bool = False
    settings: dict[str, Any] = field(default_factory=dict)
    _model: Any = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Build the unfitted model."""
        try:
            catboost = import_module("catboost")
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                "The method catboost needs CatBoost, which is not installed. "
                'Install it with: pip install "digitwise[bench]".',
                name="catboost",
            ) from error
        self._model = catboost.CatBoostRegressor(
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
        categories = _category_names(X)
        held_out = validation_data[1]
        if self.log1p:
            if min(y.min(), held_out.min()) <= -1:
                raise ValueError("log1p needs targets above -1. Leave it out for this data set.")
            y, held_out = np.log1p(y), np.log1p(held_out)
        self._model.fit(
            _as_text(X, categories),
            y,
            cat_features=categories,
            eval_set=(_as_text(validation_data[0], categories), held_out),
            use_best_model=True,
        )

    def predict(self, X: Any) -> tuple[Float[np.ndarray, " row"], None]:
        """Return points, and no laws."""
        points = self._model.predict(_as_text(X, _category_names(X)))
        points = np.asarray(points, dtype=np.float64)
        return np.expm1(points) if self.log1p else points, None

    def facts(self) -> dict[str, float | int | str | None]:
        """Return the number of trees."""
        trees = len(self._model.evals_result_["validation"]["RMSE"])
        return {"epochs": trees, "best_epoch": self._model.get_best_iteration() + 1}


def _category_names(X: Any) -> list[str]:
    """Return the names of a data frame's category columns; none for an array."""
    if isinstance(X, np.ndarray):
        return []
    return [name for name, kind in X.dtypes.items() if kind == "category"]


def _as_text(X: Any, categories: list[str]) -> Any:
    """Return the frame with categories as text, because CatBoost takes no missing ones."""
    if not categories:
        return X
    texts = {name: X[name].astype("object").fillna("missing").astype(str) for name in categories}
    return X.assign(**texts)
