"""``digitwise train``: fit a model to a table and save it."""

import sys
from pathlib import Path
from typing import Any, Literal

from digitwise.cli.console import figure, print_facts, say
from digitwise.cli.options import (
    Column,
    ColumnList,
    DataFile,
    Epochs,
    Flag,
    Name,
    NewFolder,
    OptionalFile,
    OptionalName,
    OptionalSeconds,
)
from digitwise.cli.training_data import read_training_data
from digitwise.cli.writing import check_can_save, check_can_write
from digitwise.estimators import (
    DecodingRegressor,
    DistributionalRegressor,
    HistogramRegressor,
    MixtureDensityRegressor,
    PointwiseRegressor,
    QuantileRegressor,
    TextDecodingRegressor,
)

EstimatorName = Literal["decoding", "text", "pointwise", "histogram", "mixture_density", "quantile"]
ESTIMATORS: dict[EstimatorName, type[DistributionalRegressor]] = {
    "decoding": DecodingRegressor,
    "text": TextDecodingRegressor,
    "pointwise": PointwiseRegressor,
    "histogram": HistogramRegressor,
    "mixture_density": MixtureDensityRegressor,
    "quantile": QuantileRegressor,
}


def train(
    data: DataFile,
    /,
    *,
    target: Column,
    out: NewFolder,
    estimator: EstimatorName = "decoding",
    preset: Literal["fast", "default", "best", "plain"] = "default",
    seed: int = 0,
    max_epochs: Epochs = None,
    time_limit: OptionalSeconds = None,
    scaling: OptionalName = None,
    select_by: Name = "crps",
    objective: OptionalName = None,
    finetune: OptionalName = None,
    decoder: OptionalName = None,
    model: OptionalName = None,
    drop: ColumnList = (),
    categorical: ColumnList = (),
    text: ColumnList = (),
    encoder: OptionalName = None,
    drop_missing_target: Flag = False,
    validation_data: OptionalFile = None,
    checkpoint: OptionalFile = None,
    log: OptionalFile = None,
) -> None:
    """Fit a model to a table, and save it.

    Numbers, text, dates and missing cells are used as they are. Ctrl-C keeps the best epoch so far.

    Parameters
    ----------
    data
        Table to learn from: CSV (also .csv.gz) or Parquet.
    target
        Column to predict. All others are features, but for those to drop.
    out
        Folder of the model: new, empty, or a saved model to replace.
    estimator
        Kind of model: the digit decoder, the same for texts (all columns of strings are read), or a baseline with the
        same encoder.
    preset
        What the rest defaults to: fast (boosted digits, seconds), default, best (five models, each without a fifth of
        the rows) or plain (a single plain network).
    seed
        Of everything random. The same seed and data give the same model.
    max_epochs
        Passes over the rows at the most.
    time_limit
        Stop after so many seconds, at the end of an epoch.
    scaling
        How the target becomes digits: auto (the decoder's default), affine, log, symlog, quantile.
    select_by
        Validation figure that chooses the best epoch: crps, rmse, mae, nll ...
    objective
        What the decoder minimises: smoothed_cross_entropy (default), cross_entropy, crps, raft ...
    finetune
        Second stage of the decoder, on whole numbers: auto (default), none, crps, raft, remax, grpo, genre2, dar ...
    decoder
        What predicts the next digit: tree (default) or transformer.
    model
        What writes the digits: network, boosted, mixed, or auto (default).
    drop
        Columns to leave out, such as row numbers.
    categorical
        Columns of numbers that are names, such as postal codes.
    text
        Columns to read as text, in the place of those that look like it.
    encoder
        How texts are read: auto (default), ngram, smiles, hf:FOLDER, transformer, smiles_transformer.
    drop_missing_target
        Leave out rows whose target is missing, instead of stopping.
    validation_data
        Table that chooses the best epoch, instead of a fifth of the rows.
    checkpoint
        File for the state of the training: after a crash, the same command goes on from it.
    log
        JSON-lines file that gets one row per epoch.

    Raises
    ------
    ValueError
        If the data or an option cannot be used.
    OSError
        If a file cannot be read or written.
    """
    check_can_save(out)
    for path in filter(None, (checkpoint, log)):
        check_can_write(path)
    model = _make_model(
        estimator,
        {"objective": objective, "finetune": finetune, "decoder": decoder, "model": model, "encoder": encoder},
        preset=preset,
        text=list(text) or None,
        scaling=scaling,
        select_by=select_by,
        max_epochs=max_epochs,
        time_limit=time_limit,
        random_state=seed,
        checkpoint_path=None if checkpoint is None else str(checkpoint),
        log_path=None if log is None else str(log),
        verbose=int(sys.stdout.isatty()),
    )
    X, y, validation = read_training_data(
        data,
        target,
        drop=drop,
        categorical=categorical,
        drop_missing=drop_missing_target,
        validation_data=validation_data,
    )
    model.fit(X, y, validation_data=validation)
    model.save(out)
    _tell(model, out, checkpoint)


def _make_model(name: EstimatorName, own: dict[str, str | None], **shared: Any) -> DistributionalRegressor:
    """Return an unfitted estimator; options that are None stay at its defaults."""
    kind = ESTIMATORS[name]
    given = {option: value for option, value in (own | shared).items() if value is not None}
    unknown = [option for option in given if option not in kind().get_params()]
    if unknown:
        raise ValueError(f"--{unknown[0]} is an option of --estimator decoding and text, not of {name}.")
    return kind(**given)


def _tell(model: DistributionalRegressor, out: Path, checkpoint: Path | None) -> None:
    """Print what was learnt and where it is."""
    facts = dict(model.fit_summary_)
    best = model.history_[model.best_epoch_ - 1]
    n_held_out = int(facts["validation rows"])
    chosen_on = "validation" if n_held_out else "training"
    stopped = {
        "max_epochs": "all done",
        "patience": "no more progress",
        "time_limit": "time limit",
        "budget": "calibration budget spent",
    }
    why = stopped.get(model.stopped_by_, "interrupted")
    rows = f"{facts['training rows']:,} for training, {n_held_out:,} for validation"
    print_facts(
        f"{type(model).__name__}, saved to {out}",
        [
            ("rows", rows),
            ("scaling", model.scaling_reason_),
            ("epochs", f"{model.n_iter_} ({why}); the best was {model.best_epoch_}"),
            ("seconds", f"{float(facts['seconds']):.1f}"),
            *(
                (f"{chosen_on} {name.removeprefix('validation_')}", figure(value))
                for name, value in best.items()
                if name.startswith("validation_")
            ),
            *_told_of_finetuning(getattr(model, "finetune_summary_", None), chosen_on),
            (f"outside the range ({chosen_on})", f"{model.saturation_rate_:.1%} of targets"),
        ],
    )
    if model.stopped_by_ == "interrupt":
        say(f"\nTraining was interrupted; the model of epoch {model.best_epoch_} is saved.")
        if checkpoint is not None:
            say("The same command goes on from the checkpoint.")


def _told_of_finetuning(summary: dict[str, Any] | None, chosen_on: str) -> list[tuple[str, str]]:
    """Return what a second stage did to the law, figure by figure."""
    if summary is None:
        return []
    changes = [
        (f"{chosen_on} {name}, fine-tuned", f"{figure(summary[f'{name} before'])} → {figure(summary[f'{name} after'])}")
        for name in ("rmse", "crps", "coverage_90")
    ]
    return [("fine-tuned with", f"{summary['objective']}; kept epoch {summary['best epoch']}"), *changes]
