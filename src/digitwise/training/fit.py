"""The friendly loop: epochs, validation, early stopping, best weights, a log, a checkpoint, a progress bar."""

import math
import os
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from digitwise.training.batches import Rows
from digitwise.training.checkpoint import Best, Progress, load_checkpoint, save_checkpoint, task_of
from digitwise.training.epoch import train_epoch
from digitwise.training.network import Network
from digitwise.training.progress_bar import progress_bar
from digitwise.training.run_log import Row, RunLog
from digitwise.training.settings import TrainingSettings
from digitwise.training.steps import make_optimizer
from digitwise.training.watch import Watch


@dataclass(frozen=True)
class FitResult:
    """What a run did.

    Parameters
    ----------
    history
        One row of figures per epoch: ``epoch`` (from 1), ``train_loss`` and ``grad_norm`` (means over the epoch's
        rows, the norm before clipping), ``learning_rate`` (of the last step), the objective's own metrics (means
        too), ``validation_*`` and ``seconds`` (since the start of the run).
    best_epoch, best_metric
        The epoch whose weights the network now has, and its value of the selection metric; 0 is the start.
    stopped_by
        ``"max_epochs"``, ``"patience"``, ``"time_limit"``, ``"watch"`` or ``"interrupt"``.
    start
        ``validation_*`` before the first epoch, where that was asked for.
    """

    history: list[dict[str, float | int]]
    best_epoch: int
    best_metric: float
    stopped_by: str
    start: dict[str, float | int] | None = None


