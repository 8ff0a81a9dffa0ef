"""Take the target out of a table, and say in words what is wrong with it."""

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from digitwise.cli.tables import need_pandas


def check_columns(frame: Any, wanted: Sequence[str], path: Path, role: str) -> None:
    """Raise a ValueError, with close matches, unless the table has the columns.

    Parameters
    ----------
    frame
        A pandas frame.
    wanted
        Names of columns.
    path
        Where the frame was read from.
    role
        What the columns are, for the message: "target column", "column to drop:" ...
    """
    names = list(frame.columns)
    absent = [name for name in wanted if name not in names]
    if not absent:
        return
    close = list(dict.fromkeys(match for name in absent for match in close_names(name, names)))
    if len(names) == 1 and any(separator in names[0] for separator in ";\t|"):
        hint = f"It has a single column, {names[0]!r}: its cells must be separated by commas."
    elif close:
        hint = f"Did you mean {' or '.join(map(repr, close))}?"
    else:
        shown = ", ".join(map(repr, names[:20]))
        hint = f"It has {shown}{f' and {len(names) - 20} more' if len(names) > 20 else ''}."
    what = role if len(absent) == 1 else role.replace("column", "columns")
    raise ValueError(f"'{path}' has no {what} {', '.join(map(repr, absent))}. {hint}")


def close_names(name: str, names: Sequence[str]) -> list[str]:
    """Return up to three of the names that look like the given one, whatever their case.

    Examples
    --------
    >>> close_names("price", ["Price", "prize", "rooms"])
    ['Price', 'prize']
    """
    by_folded = {other.casefold(): other for other in names}
    close = difflib.get_close_matches(name.casefold(), by_folded, n=3)
    return [by_folded[match] for match in close]


def split_target(
    frame: Any, target: str, path: Path, *, drop_missing: bool = False
) -> tuple[Any, Float[np.ndarray, " row"]]:
    """Return the features and the target of a table.

    Parameters
    ----------
    frame
        A pandas frame.
    target
        Name of the column to predict.
    path
        Where the frame was read from.
    drop_missing
        Whether rows without a target are left out.

    Raises
    ------
    ValueError
        If there is no such column, it is the only one, or it holds something else than finite
        numbers.
    """
    check_columns(frame, [target], path, "target column")
    if len(frame.columns) == 1:
        raise ValueError(f"'{path}' has no column besides the target {target!r}: nothing to learn from.")
    column = frame[target]
    missing = column.isna().to_numpy()
    y = _as_numbers(column, missing, target, path)
    if missing.all():
        raise ValueError(f"The target {target!r} in '{path}' is missing in every row.")
    if missing.any() and not drop_missing:
        raise ValueError(
            f"The target {target!r} in '{path}' is missing in {missing.sum():,} of {len(y):,} "
            "rows. Leave these out with --drop-missing-target."
        )
    infinite = np.isinf(y)
    if infinite.any():
        raise ValueError(
            f"The target {target!r} must be finite, but data row {int(infinite.argmax()) + 1:,} of "
            f"'{path}' holds an infinite number."
        )
    features = frame.drop(columns=[target])
    return features[~missing].reset_index(drop=True), y[~missing]


def _as_numbers(column: Any, missing: np.ndarray, target: str, path: Path) -> Float[np.ndarray, " row"]:
    """Return a column as float64, NaN where missing, or name the first cell that is no number."""
    pandas = need_pandas()
    types = pandas.api.types
    if types.is_numeric_dtype(column.dtype) and not types.is_bool_dtype(column.dtype):
        return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan))
    if types.is_datetime64_any_dtype(column.dtype) or types.is_bool_dtype(column.dtype):
        wrong = ~missing
        y = np.full(len(column), np.nan)
    else:
        text = column.astype(object).map(str, na_action="ignore")
        y = pandas.to_numeric(text, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
        wrong = np.isnan(y) & ~missing
    if wrong.any():
        row = int(wrong.argmax())
        raise ValueError(
            f"The target {target!r} must hold numbers, but data row {row + 1:,} of '{path}' holds "
            f"{str(column.iloc[row])!r} ({wrong.sum():,} of {len(column):,} rows are not numbers)."
        )
    return y
