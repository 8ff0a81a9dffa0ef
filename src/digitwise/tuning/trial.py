"""One trial: train with some settings, report every epoch, give up where it is hopeless."""

import math
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from digitwise.estimators import DistributionalRegressor
from digitwise.estimators.epochs import watched_epochs
from digitwise.metrics import get_metric
from digitwise.training.run_log import Row
from digitwise.tuning.package import optuna_package
from digitwise.tuning.space import Space
from digitwise.tuning.study import CUT_OFF, OWN_SETTINGS

if TYPE_CHECKING:
    import optuna

EPOCHS, SECONDS, REASON = "epochs", "seconds", "reason"
Fit = Callable[[DistributionalRegressor], object]


@dataclass(frozen=True)
class Trial:
    """What became of one trial.

    Parameters
    ----------
    number
        Its number in the study.
    state
        ``"complete"``, ``"pruned"`` or ``"failed"``.
    params
        What was searched, by name.
    value
        Validation metric of the model, or the best of the epochs before it was given up; NaN if there is none.
    epochs, seconds
        How long it trained.
    is_own_settings
        Whether it is the estimator as it was handed in.
    reason
        What a failed trial ended with; else why training stopped.
    """

    number: int
    state: str
    params: dict[str, Any]
    value: float
    epochs: int
    seconds: float
    is_own_settings: bool
    reason: str


def run_trial(
    study: "optuna.Study", trial: "optuna.Trial", model: DistributionalRegressor, fit: Fit, select_by: str
) -> float | None:
    """Train a model and tell the study; return its validation metric, None if the trial was pruned or failed.

    Parameters
    ----------
    study, trial
        Of Optuna; the trial is under way.
    model
        Unfitted, with the trial's settings.
    fit
        Trains it.
    select_by
        Validation metric.

    Raises
    ------
    KeyboardInterrupt
        If training was interrupted; the trial is then marked as cut off.
    ValueError, TypeError
        If the estimator's own settings or the data are refused: then no other trial would fare better.
    """
    state = optuna_package().trial.TrialState
    reports = _Reports(trial, select_by)
    started = time.monotonic()
    try:
        with watched_epochs(model, reports), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Training was interrupted")  # the weights are not kept
            fit(model)
        if model.stopped_by_ == "interrupt":
            raise KeyboardInterrupt
        value = validation_figure(model, select_by)
        if math.isnan(value):
            raise FloatingPointError(f"The validation metric {select_by!r} is NaN.")
    except optuna_package().TrialPruned:
        outcome: tuple[Any, float | None, str] = (state.PRUNED, reports.best, "pruned")
    except (ArithmeticError, MemoryError, torch.OutOfMemoryError, ValueError, TypeError) as error:
        is_refused = isinstance(error, ValueError | TypeError) and OWN_SETTINGS in trial.user_attrs
        if is_refused:
            _cut_off(study, trial)
            raise
        outcome = (state.FAIL, None, f"{type(error).__name__}: {error}")
    except BaseException:
        _cut_off(study, trial)
        raise
    else:
        outcome = (state.COMPLETE, value, model.stopped_by_)
    trial.set_user_attr(EPOCHS, reports.epochs)
    trial.set_user_attr(SECONDS, time.monotonic() - started)
    trial.set_user_attr(REASON, outcome[2])
    study.tell(trial, outcome[1] if outcome[0] == state.COMPLETE else None, state=outcome[0])
    return outcome[1] if outcome[0] == state.COMPLETE else None


def validation_figure(model: DistributionalRegressor, name: str) -> float:
    """Return a validation metric of the weights that a fitted model has kept."""
    return float(model.history_[model.best_epoch_ - 1][f"validation_{name}"])


def recorded(trial: "optuna.trial.FrozenTrial", space: Space) -> Trial:
    """Return what became of a finished trial of a study."""
    states = {"COMPLETE": "complete", "PRUNED": "pruned", "FAIL": "failed"}
    attrs = trial.user_attrs
    return Trial(
        number=trial.number,
        state=states[trial.state.name],
        params={name: space[name].restored(stored) for name, stored in trial.params.items()},
        value=math.nan if trial.value is None else float(trial.value),
        epochs=int(attrs.get(EPOCHS, 0)),
        seconds=float(attrs.get(SECONDS, 0.0)),
        is_own_settings=OWN_SETTINGS in attrs,
        reason=str(attrs.get(REASON, "")),
    )


class _Reports:
    """Tells the study the best metric so far after each epoch, and ends the trial where the study gives it up."""

    def __init__(self, trial: "optuna.Trial", select_by: str) -> None:
        self.trial = trial
        self.key = f"validation_{select_by}"
        self.greater_is_better = get_metric(select_by).greater_is_better
        self.may_be_pruned = OWN_SETTINGS not in trial.user_attrs
        self.best: float | None = None
        self.epochs = 0

    def __call__(self, row: Row) -> None:
        self.epochs = int(row["epoch"])
        metric = float(row[self.key])
        if math.isnan(metric):
            return
        better = max if self.greater_is_better else min
        self.best = metric if self.best is None else better(self.best, metric)
        self.trial.report(self.best, self.epochs)
        if self.may_be_pruned and self.trial.should_prune():
            raise optuna_package().TrialPruned


def _cut_off(study: "optuna.Study", trial: "optuna.Trial") -> None:
    trial.set_user_attr(CUT_OFF, True)
    study.tell(trial, state=optuna_package().trial.TrialState.FAIL)
