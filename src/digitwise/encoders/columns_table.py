"""Read any table: NumPy arrays, lists of lists, and data frames.

Frames (pandas, polars, pyarrow) are read through narwhals. Whatever comes in becomes columns
whose cells are of one kind.
"""

from dataclasses import dataclass
from typing import Any, final

import narwhals.stable.v2 as nw
import numpy as np
from narwhals.exceptions import DuplicateError

from digitwise.encoders.columns_cells import (
    TableColumn,
    column_from_array,
    column_from_objects,
)


@final
@dataclass(frozen=True, kw_only=True)
class Table:
    """The columns of a table, and whether their names are its own.

    Parameters
    ----------
    columns
        In the table's order, all of the same length.
    named
        False if the names only count positions, as for arrays.
    """

    columns: tuple[TableColumn, ...]
    named: bool

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.columns[0].values)


def read_table(X: Any) -> Table:
    """Return the columns of an array, a list of lists, or a pandas, polars or pyarrow frame.

    Parameters
    ----------
    X
        ``(row, column)``, at least one of each.

    Raises
    ------
    TypeError
        If cells are neither numbers, booleans, dates, durations nor text, or the frame is lazy or
        sparse.
    ValueError
        If there are not two axes, no rows, no columns, two columns of one name, or complex numbers.

    Examples
    --------
    >>> table = read_table([[1.5, "a"], [None, "b"]])
    >>> [(column.name, column.kind) for column in table.columns]
    [('x0', 'number'), ('x1', 'text')]
    """
    try:
        frame = nw.from_native(X, pass_through=True)
        if isinstance(frame, nw.LazyFrame):
            raise TypeError("X must hold its rows, but is a lazy frame: call collect() on it first.")
        if isinstance(frame, nw.DataFrame):
            names = [str(name) for name in frame.columns]
            _check_shape((len(frame), len(names)))
            repeated = sorted({name for name in names if names.count(name) > 1})
            if repeated:
                raise ValueError(f"Column names must differ, but X repeats {repeated}. Rename them.")
            columns = (_from_series(name, frame[:, i]) for i, name in enumerate(names))
            return Table(columns=tuple(columns), named=True)
    except DuplicateError as error:
        raise ValueError(f"Column names must differ. {error}") from error
    array = _as_array(X)
    columns = (column_from_array(f"x{index}", array[:, index]) for index in range(array.shape[1]))
    return Table(columns=tuple(columns), named=False)


def _as_array(X: Any) -> np.ndarray:
    if hasattr(X, "toarray") and hasattr(X, "nnz"):
        raise TypeError("X must be dense, but is a sparse matrix: pass X.toarray().")
    array = np.asarray(X)
    if array.dtype.kind in "US" and not hasattr(X, "dtype"):
        array = np.array(X, dtype=object)  # a list of numbers and text: keep the numbers
    _check_shape(array.shape)
    return array


def _check_shape(shape: tuple[int, ...]) -> None:
    if len(shape) != 2:
        raise ValueError(
            f"X must have two axes, rows and columns, but has shape {shape}. "
            f"Reshape your data: one row is X.reshape(1, -1), one column is X.reshape(-1, 1)."
        )
    if shape[0] == 0:
        raise ValueError(f"X has 0 sample(s) (shape={shape}) while a minimum of 1 is required.")
    if shape[1] == 0:
        raise ValueError(f"X has 0 feature(s) (shape={shape}) while a minimum of 1 is required.")


def _from_series(name: str, series: nw.Series[Any]) -> TableColumn:
    dtype = series.dtype
    missing = series.is_null().to_numpy().astype(np.bool_)
    if missing.all():
        values = np.full(len(series), np.nan)
        return TableColumn(name=name, kind="number", values=values, missing=missing)
    if dtype.is_numeric():
        values = series.to_numpy()
        if values.dtype.kind not in "iuf" or missing.any():
            values = series.cast(nw.Float64).to_numpy()
        if values.dtype.kind == "f":
            missing = np.isnan(values)
        return TableColumn(name=name, kind="number", values=values, missing=missing)
    if dtype == nw.Boolean:
        values = series.cast(nw.Float64).to_numpy()
        return TableColumn(name=name, kind="boolean", values=values, missing=missing)
    if dtype in (nw.Datetime, nw.Date):
        values = series.dt.timestamp("us").cast(nw.Float64).to_numpy() / 1e6
        return TableColumn(name=name, kind="time", values=values, missing=missing)
    if dtype == nw.Duration:
        values = series.dt.total_microseconds().cast(nw.Float64).to_numpy() / 1e6
        return TableColumn(name=name, kind="duration", values=values, missing=missing)
    is_category = dtype in (nw.Categorical, nw.Enum)
    values = np.fromiter(series.to_list(), dtype=object, count=len(series))
    if dtype == nw.String:
        return TableColumn(name=name, kind="text", values=values, missing=missing)
    return column_from_objects(name, values, is_category=is_category)
