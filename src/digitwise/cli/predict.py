"""``digitwise predict``: a table in, the same rows with predictions out."""

import sys
from typing import Any

import numpy as np

from digitwise.cli.options import (
    ColumnList,
    DataFile,
    Levels,
    ModelFolder,
    NewFile,
    OptionalShare,
)
from digitwise.cli.saved import features_for, load_model, read_for
from digitwise.cli.targets import check_columns
from digitwise.cli.writing import STDOUT, check_can_write, check_result_name, write_table
from digitwise.estimators import DistributionalRegressor


def predict(
    model: ModelFolder,
    data: DataFile,
    /,
    *,
    out: NewFile,
    quantiles: Levels = (),
    interval: OptionalShare = None,
    columns_to_keep: ColumnList = (),
) -> None:
    """Predict the rows of a table.

    Columns that the model does not know are left out.

    Parameters
    ----------
    model
        Folder that digitwise train wrote.
    data
        Table with the model's columns, in any order: CSV (also .csv.gz) or Parquet.
    out
        File for the predictions: .csv, .csv.gz or .parquet; - prints CSV.
    quantiles
        Levels from 0 to 1, such as 0.05 0.5 0.95: one more column each.
    interval
        Share of cases to cover, such as 0.9: two more columns, low and high.
    columns_to_keep
        Columns of the data to copy before the predictions, such as a row's name.

    Raises
    ------
    ValueError
        If the data, the model or an option cannot be used.
    OSError
        If a file cannot be read or written.
    """
    check_result_name(out)
    if out != STDOUT:
        check_can_write(out)
    wrong = [level for level in quantiles if not 0 <= level <= 1]
    if wrong:
        raise ValueError(f"--quantiles must be levels from 0 to 1, but got {wrong[0]:g}.")
    if interval is not None and not 0 < interval < 1:
        raise ValueError(f"--interval must lie between 0 and 1, such as 0.9, but got {interval:g}.")
    fitted = load_model(model)
    frame = read_for(fitted, data)
    check_columns(frame, columns_to_keep, data, "column to keep:")
    kept = frame[list(columns_to_keep)]
    named = hasattr(fitted, "feature_names_in_")
    X = features_for(fitted, frame if named else frame.drop(columns=list(columns_to_keep)), data)
    columns = _predictions(fitted, X, quantiles, interval)
    repeated = [name for name in kept.columns if name in columns]
    if repeated:
        raise ValueError(
            f"The column to keep {repeated[0]!r} has the name of a column of predictions. Rename it in the data."
        )
    write_table(kept.assign(**columns), out)
    if out != STDOUT:
        print(f"Wrote {len(frame):,} rows to {out}.", file=sys.stderr)


def _predictions(
    model: DistributionalRegressor, X: Any, quantiles: tuple[float, ...], interval: float | None
) -> dict[str, np.ndarray]:
    columns = {"prediction": model.predict(X)}
    if quantiles:
        levels = list(dict.fromkeys(quantiles))
        values = model.predict_quantiles(X, levels)
        columns |= {f"quantile_{level:g}": values[:, i] for i, level in enumerate(levels)}
    if interval is not None:
        ends = model.predict_interval(X, coverage=interval)
        percent = f"{100 * interval:g}"
        columns |= {f"low_{percent}": ends[:, 0], f"high_{percent}": ends[:, 1]}
    return columns
