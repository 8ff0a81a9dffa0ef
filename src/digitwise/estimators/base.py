"""What all estimators share: `fit`, and the verbs that read the predicted laws."""

import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, Literal, TypeVar

import numpy as np
from jaxtyping import Float
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted

from digitwise.codecs.scaling import Scaling
from digitwise.encoders.numeric_embeddings import NumericEmbedding
from digitwise.estimators.inputs import check_features, check_high_ends, check_weights
from digitwise.estimators.persistence import load_estimator, save_estimator
from digitwise.estimators.reservoir import Reservoir
from digitwise.estimators.shared_parameters import fill_docstring, merge_signature
from digitwise.estimators.table_rows import TableRows
from digitwise.estimators.text_encoders import TextEncoder, text_reading
from digitwise.estimators.trains_networks import TrainsNetworks
from digitwise.estimators.updates import UpdateSettings, remembered, update
from digitwise.metrics import get_metric

Model = TypeVar("Model", bound="DistributionalRegressor")

POINT_ESTIMATES = ("mean", "median", "mode")
MIN_ROWS_TO_SPLIT = 10


class DistributionalRegressor(TrainsNetworks, RegressorMixin, BaseEstimator, ABC):
    """Table in, law out: an encoder and a head, trained on scaled targets.

    Subclasses say what a target is (`OneTargetRegressor`, or several of them) and which head predicts it.
    """

    _reservoir: Reservoir | None = None
    """Rows that `partial_fit` replays; they are not saved."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "__init__" in cls.__dict__:
            merge_signature(cls, next(base for base in cls.__mro__[1:] if "__init__" in base.__dict__))
        fill_docstring(cls)

    def __init__(
        self,
        *,
        scaling: str | Scaling = "auto",
        margin: float = 0.05,
        categorical: Literal["auto"] | Sequence[str | int] = "auto",
        text: Literal["auto", "all"] | Sequence[str | int] = "auto",
        encoder: TextEncoder | Sequence[TextEncoder] = "auto",
        preset: Literal["fast", "default", "best", "plain"] = "default",
        hidden_dim: int | Literal["auto"] = "auto",
        n_layers: int = 3,
        dropout: float = 0.1,
        numeric_embedding: str | NumericEmbedding | None = "auto",
        n_members: int | Literal["auto"] = "auto",
        learning_rate: float | Literal["auto"] = "auto",
        weight_decay: float = 1e-2,
        batch_size: int | Literal["auto"] = "auto",
        max_epochs: int | Literal["auto"] = "auto",
        max_grad_norm: float = 1.0,
        validation_fraction: float = 0.2,
        select_by: str = "crps",
        patience: int | Literal["auto"] | None = "auto",
        time_limit: float | None = None,
        point_estimate: Literal["mean", "median", "mode"] = "mean",
        device: str = "auto",
        n_jobs: int | None = None,
        warm_start: bool = False,
        replay_rows: int = 2000,
        random_state: int | np.random.RandomState | None = None,
        log_path: str | os.PathLike[str] | None = None,
        checkpoint_path: str | os.PathLike[str] | None = None,
        verbose: int = 0,
    ) -> None:
        self.scaling = scaling
        self.margin = margin
        self.categorical = categorical
        self.text = text
        self.encoder = encoder
        self.preset = preset
        self.hidden_dim = hidden_dim
        self.n_layers = n_layers
        self.dropout = dropout
        self.numeric_embedding = numeric_embedding
        self.n_members = n_members
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.max_epochs = max_epochs
        self.max_grad_norm = max_grad_norm
        self.validation_fraction = validation_fraction
        self.select_by = select_by
        self.patience = patience
        self.time_limit = time_limit
        self.point_estimate = point_estimate
        self.device = device
        self.n_jobs = n_jobs
        self.warm_start = warm_start
        self.replay_rows = replay_rows
        self.random_state = random_state
        self.log_path = log_path
        self.checkpoint_path = checkpoint_path
        self.verbose = verbose

    @abstractmethod
    def _check_targets(self, X: Any, y: Any, *, reset: bool) -> Float[np.ndarray, "row ..."]:
        """Return the targets, checked, one row of them per row of ``X``; with ``reset`` note what they are."""

    @abstractmethod
    def _saved_target(self) -> dict[str, Any]:
        """Return what `_restore_target` needs of the fitted target: plain values and arrays."""

    @abstractmethod
    def _restore_target(self, saved: dict[str, Any]) -> None:
        """Set what `_fit_target` had set."""

    def fit(
        self: Model,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        validation_data: tuple[Any, Any] | tuple[Any, Any, Any] | None = None,
    ) -> Model:
        """Learn the law of ``y`` given ``X``; starts afresh unless ``warm_start``.

        Parameters
        ----------
        X
            ``(rows, columns)``: numpy, pandas, polars or pyarrow; numbers, categories, booleans, dates, missing values.
        y
            ``(rows,)``: finite numbers, in any units. `DecodingRegressor` takes `QualifiedTargets` too.
        sample_weight
            ``(rows,)``: non-negative weights; rows of weight 0 are as good as absent.
        validation_data
            ``(X, y)`` or ``(X, y, sample_weight)`` to choose the best epoch, instead of a random part of the rows.

        Raises
        ------
        ValueError
            If parameters are out of range, or the data are empty, infinite or do not fit together.
        """
        continues = bool(self.warm_start and hasattr(self, "network_"))
        self._check_parameters()
        train, validation, seed = self._tables(X, y, sample_weight, validation_data, reset=not continues)
        with self._fitting():
            if not continues:
                self._start(train, seed)
            self._fit_stages(train, validation, seed)
            self._after_fit()
        held_out = validation if validation_data is None else train  # rows that are given are the user's to keep
        self._reservoir = remembered(None, train, held_out, capacity=self.replay_rows, seed=seed)
        if hasattr(self, "update_summary_"):
            del self.update_summary_  # of an earlier fit
        return self

    def partial_fit(
        self: Model,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        *,
        replay_data: tuple[Any, Any] | tuple[Any, Any, Any] | None = None,
        validation_data: tuple[Any, Any] | tuple[Any, Any, Any] | None = None,
        max_epochs: int | Literal["auto"] = "auto",
        learning_rate: float | Literal["auto"] = "auto",
    ) -> Model:
        """Update a fitted model with new rows; without a fitted model this is `fit`.

        Training goes on from the present weights, on the new rows and on earlier ones, of which the model keeps a
        uniform sample (``replay_rows``), so that it does not forget them. The best epoch is chosen on held-out rows of
        both, and the present weights may win. Boosted digits are trained afresh on the same rows, and take the place of
        the present ones where they do better.

        Columns, scaling and codec stay as they are: a category that `fit` did not see is an unseen one, and targets
        outside the range count as its ends (`saturation_rate_`). A row counts by its weight, new or replayed: give new
        rows greater weights to have them followed more closely.

        Calibration is dropped, with a warning; with ``calibration_fraction`` a share of the new rows calibrates
        anew, and what is promised is promised for rows like these.

        Parameters
        ----------
        X, y, sample_weight
            The new rows, as for `fit`.
        replay_data
            ``(X, y)`` or ``(X, y, sample_weight)``: earlier rows, in the place of those that the model has kept; a
            model that was loaded has none. Given the rows of `fit` and an integer ``random_state``, those that
            validated then are held out again.
        validation_data
            As for `fit`; in the place of held-out rows, new and earlier. They are not kept for later: a model that was
            fitted with some should get them here too.
        max_epochs, learning_rate
            Of the update; ``"auto"``: half of the epochs of `fit`, and its learning rate.

        Raises
        ------
        ValueError
            If settings are out of range, the rows do not fit those of `fit`, or there are several models (folds).

        Examples
        --------
        >>> from digitwise import HistogramRegressor
        >>> X = np.linspace(0, 2, 200)[:, None]
        >>> y = np.abs(X[:, 0] - 1)
        >>> model = HistogramRegressor(max_epochs=20, random_state=0).fit(X[:120], y[:120])
        >>> before = np.abs(model.predict(X[120:]) - y[120:]).mean()
        >>> model = model.partial_fit(X[120:], y[120:])
        >>> bool(np.abs(model.predict(X[120:]) - y[120:]).mean() < before)
        True
        """
        if hasattr(self, "network_"):
            asked = UpdateSettings(max_epochs=max_epochs, learning_rate=learning_rate)
            update(self, (X, y, sample_weight), replay_data, validation_data, asked)
            return self
        if replay_data is not None:
            raise ValueError("replay_data needs a fitted model, but there is none yet. Put all rows into X and y.")
        return self.fit(X, y, sample_weight, validation_data=validation_data)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the fitted model to a folder: JSON and safetensors, no pickle, no training data."""
        check_is_fitted(self)
        save_estimator(self, path)

    @classmethod
    def load(cls: type[Model], path: str | os.PathLike[str]) -> Model:
        """Return a model that `save` wrote; nothing from the file is executed."""
        known = {kind.__name__: kind for kind in final_classes(DistributionalRegressor)}
        estimator = load_estimator(path, known)
        if not isinstance(estimator, cls):
            raise TypeError(f"{os.fspath(path)} holds a {type(estimator).__name__}, not a {cls.__name__}.")
        return estimator

    def __sklearn_tags__(self) -> Tags:
        """Return scikit-learn's tags: missing values are fine."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags

    def _tables(
        self, X: Any, y: Any, sample_weight: Any, validation_data: tuple[Any, ...] | None, *, reset: bool
    ) -> tuple[TableRows, TableRows, int]:
        """Return checked training rows, validation rows, and the seed that decides the rest."""
        table = self._table(X, y, sample_weight, reset=reset)
        random = check_random_state(self.random_state)
        seed = int(random.randint(2**31 - 1))
        table = self._set_aside(table.take(np.flatnonzero(table.weight > 0)), random)
        if validation_data is not None:
            return table, self._check_validation(validation_data), seed
        return *table.split(self._validation_rows(len(table)), random), seed

    def _set_aside(self, table: TableRows, random: np.random.RandomState) -> TableRows:
        """Return the rows that may be trained on; estimators of one target may keep others for calibration."""
        return table

    def _after_fit(self) -> None:
        """Settle what needs the finished model."""

    def _check_update(self, new: TableRows) -> None:
        """Raise what keeps a fitted model from learning new rows."""

    def _table(self, X: Any, y: Any, sample_weight: Any, *, reset: bool) -> TableRows:
        """Return checked rows."""
        X = check_features(self, self._as_table(X), reset=reset)
        y_high = check_high_ends(self, y, allowed=self._takes_intervals)
        y = self._check_targets(X, y, reset=reset)
        return TableRows(X, y, check_weights(sample_weight, len(y)), y_high)

    @property
    def _takes_intervals(self) -> bool:
        """Whether targets may be `QualifiedTargets`."""
        return False

    def _check_second_stage(self) -> None:
        """Raise what is wrong with the second stage before any time is spent."""

    def _check_parameters(self) -> None:
        if self.point_estimate not in POINT_ESTIMATES:
            raise ValueError(f"point_estimate must be one of {POINT_ESTIMATES}, but got {self.point_estimate!r}.")
        if not 0 <= self.validation_fraction < 1:
            raise ValueError(f"validation_fraction must lie in [0, 1), but got {self.validation_fraction}.")
        if not isinstance(self.replay_rows, int | np.integer) or self.replay_rows < 0:
            raise ValueError(
                f"replay_rows must be an integer of at least 0, which keeps none, but got {self.replay_rows!r}."
            )
        self._check_recipe()
        get_metric(self.select_by)
        text_reading(self.encoder)
        self._check_second_stage()

    def _check_validation(self, data: tuple[Any, ...]) -> TableRows:
        if not isinstance(data, tuple | list) or len(data) not in (2, 3):
            raise ValueError("validation_data must be (X, y) or (X, y, sample_weight).")
        return self._table(data[0], data[1], data[2] if len(data) == 3 else None, reset=False)

    def _validation_rows(self, n_rows: int) -> int:
        if n_rows < MIN_ROWS_TO_SPLIT or self.validation_fraction == 0:
            return 0
        return min(n_rows - 1, max(1, round(self.validation_fraction * n_rows)))

    def _as_table(self, X: Any) -> Any:
        """Return features as a table, where estimators take something else."""
        return X


def final_classes(kind: type[Any]) -> list[type[Any]]:
    """Return the classes below a class that have none below them."""
    below = kind.__subclasses__()
    return [final for sub in below for final in final_classes(sub)] if below else [kind]
