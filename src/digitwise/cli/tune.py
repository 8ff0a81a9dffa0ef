"""``digitwise tune``: search for the parameters of a model, and save the best."""

import sys
from typing import Any

from digitwise.cli.console import figure, print_facts, print_table, say
from digitwise.cli.options import (
    Column,
    ColumnList,
    DataFile,
    Flag,
    Name,
    NewFolder,
    OptionalFile,
    OptionalSeconds,
    Settings,
)
from digitwise.cli.settings import read_settings
from digitwise.cli.train import ESTIMATORS, EstimatorName
from digitwise.cli.training_data import read_training_data
from digitwise.cli.writing import check_can_save, check_can_write
from digitwise.tuning import TuningResult, default_space
from digitwise.tuning import tune as search
from digitwise.tuning.result import ranked

SHOWN_TRIALS = 5
OPTIONS = {"select_by": "--select-by", "random_state": "--seed", "verbose": "the terminal's own progress bar"}


def tune(
    data: DataFile,
    /,
    *,
    target: Column,
    out: NewFolder,
    trials: int = 50,
    time_budget: OptionalSeconds = None,
    storage: OptionalFile = None,
    estimator: EstimatorName = "decoding",
    set: Settings = (),
    seed: int = 0,
    select_by: Name = "crps",
    drop: ColumnList = (),
    categorical: ColumnList = (),
    drop_missing_target: Flag = False,
    validation_data: OptionalFile = None,
) -> None:
    """Search for a model's parameters on a table, and save the best model.

    Searched are the encoder's width, depth and dropout, learning rate, weight decay, batch size.

    The first trial takes the defaults. Ctrl-C keeps the best so far. Needs the extra "tune".

    Parameters
    ----------
    data
        Table to learn from: CSV (also .csv.gz) or Parquet.
    target
        Column to predict. All others are features, but for those to drop.
    out
        Folder of the model: new, empty, or a saved model to replace.
    trials
        How many models to train, those of earlier runs with the same storage included.
    time_budget
        Begin no trial after so many seconds; the last one gets the time that is left.
    storage
        File that keeps the search: the same command goes on from it. SQLite if it ends in .db.
    estimator
        Kind of model: the digit decoder, or a baseline with the same encoder.
    set
        Parameters of the model to set instead of searching, such as max_epochs=50 finetune=none.
    seed
        Of everything random. The same seed and data give the same search.
    select_by
        Validation figure to improve: crps, rmse, mae, nll ...
    drop
        Columns to leave out, such as row numbers.
    categorical
        Columns of numbers that are names, such as postal codes.
    drop_missing_target
        Leave out rows whose target is missing, instead of stopping.
    validation_data
        Table that scores the trials, instead of a fifth of the rows.

    Raises
    ------
    ValueError
        If the data or an option cannot be used.
    OSError
        If a file cannot be read or written.
    """
    check_can_save(out)
    if storage is not None:
        check_can_write(storage)
    model = ESTIMATORS[estimator]()
    settings = read_settings(set, model, OPTIONS)
    model.set_params(**settings, select_by=select_by, random_state=seed)
    X, y, validation = read_training_data(
        data,
        target,
        drop=drop,
        categorical=categorical,
        drop_missing=drop_missing_target,
        validation_data=validation_data,
    )
    result = search(
        X,
        y,
        estimator=model,
        space=default_space(model, fixed=tuple(settings)),
        n_trials=trials,
        time_budget=time_budget,
        validation_data=validation,
        storage=storage,
        random_state=seed,
        verbose=int(sys.stdout.isatty()),
    )
    result.best_estimator.save(out)
    _tell_trials(result)
    say("")
    _tell_best(result, f"{type(result.best_estimator).__name__}, saved to {out}")


def _tell_trials(result: TuningResult) -> None:
    """Print the best trials, and the defaults wherever they came."""
    order = ranked(result.trials, result.select_by)
    shown = [trial for place, trial in enumerate(order) if place < SHOWN_TRIALS or trial.is_own_settings]
    counts = [(state, sum(trial.state == state for trial in result.trials)) for state in ("pruned", "failed")]
    rest = "".join(f", {count} {state}" for state, count in counts if count)
    n_trials = len(result.trials)
    print_table(
        f"the best of {n_trials} trial{'' if n_trials == 1 else 's'}{rest}",
        ["trial", result.select_by, "epochs", "parameters"],
        [
            [
                f"{trial.number}{' (defaults)' if trial.is_own_settings else ''}",
                figure(trial.value),
                str(trial.epochs),
                _settings(trial.params),
            ]
            for trial in shown
        ],
        numbers_from=4,
    )


def _settings(params: dict[str, Any]) -> str:
    return ", ".join(f"{name}={_setting(value)}" for name, value in params.items())


def _setting(value: Any) -> str:
    return figure(value) if isinstance(value, float) else str(value)


def _tell_best(result: TuningResult, title: str) -> None:
    """Print where the model is, its settings, and what they gained."""
    model = result.best_estimator
    own = "failed" if result.own_value is None else figure(result.own_value)
    n_held_out = model.fit_summary_["validation rows"]
    print_facts(
        title,
        [
            ("rows", f"{model.fit_summary_['training rows']:,} for training, {n_held_out:,} for validation"),
            (f"validation {result.select_by}, defaults", own),
            (f"validation {result.select_by}, best", figure(result.best_value)),
            ("best parameters", _settings(result.best_params)),
            ("epochs", f"{model.n_iter_}; the best was {model.best_epoch_}"),
        ],
    )