def fit(
    network: Network,
    rows: Rows,
    settings: TrainingSettings,
    *,
    validate: Callable[[Network], dict[str, float | int]],
    select_by: str,
    greater_is_better: bool = False,
    log_path: str | os.PathLike[str] | None = None,
    checkpoint_path: str | os.PathLike[str] | None = None,
    show_progress: bool = False,
    validate_start: bool = False,
    keep_start: bool = True,
    reference: Network | None = None,
    watch: Watch | None = None,
    earlier_rows: Sequence[Row] = (),
    keep_checkpoint: bool = False,
    on_epoch: Callable[[Row], None] | None = None,
) -> FitResult:
    """Train a network, and leave it with the weights of its best epoch, in eval mode.

    Parameters
    ----------
    network
        Trained in place.
    rows
        Training rows, on the network's device.
    settings
        How to train.
    validate
        Returns the validation figures of the network; called after every epoch.
    select_by, greater_is_better
        The figure that chooses the best epoch, and its direction.
    log_path
        JSON-lines file that holds one row per epoch, the figures of `FitResult.history` (NaN and infinity as null).
        It starts afresh with the run, unless the run is resumed from a checkpoint: then its rows so far come first.
    checkpoint_path
        File that holds the state of the run after each epoch. If it exists, the run continues from it, exactly; it is
        removed when training ends by itself.
    show_progress
        Whether to draw a progress bar (needs a terminal).
    validate_start, keep_start
        Whether to validate before the first epoch, and whether the weights that training starts from may then win.
    reference
        A frozen network that the loss may refer to.
    watch
        Says which epochs may be kept, may end training and may change the objective; needs ``validate_start`` and
        ``keep_start``.
    earlier_rows
        Rows of an earlier stage, which the log begins with.
    keep_checkpoint
        Whether to leave the checkpoint in place when training ends by itself, because another stage follows.
    on_epoch
        Called with the row of figures at the end of every epoch. What it raises ends training there and then, and goes
        through.

    Raises
    ------
    ValueError
        If ``validate`` does not return the figure that ``select_by`` names, the checkpoint belongs to another run, or
        there is a watch without a start to fall back on.
    FloatingPointError
        If the loss or its gradient is not finite.

    Notes
    -----
    An epoch whose metric is NaN is never better than one that has a number.

    Ctrl-C stops training and keeps the best weights so far, with a warning; before the first epoch has been
    validated there are none, and the interrupt goes through.
    """
    if watch is not None and not (validate_start and keep_start):
        raise ValueError("A watch may admit no epoch at all: it needs validate_start and keep_start.")
    optimizer = make_optimizer(network, settings)
    checkpoint = None if checkpoint_path is None else Path(checkpoint_path)
    progress, task = Progress(), task_of(network)
    if checkpoint is not None and checkpoint.exists():
        progress = load_checkpoint(checkpoint, network, optimizer, rows, settings, task)
    log = RunLog(log_path, [*earlier_rows, *progress.history])
    started = time.monotonic() - progress.seconds
    if validate_start and progress.start is None:
        progress.start = {f"validation_{name}": value for name, value in validate(network).items()}
        if keep_start:
            progress.best = Best(0, _selected(progress.start, select_by), _copy_weights(network))
    start = progress.start or {}
    try:
        with progress_bar(settings.max_epochs, show_progress) as report:
            while not (stopped_by := _reason_to_stop(progress, settings, watch)):
                if watch is not None:
                    watch.prepare(network, start, progress.history)
                row = train_epoch(network, optimizer, rows, settings, progress.epoch + 1, reference)
                row |= {f"validation_{name}": value for name, value in validate(network).items()}
                row["seconds"] = time.monotonic() - started
                metric = _selected(row, select_by)
                progress.history.append(row)  # before the weights: whoever has weights has a row
                admitted = watch is None or watch.admits(start, row)
                if admitted and _is_better(metric, progress.best, greater_is_better):
                    progress.best = Best(progress.epoch, metric, _copy_weights(network))
                log.write(row)
                if checkpoint is not None:
                    save_checkpoint(checkpoint, network, optimizer, rows, settings, progress, task)
                report(row)
                if on_epoch is not None:
                    on_epoch(row)
    except KeyboardInterrupt:
        if progress.best is None:
            raise
        stopped_by = "interrupt"
        warnings.warn(
            f"Training was interrupted in epoch {progress.epoch + 1}; the weights of epoch "
            f"{progress.best.epoch} are kept.",
            stacklevel=2,
        )
    best = progress.best
    assert best is not None  # at least one epoch is done
    if math.isnan(best.metric):
        warnings.warn(
            f"The validation metric {select_by!r} was NaN in every epoch, so the weights of the last one are kept. "
            f"Choose another select_by.",
            stacklevel=2,
        )
    network.load_state_dict(best.weights)
    network.eval()
    if checkpoint is not None and stopped_by in ("max_epochs", "patience", "watch") and not keep_checkpoint:
        checkpoint.unlink(missing_ok=True)
    return FitResult(progress.history, best.epoch, best.metric, stopped_by, progress.start)


def _reason_to_stop(progress: Progress, settings: TrainingSettings, watch: Watch | None) -> str:
    """Return why training should stop now, or an empty string."""
    if watch is not None and progress.history and watch.stops(progress.start or {}, progress.history):
        return "watch"
    if progress.epoch >= settings.max_epochs:
        return "max_epochs"
    if settings.patience is not None and progress.best and progress.epoch - progress.best.epoch >= settings.patience:
        return "patience"
    if settings.time_limit is not None and progress.seconds >= settings.time_limit:
        return "time_limit"
    return ""


def _selected(row: dict[str, float | int], select_by: str) -> float:
    name = f"validation_{select_by}"
    if name not in row:
        known = ", ".join(key.removeprefix("validation_") for key in row if key.startswith("validation_"))
        raise ValueError(f"select_by must name a figure that validate returns ({known}), but got {select_by!r}.")
    return float(row[name])


def _is_better(metric: float, best: Best | None, greater_is_better: bool) -> bool:
    """Return whether a metric beats the best so far: anything beats nothing or NaN, and NaN beats no number."""
    if best is None or math.isnan(best.metric):
        return True
    return metric > best.metric if greater_is_better else metric < best.metric


def _copy_weights(network: Network) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in network.state_dict().items()}
