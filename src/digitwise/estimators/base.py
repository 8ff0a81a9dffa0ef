"""What all estimators share: `fit`, and the verbs that read the predicted laws."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal, TypeVar

import numpy as np
import torch
from jaxtyping import Float
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted

from digitwise.codecs.scaling import Scaling
from digitwise.encoders.columns import Columns
from digitwise.encoders.columns_tensors import ColumnTensors
from digitwise.encoders.numeric_embeddings import NumericEmbedding
from digitwise.estimators.encoder_parts import make_encoder
from digitwise.estimators.epochs import numbered_on
from digitwise.estimators.follows_recipe import FollowsRecipe
from digitwise.estimators.hardware import choose_device, cpu_threads
from digitwise.estimators.inputs import check_features, check_high_ends, check_weights
from digitwise.estimators.law_verbs import LawVerbs
from digitwise.estimators.persistence import load_estimator, save_estimator
from digitwise.estimators.reservoir import Reservoir
from digitwise.estimators.shared_parameters import fill_docstring, merge_signature
from digitwise.estimators.table_rows import TableRows
from digitwise.estimators.text_encoders import TextEncoder, text_reading
from digitwise.estimators.updates import UpdateSettings, remembered, update
from digitwise.estimators.validation import check_figure
from digitwise.heads import Head
from digitwise.metrics import get_metric
from digitwise.training import FitResult, Network, Rows, TrainingSettings, fit
from digitwise.training.run_log import Row

Model = TypeVar("Model", bound="DistributionalRegressor")

POINT_ESTIMATES = ("mean", "median", "mode")
MIN_ROWS_TO_SPLIT = 10


class DistributionalRegressor(FollowsRecipe, LawVerbs, RegressorMixin, BaseEstimator, ABC):
    """Table in, law out: an encoder and a head, trained on scaled targets.

    Subclasses say what a target is (`OneTargetRegressor`, or several of them) and which head predicts it.
    """

    _after_epoch: Callable[[Row], None] | None = None
    """What is called after every epoch of any stage; see `digitwise.estimators.epochs.watched_epochs`."""

    _tensors: dict[int, tuple[TableRows, ColumnTensors]] | None = None
    """Rows that the fit under way has transformed, by the identity of their table."""

    history_: list[dict[str, float | int]]

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
    def _fit_target(self, train: TableRows) -> None:
        """Learn scaling and leaves, and settle what depends on them."""

    @abstractmethod
    def _make_head(self, memory_dim: int) -> Head:
        """Return an untrained head for the fitted target."""

    @abstractmethod
    def _saved_target(self) -> dict[str, Any]:
        """Return what `_restore_target` needs of the fitted target: plain values and arrays."""

    @abstractmethod
    def _restore_target(self, saved: dict[str, Any]) -> None:
        """Set what `_fit_target` had set."""

    @abstractmethod
    def _scaled(self, y: Float[np.ndarray, "row ..."]) -> Float[np.ndarray, "row ..."]:
        """Return targets in scaled units."""

    @abstractmethod
    def _figures(self, network: Network, rows: Rows, table: TableRows, names: Sequence[str]) -> dict[str, float | int]:
        """Return the validation metrics of those names."""

    @abstractmethod
    def _target_facts(self, validation: TableRows) -> dict[str, float | int | str]:
        """Set what `fit` tells about the target, and return it for the summary."""

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

    @contextmanager
    def _fitting(self) -> Iterator[None]:
        """Run a fit: on as many threads as asked for, with the rows that it has transformed at hand until it ends."""
        self._tensors = {}
        try:
            with cpu_threads(self.n_jobs):
                yield
        finally:
            self._tensors = None

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

    def _update_stages(
        self, train: TableRows, validation: TableRows, settings: TrainingSettings
    ) -> dict[str, float | int | str]:
        """Train the network on from its present weights, which may win, and return what that did."""
        before = {name: value.clone() for name, value in self.network_.state_dict().items()}
        try:
            result = self._run_stage(
                train,
                validation,
                settings,
                select_by=self.select_by,
                validate_start=True,
                earlier_rows=self.history_,
            )
        except BaseException:
            self.network_.settle_precision()
            self.network_.load_state_dict(before)  # an update that fails leaves the model as it was
            self.network_.eval()
            raise
        start = result.start or {}
        kept = start if result.best_epoch == 0 else result.history[result.best_epoch - 1]
        if result.best_epoch > 0:
            self.best_epoch_ = len(self.history_) + result.best_epoch
        self.history_, self.stopped_by_ = [*self.history_, *result.history], result.stopped_by
        self.n_iter_ = len(self.history_)
        return {
            "epochs": len(result.history),
            "best epoch": result.best_epoch,
            "stopped by": result.stopped_by,
            "seconds": round(result.history[-1]["seconds"], 2) if result.history else 0.0,
            "crps before": float(start["validation_crps"]),
            "crps after": float(kept["validation_crps"]),
        }

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

    def _second_stage(self, train: TableRows, validation: TableRows, seed: int) -> None:
        """Train on after the first stage; most estimators have no more to do."""

    def _fit_stages(self, train: TableRows, validation: TableRows, seed: int) -> None:
        """Train what `_start` has built."""
        self._train(train, validation, seed)
        self._second_stage(train, validation, seed)
        self._after_stages(validation)

    def _after_stages(self, validation: TableRows) -> None:
        """Settle what depends on the trained networks."""

    @property
    def _reads_one_token(self) -> bool:
        """Whether the head looks at one memory token of each row, and not at several."""
        return True

    def _has_second_stage(self, train: TableRows) -> bool:
        return False

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

    def _start(self, train: TableRows, seed: int) -> None:
        """Fit columns and target, and build the network."""
        self.columns_, tensors = Columns.fit_transform(
            train.X,
            categorical=self.categorical,
            text=self.text,
            reading=text_reading(self.encoder),
            random_state=seed,
        )
        self._tensors = {id(train): (train, tensors)}
        self._fit_target(train)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._build_networks()
        self.history_ = []

    def _build_networks(self) -> None:
        """Set the untrained networks for the fitted columns and target."""
        self.network_ = self._make_network()

    def _rebuild_networks(self) -> None:
        """Set untrained networks of the shapes that were saved."""
        self._build_networks()

    def _networks(self) -> dict[str, Network]:
        """Return all networks by name: what is saved."""
        return {"network": self.network_}

    def _make_network(self) -> Network:
        """Return an untrained network for the fitted columns and target."""
        encoder = make_encoder(
            self.columns_,
            self._recipe,
            n_layers=self.n_layers,
            dropout=self.dropout,
            sequence=text_reading(self.encoder).sequence,
            as_one=self._reads_one_token,
        )
        return Network(encoder, self._make_head(encoder.out_dim))

    def _train(self, train: TableRows, validation: TableRows, seed: int) -> None:
        result = self._run_stage(
            train,
            validation,
            self._settings(len(train), seed),
            select_by=self.select_by,
            checkpoint_path=self.checkpoint_path,
            keep_checkpoint=self._has_second_stage(train),
        )
        self.best_epoch_, self.stopped_by_ = len(self.history_) + result.best_epoch, result.stopped_by
        self.history_ = [*self.history_, *result.history]
        self.n_iter_ = len(self.history_)
        self.fit_summary_: dict[str, float | int | str] = {
            "training rows": len(train),
            **({} if train.is_exact.all() else {"share of censored rows": float(1 - train.is_exact.mean())}),
            "validation rows": 0 if validation is train else len(validation),
            "seconds": round(result.history[-1]["seconds"], 2),
            "epochs": len(result.history),
            "best epoch": self.best_epoch_,
            "stopped by": result.stopped_by,
            **self._target_facts(validation),
        }

    def _run_stage(
        self,
        train: TableRows,
        validation: TableRows,
        settings: TrainingSettings,
        *,
        select_by: str,
        also_validate: Sequence[str] = ("crps", "rmse"),
        **options: Any,
    ) -> FitResult:
        """Train the network as it stands; ``options`` are those of `digitwise.training.fit`."""
        device = choose_device(self.device)
        self.network_.float().to(device)
        rows = self._encode(train, len(train) / train.weight.sum()).to(device)
        held_out = self._encode(validation, len(validation) / validation.weight.sum()).to(device)
        names = list(dict.fromkeys([select_by, *also_validate]))
        check_figure(select_by, validation)

        def validate(network: Network) -> dict[str, float | int]:
            network.finish(held_out)
            return self._figures(network, held_out, validation, names)

        result = fit(
            self.network_,
            rows,
            settings,
            validate=validate,
            select_by=select_by,
            greater_is_better=get_metric(select_by).greater_is_better,
            log_path=self.log_path,
            show_progress=self.verbose >= 1,
            on_epoch=numbered_on(self._after_epoch, len(self.history_)),
            **options,
        )
        self.network_.settle_precision()
        return result

    def _encode(self, table: TableRows, weight_scale: float) -> Rows:
        tensors = self._transformed(table)
        z = torch.as_tensor(self._scaled(table.y), dtype=torch.float64)
        weight = torch.as_tensor(table.weight * weight_scale, dtype=torch.float32)
        y = torch.as_tensor(table.y, dtype=torch.float64)
        if table.y_high is None:
            return Rows(tensors.numeric, tensors.categorical, z, weight, y, ids=tensors.ids)
        z_high, y_high = (
            torch.as_tensor(high, dtype=torch.float64) for high in (self._scaled(table.y_high), table.y_high)
        )
        return Rows(tensors.numeric, tensors.categorical, z, weight, y, z_high, y_high, tensors.ids)

    def _transformed(self, table: TableRows) -> ColumnTensors:
        """Return the columns of some rows, transformed once in each fit: texts take their time."""
        if self._tensors is None:
            return self.columns_.transform(table.X)
        tensors = self._remembered(table, self._tensors)
        if tensors is None:
            tensors = self.columns_.transform(table.X)
            self._tensors[id(table)] = table, tensors  # kept alive: its identity is not used again
        return tensors

    def _remembered(self, table: TableRows, known: dict[int, tuple[TableRows, ColumnTensors]]) -> ColumnTensors | None:
        """Return the columns of rows that were transformed, or taken from such; None if they were not."""
        if id(table) in known:
            return known[id(table)][1]
        whole = None if table.taken is None else self._remembered(table.taken.whole, known)
        return None if table.taken is None or whole is None else whole.take(table.taken.rows)

    def _as_table(self, X: Any) -> Any:
        """Return features as a table, where estimators take something else."""
        return X


def final_classes(kind: type[Any]) -> list[type[Any]]:
    """Return the classes below a class that have none below them."""
    below = kind.__subclasses__()
    return [final for sub in below for final in final_classes(sub)] if below else [kind]
