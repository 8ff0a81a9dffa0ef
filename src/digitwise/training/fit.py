"""The friendly loop: epochs, validation, early stopping, best weights, a log, a checkpoint, a progress bar."""

import os
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from digitwise.training.batches import Rows
from digitwise.training.checkpoint import Progress, load_checkpoint, save_checkpoint
from digitwise.training.network import Network
from digitwise.training.run_log import RunLog
from digitwise.training.settings import TrainingSettings
from digitwise.training.steps import Step, epoch_steps, make_optimizer

Report = Callable[[dict[str, float | int]], None]


@dataclass(frozen=True)
class FitResult:
    """What a run did.

    Parameters
    ----------
    history
        One row of figures per epoch: ``epoch``, ``train_loss``, ``grad_norm``, ``learning_rate``, ``seconds``, the
        objective's own metrics and ``validation_*``.
    best_epoch, best_metric
        The epoch whose weights the network now has, and its value of the selection metric.
    stopped_by
        ``"max_epochs"``, ``"patience"``, ``"time_limit"`` or ``"interrupt"``.
    """

    history: list[dict[str, float | int]]
    best_epoch: int
    best_metric: float
    stopped_by: str


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
        JSON-lines file that gets one row per epoch.
    checkpoint_path
        File that holds the state of the run after each epoch. If it exists, the run continues from it, exactly; it is
        removed when training ends by itself.
    show_progress
        Whether to draw a progress bar (needs a terminal).

    Notes
    -----
    Ctrl-C stops training and keeps the best weights so far, with a warning; before the first epoch has been
    validated there are none, and the interrupt goes through.
    """
    optimizer = make_optimizer(network, settings)
    checkpoint = None if checkpoint_path is None else Path(checkpoint_path)
    log = RunLog(log_path)
    sign = -1.0 if greater_is_better else 1.0
    progress = Progress(0, 0, sign * np.inf, {}, [], 0.0)
    if checkpoint is not None and checkpoint.exists():
        progress = load_checkpoint(checkpoint, network, optimizer, settings)
    before, started = progress.seconds, time.monotonic()
    stopped_by = "max_epochs"
    try:
        with _progress_bar(settings.max_epochs, show_progress) as report:
            while progress.epoch < settings.max_epochs and not (stop := _should_stop(progress, settings)):
                row = _train_epoch(network, optimizer, rows, settings, progress.epoch + 1)
                row |= {f"validation_{name}": value for name, value in validate(network).items()}
                progress.seconds = row["seconds"] = before + time.monotonic() - started
                metric = row[f"validation_{select_by}"]
                if sign * metric < sign * progress.best_metric or not progress.best_weights:
                    progress.best_epoch, progress.best_metric = int(row["epoch"]), metric
                    progress.best_weights = _copy_weights(network)
                progress.epoch += 1
                progress.history.append(row)
                log.write(dict(row))
                if checkpoint is not None:
                    save_checkpoint(checkpoint, network, optimizer, progress, settings)
                report(row)
            else:
                stopped_by = stop if progress.epoch < settings.max_epochs else "max_epochs"
    except KeyboardInterrupt:
        if not progress.best_weights:
            raise
        stopped_by = "interrupt"
        warnings.warn(
            f"Training was interrupted in epoch {progress.epoch + 1}; the weights of epoch "
            f"{progress.best_epoch} are kept.",
            stacklevel=2,
        )
    network.load_state_dict(progress.best_weights)
    network.eval()
    if checkpoint is not None and stopped_by in ("max_epochs", "patience"):
        checkpoint.unlink(missing_ok=True)
    return FitResult(progress.history, progress.best_epoch, progress.best_metric, stopped_by)


def _should_stop(progress: Progress, settings: TrainingSettings) -> str:
    """Return why training should stop now, or an empty string."""
    if settings.patience is not None and progress.epoch - progress.best_epoch >= settings.patience:
        return "patience"
    if settings.time_limit is not None and progress.seconds >= settings.time_limit:
        return "time_limit"
    return ""


def _train_epoch(
    network: Network, optimizer: torch.optim.Optimizer, rows: Rows, settings: TrainingSettings, epoch: int
) -> dict[str, float | int]:
    steps: list[Step] = list(epoch_steps(network, optimizer, rows, settings, epoch))
    weight = torch.tensor([float(step.n_rows) for step in steps])

    def mean(values: list[Tensor]) -> float:
        return float(torch.stack(values).float().cpu() @ weight / weight.sum())

    row = {
        "epoch": epoch,
        "train_loss": mean([step.loss for step in steps]),
        "grad_norm": mean([step.grad_norm for step in steps]),
        "learning_rate": steps[-1].learning_rate,
    }
    return row | {name: mean([step.metrics[name] for step in steps]) for name in steps[0].metrics}


def _copy_weights(network: Network) -> dict[str, Tensor]:
    return {name: value.clone() for name, value in network.state_dict().items()}


@contextmanager
def _progress_bar(max_epochs: int, show: bool) -> Iterator[Report]:
    """Yield a function that shows an epoch's row."""
    if not show:
        yield lambda row: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("epoch {task.completed:.0f}/{task.total:.0f}"),
        BarColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[figures]}"),
    )
    with Progress(*columns) as bar:
        task = bar.add_task("training", total=max_epochs, figures="")

        def report(row: dict[str, float | int]) -> None:
            shown = {k.removeprefix("validation_"): v for k, v in row.items() if k.startswith("validation_")}
            figures = "  ".join(f"{name} {value:.4g}" for name, value in {"loss": row["train_loss"], **shown}.items())
            bar.update(task, completed=row["epoch"], figures=figures)

        yield report
