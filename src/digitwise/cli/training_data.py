"""Read what a command learns from: features, target, and a table to validate on."""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from digitwise.cli.tables import read_table, text_names
from digitwise.cli.targets import check_columns, split_target

HeldOut = tuple[Any, Float[np.ndarray, " held_out_row"]]


def read_training_data(
    data: Path,
    target: str,
    *,
    drop: Sequence[str],
    categorical: Sequence[str],
    drop_missing: bool,
    validation_data: Path | None,
) -> tuple[Any, Float[np.ndarray, " row"], HeldOut | None]:
    """Return features and target of a table, and those of the validation table if there is one.

    Warns of text columns that only name the rows.

    Parameters
    ----------
    data
        Table to learn from.
    target
        Column to predict.
    drop, categorical
        Columns to leave out, and columns of numbers that are names.
    drop_missing
        Whether rows without a target are left out.
    validation_data
        Table with the same columns, or None.

    Raises
    ------
    ValueError
        If a table cannot be used, or lacks columns.
    OSError
        If a file cannot be read.
    """
    frame = read_table(data, text_columns=categorical)
    check_columns(frame, categorical, data, "categorical column")
    check_columns(frame, drop, data, "column to drop:")
    frame = frame.drop(columns=list(drop))
    X, y = split_target(frame, target, data, drop_missing=drop_missing)
    _warn_of_row_names(X)
    if validation_data is None:
        return X, y, None
    held_out = read_table(validation_data, text_columns=text_names(X))
    check_columns(held_out, list(X.columns), validation_data, "column of the training data:")
    held_out = held_out[[*X.columns, *([target] if target in held_out.columns else [])]]
    return X, y, split_target(held_out, target, validation_data, drop_missing=drop_missing)


def _warn_of_row_names(X: Any) -> None:
    for name in sorted(text_names(X)):
        if len(X) >= 20 and X[name].nunique() == len(X):
            warnings.warn(
                f"The text column {name!r} is different in every row. If it only names the rows, "
                f"leave it out with --drop.",
                stacklevel=2,
            )
