"""One column of a table, and what its cells are.

Types decide, never the look of the values: a column of numeric strings is text. The cells of
object arrays are told apart by their Python types.
"""

import datetime
import numbers
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, cast, final

import numpy as np
from jaxtyping import Bool, Float

Kind = Literal["number", "boolean", "time", "duration", "text", "mixed"]

CELL_KINDS = ("missing", "number", "boolean", "time", "duration", "text", "complex", "other")


@final
@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """One column of a table, on its way to tensors.

    Parameters
    ----------
    name
        Name of the column; ``x0``, ``x1`` ... where the table has none.
    kind
        What the cells are. Times (dates, date-times) are seconds since 1970-01-01 UTC and
        durations are seconds, both to the microsecond. "mixed" is text and numbers in one column.
    is_category
        Whether the table itself calls the column categorical.
    values
        The cells, ``(row,)``: numbers, or Python objects. Missing cells hold anything.
    missing
        Which cells are missing, ``(row,)``: None, NaN, NaT, NA.
    """

    name: str
    kind: Kind
    is_category: bool = False
    values: np.ndarray
    missing: Bool[np.ndarray, " row"]

    def numbers(self) -> Float[np.ndarray, " row"]:
        """Return the cells as float64, NaN where missing; not for text.

        Raises
        ------
        ValueError
            If a cell is infinite.
        """
        if self.missing.any():
            cells = np.full(len(self.values), np.nan)
            cells[~self.missing] = self.values[~self.missing].astype(np.float64)
        else:
            cells = self.values.astype(np.float64)
        if np.isinf(cells).any():
            raise ValueError(
                f"Column {self.name!r} holds infinity, but numbers must be finite or missing. "
                f"Replace it, by NaN for instance."
            )
        return cells

    def labels(self) -> list[Any]:
        """Return the cells as Python objects; those of missing cells mean nothing."""
        return cast(list[Any], self.values.tolist())


def column_from_array(name: str, values: np.ndarray) -> TableColumn:
    """Return a column of a NumPy array.

    Parameters
    ----------
    name
        Name of the column.
    values
        The cells, ``(row,)``, of any type.

    Raises
    ------
    TypeError
        If cells are neither numbers, booleans, dates, durations nor text.
    ValueError
        If they are complex numbers.

    Examples
    --------
    >>> column_from_array("day", np.array(["1970-01-02", "NaT"], dtype="datetime64[D]")).numbers()
    array([86400.,    nan])
    """
    none_missing = np.zeros(len(values), dtype=np.bool_)
    match values.dtype.kind:
        case "f":
            return TableColumn(name=name, kind="number", values=values, missing=np.isnan(values))
        case "i" | "u":
            return TableColumn(name=name, kind="number", values=values, missing=none_missing)
        case "b":
            return TableColumn(name=name, kind="boolean", values=values, missing=none_missing)
        case "M" | "m":
            kind: Kind = "time" if values.dtype.kind == "M" else "duration"
            return TableColumn(name=name, kind=kind, values=_seconds(values), missing=np.isnat(values))
        case "U":
            return TableColumn(name=name, kind="text", values=values, missing=none_missing)
        case "S":
            text = np.char.decode(values, "utf-8")
            return TableColumn(name=name, kind="text", values=text, missing=none_missing)
        case "c":
            raise ValueError(f"Complex data not supported: column {name!r} holds complex numbers.")
        case "O":
            return column_from_objects(name, values)
    raise TypeError(f"Column {name!r} has type {values.dtype}, which is no number, date or text.")


def column_from_objects(name: str, values: np.ndarray, *, is_category: bool = False) -> TableColumn:
    """Return a column of Python objects, whose types say what the cells are.

    Parameters
    ----------
    name
        Name of the column.
    values
        The cells, ``(row,)``.
    is_category
        Whether the table calls the column categorical. Odd categories (intervals, dates) then
        become text.

    Raises
    ------
    TypeError
        If cells are neither numbers, booleans, dates, durations nor text, or not of one sort.
    ValueError
        If there are complex numbers.

    Examples
    --------
    >>> column_from_objects("x", np.array([1, None, 2.5], dtype=object)).numbers()
    array([1. , nan, 2.5])
    """
    cells = values.tolist()
    kind_of = {cell: _cell_kind(cell) for cell in set(map(type, cells))}
    kinds = set(kind_of.values())
    missing = np.full(len(cells), kinds == {"missing"})
    is_number = np.full(len(cells), kinds == {"number"})
    if len(kinds) > 1:
        code_of = {cell: CELL_KINDS.index(kind) for cell, kind in kind_of.items()}
        codes = np.fromiter(map(code_of.__getitem__, map(type, cells)), np.int64, len(cells))
        missing = codes == CELL_KINDS.index("missing")
        is_number = codes == CELL_KINDS.index("number")
    if is_number.any():
        missing[is_number] = np.isnan(values[is_number].astype(np.float64))
        if missing[is_number].all():  # NaN among words is a gap, not a number
            kinds.discard("number")
    kinds.discard("missing")
    if "complex" in kinds:
        raise ValueError(f"Complex data not supported: column {name!r} holds complex numbers.")
    if is_category and kinds & {"time", "duration", "other"}:
        values = np.fromiter(map(str, cells), dtype=object, count=len(cells))
        kinds = {"text"}
    if kinds <= {"number", "boolean"}:
        kind: Kind = "boolean" if kinds == {"boolean"} else "number"
    elif kinds <= {"number", "boolean", "text"}:
        kind = "text" if kinds == {"text"} else "mixed"
    elif kinds == {"time"} or kinds == {"duration"}:
        unit = "datetime64[us]" if kinds == {"time"} else "timedelta64[us]"
        times = np.full(len(values), "NaT", dtype=unit)
        times[~missing] = values[~missing].astype(unit)
        return column_from_array(name, times)
    else:
        held = ", ".join(sorted(cell.__name__ for cell, kind in kind_of.items() if kind != "missing"))
        raise TypeError(
            f"In column {name!r} the argument must be a string, a number, a boolean, a date or a "
            f"duration, of one sort in all rows, but the column holds {held}."
        )
    return TableColumn(name=name, kind=kind, is_category=is_category, values=values, missing=missing)


def _cell_kind(cell: type) -> str:
    if cell is type(None) or cell.__name__ in ("NAType", "NaTType"):
        return "missing"
    if issubclass(cell, bool | np.bool_):
        return "boolean"
    if issubclass(cell, datetime.datetime | datetime.date | np.datetime64):
        return "time"
    if issubclass(cell, datetime.timedelta | np.timedelta64):
        return "duration"
    if issubclass(cell, numbers.Real | Decimal):
        return "number"
    if issubclass(cell, str):
        return "text"
    return "complex" if issubclass(cell, numbers.Complex) else "other"


def _seconds(values: np.ndarray) -> Float[np.ndarray, " row"]:
    unit = "datetime64[us]" if values.dtype.kind == "M" else "timedelta64[us]"
    seconds = values.astype(unit).astype(np.int64) / 1e6
    return np.where(np.isnat(values), np.nan, seconds)
