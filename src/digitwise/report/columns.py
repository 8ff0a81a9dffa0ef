"""What a table holds, column by column, in words for a reader.

Frames are read through narwhals, so pandas, polars and pyarrow need no code of their own; arrays
are read as they are.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from digitwise.report.numbers import percent, plain


@dataclass(frozen=True, kw_only=True)
class ColumnSummary:
    """One column in words.

    Parameters
    ----------
    name : str
    kind : str
        ``"number"``, ``"yes/no"``, ``"date"``, ``"category"`` or ``"other"``.
    missing : int
        Number of rows without a value.
    content : str
        Range and median, or the most frequent values.
    """

    name: str
    kind: str
    missing: int
    content: str


def summarise_columns(X: Any) -> list[ColumnSummary]:
    """Return one summary per column of a frame, an array, or a list of texts.

    Parameters
    ----------
    X : frame, array-like of shape (row, column), or sequence of length row

    Examples
    --------
    >>> summarise_columns([[1.0, "a"], [3.0, "b"], [2.0, "a"]])[1].content
    '2 values: a (67%), b (33%)'
    """
    return [summarise(name, values) for name, values in table_columns(X)]


def table_columns(X: Any) -> list[tuple[str, list[Any]]]:
    """Return name and plain values of each column of a frame, an array, or a list of texts.

    Examples
    --------
    >>> table_columns(np.array([[1.0, 2.0], [3.0, 4.0]]))
    [('column 0', [1.0, 3.0]), ('column 1', [2.0, 4.0])]
    """
    if hasattr(X, "columns"):
        import narwhals.stable.v2 as nw

        frame = nw.from_native(X, eager_only=True)
        return [(str(name), frame[name].to_list()) for name in frame.columns]
    table = np.asarray(X) if hasattr(X, "__array__") else np.asarray(X, dtype=object)
    if table.ndim == 1:
        return [("text", table.tolist())]
    return [(f"column {i}", column.tolist()) for i, column in enumerate(table.T)]


def summarise(name: str, values: Sequence[Any]) -> ColumnSummary:
    """Return the summary of one column given as plain values; ``None`` and NaN are missing.

    Examples
    --------
    >>> summarise("age", [30, None, 50])
    ColumnSummary(name='age', kind='number', missing=1, content='30 to 50, median 40')
    """
    present = [v for v in values if is_present(v)]
    missing = len(values) - len(present)
    kind, content = _describe(present)
    return ColumnSummary(name=str(name), kind=kind, missing=missing, content=content)


def is_present(value: Any) -> bool:
    """Return whether a value is there: neither ``None`` nor NaN, NaT or ``pandas.NA``."""
    try:
        return value is not None and bool(value == value)  # pandas.NA answers neither yes nor no
    except (TypeError, ValueError):
        return False


def _describe(present: list[Any]) -> tuple[str, str]:
    if not present:
        return "other", "empty"
    if all(isinstance(v, bool | np.bool_) for v in present):
        return "yes/no", f"yes in {percent(np.mean(present))}"
    if all(isinstance(v, int | float | np.number) and not isinstance(v, bool) for v in present):
        numbers = np.asarray(present, dtype=np.float64)
        low, middle, high = numbers.min(), np.median(numbers), numbers.max()
        if low == high:
            return "number", f"always {plain(low)}"
        return "number", f"{plain(low)} to {plain(high)}, median {plain(middle)}"
    if all(hasattr(v, "isoformat") for v in present):
        first, last = (str(v).removesuffix(" 00:00:00") for v in (min(present), max(present)))
        return "date", f"{first} to {last}"
    counts = Counter(str(v) for v in present)
    if len(counts) > max(20, len(present) // 2):
        lengths = [len(text) for text in map(str, present)]
        return "text", f"{len(counts):,} different, {plain(np.mean(lengths))} characters on average"
    shown = [f"{_short(v)} ({percent(c / len(present))})" for v, c in counts.most_common(3)]
    more = ", …" if len(counts) > len(shown) else ""
    return "category", f"{len(counts)} values: {', '.join(shown)}{more}"


def _short(text: str) -> str:
    return text if len(text) <= 24 else text[:23] + "…"
