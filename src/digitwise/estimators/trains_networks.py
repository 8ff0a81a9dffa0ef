"""Training and encoding: from checked rows to trained networks, whatever the target is."""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float

from digitwise.encoders.columns import Columns
from digitwise.encoders.columns_tensors import ColumnTensors
from digitwise.encoders.text.guesses import TextTargets
from digitwise.estimators.encoder_parts import make_encoder
from digitwise.estimators.epochs import numbered_on
from digitwise.estimators.follows_recipe import FollowsRecipe
from digitwise.estimators.hardware import choose_device, cpu_threads
from digitwise.estimators.joined_rows import joined_rows
from digitwise.estimators.law_verbs import LawVerbs
from digitwise.estimators.table_rows import TableRows
from digitwise.estimators.text_encoders import text_reading
from digitwise.estimators.validation import check_figure
from digitwise.heads import Head
from digitwise.metrics import get_metric
from digitwise.training import FitResult, Network, Rows, TrainingSettings, fit
from digitwise.training.run_log import Row


class TrainsNetworks(FollowsRecipe, LawVerbs, ABC):
    """What `fit` and `partial_fit` do once rows are checked: columns, target, networks, stages."""

    categorical: Literal["auto"] | Sequence[str | int]
    text: Literal["auto", "all"] | Sequence[str | int]
    select_by: str
    device: str
    log_path: str | os.PathLike[str] | None
    checkpoint_path: str | os.PathLike[str] | None
    verbose: int
    history_: list[dict[str, float | int]]

    _after_epoch: Callable[[Row], None] | None = None
    """What is called after every epoch of any stage; see `digitwise.estimators.epochs.watched_epochs`."""

    _tensors: dict[int, tuple[TableRows, ColumnTensors]] | None = None
    """Rows that the fit under way has transformed, by the identity of their table."""

    @abstractmethod
    def _fit_target(self, train: TableRows) -> None:
        """Learn scaling and leaves, and settle what depends on them."""

    @abstractmethod
    def _make_head(self, memory_dim: int) -> Head:
        """Return an untrained head for the fitted target."""

    @abstractmethod
    def _scaled(self, y: Float[np.ndarray, "row ..."]) -> Float[np.ndarray, "row ..."]:
        """Return targets in scaled units."""

    @abstractmethod
    def _figures(self, network: Network, rows: Rows, table: TableRows, names: Sequence[str]) -> dict[str, float | int]:
        """Return the validation metrics of those names."""

    @abstractmethod
    def _target_facts(self, validation: TableRows) -> dict[str, float | int | str]:
        """Set what `fit` tells about the target, and return it for the summary."""

    @contextmanager
    def _fitting(self) -> Iterator[None]:
        """Run a fit: on as many threads as asked for, with the rows that it has transformed at hand until it ends."""
        self._tensors = {}
        try:
            with cpu_threads(self.n_jobs):
                yield
        finally:
            self._tensors = None

    def _start(self, train: TableRows, seed: int) -> None:
        """Fit target and columns, and build the network."""
        self._fit_target(train)
        self.columns_, tensors = Columns.fit_transform(
            train.X,
            categorical=self.categorical,
            text=self.text,
            reading=text_reading(self.encoder),
            targets=self._text_targets(train),
            random_state=seed,
        )
        self._tensors = {id(train): (train, tensors)}
        self._settle(train)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self._build_networks()
        self.history_ = []

    def _text_targets(self, train: TableRows) -> TextTargets:
        """Return what features of texts may learn to foretell: scaled targets, of intervals the middle or known end."""
        z = self._scaled(train.y)
        if train.y_high is not None:
            ends = np.stack([z, self._scaled(train.y_high)])
            known = np.isfinite(ends)
            z = np.where(known, ends, 0.0).sum(0) / np.where(known.any(0), known.sum(0), np.nan)
        z = z.reshape(len(train), -1)
        return TextTargets(z=np.where(np.isfinite(z), z, np.nan), weight=train.weight)

    def _settle(self, train: TableRows) -> None:
        """Settle what depends on both the fitted target and the fitted columns."""

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

    def _fit_stages(self, train: TableRows, validation: TableRows, seed: int) -> None:
        """Train what `_start` has built."""
        self._train(train, validation, seed)
        self._second_stage(train, validation, seed)
        self._after_stages(validation)

    def _second_stage(self, train: TableRows, validation: TableRows, seed: int) -> None:
        """Train on after the first stage; most estimators have no more to do."""

    def _has_second_stage(self, train: TableRows) -> bool:
        return False

    def _after_stages(self, validation: TableRows) -> None:
        """Settle what depends on the trained networks."""

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

    def _joined(self, tables: Sequence[TableRows]) -> TableRows:
        """Return the rows of some tables, one below the other, with what they were transformed to."""
        whole = joined_rows(tables)
        if self._tensors is not None:
            self._tensors[id(whole)] = whole, ColumnTensors.joined([self._transformed(table) for table in tables])
        return whole

    def _remembered(self, table: TableRows, known: dict[int, tuple[TableRows, ColumnTensors]]) -> ColumnTensors | None:
        """Return the columns of rows that were transformed, or taken from such; None if they were not."""
        if id(table) in known:
            return known[id(table)][1]
        whole = None if table.taken is None else self._remembered(table.taken.whole, known)
        return None if table.taken is None or whole is None else whole.take(table.taken.rows)

    @property
    def _reads_one_token(self) -> bool:
        """Whether the head looks at one memory token of each row, and not at several."""
        return True
