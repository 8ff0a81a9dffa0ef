"""Which groups of rows a report looks at.

The rule: the groups that the intervals were made conformal for, if there are any; then the first four columns of
categories (texts, yes/no, numbers with at most five values). Where there are none, the three columns of numbers in
whose order predictions follow most closely, in quarters: this asks the model and not the truth, so that no column is
chosen because it looks bad. Last, the predictions themselves, in quarters.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Float, Int

from digitwise.metrics import spearman
from digitwise.report.columns import is_present, summarise, table_columns
from digitwise.report.numbers import plain

MOST_CATEGORIES, MOST_NUMBERS, MOST_VALUES, MOST_CONFORMAL = 4, 3, 6, 20
FEW_VALUES = 5
Parts: TypeAlias = list[tuple[str, Int[np.ndarray, " chosen"]]]
FEWEST_ROWS = 20  # fewer say nothing about intervals of 90 %


@dataclass(frozen=True, kw_only=True, eq=False)
class Group:
    """Some rows and what they have in common.

    Parameters
    ----------
    column, value : str
        What they are grouped by, and what they share.
    rows : array, shape (chosen,)
        Their numbers.
    """

    column: str
    value: str
    rows: Int[np.ndarray, " chosen"]

    @property
    def name(self) -> str:
        """Column and value in one text."""
        return f"{_short(self.column)}: {_short(self.value)}"


def groups_of(X: Any, prediction: Float[np.ndarray, " row"], groups: Any = None) -> list[Group]:
    """Return the groups by the rule above; groups of fewer than 20 rows are left out.

    Parameters
    ----------
    X : frame, array or sequence of texts
    prediction : array, shape (row,)
    groups : array-like of shape (row,), optional
        Those of conformal prediction by group.
    """
    columns = table_columns(X)
    categories = [(name, values) for name, values in columns if _is_category(name, values)][:MOST_CATEGORIES]
    parts: list[tuple[str, Parts]] = []
    if groups is not None:
        parts.append(("group", _by_value(np.asarray(groups).tolist(), MOST_CONFORMAL)))
    parts += [(name, _by_value(values, MOST_VALUES)) for name, values in categories]
    if not categories:
        parts += [(name, _by_quarter(numbers)) for name, numbers in _leading_numbers(columns, prediction)]
    parts.append(("prediction", _by_quarter(prediction)))
    return [
        Group(column=column, value=value, rows=rows)
        for column, of_column in parts
        for value, rows in of_column
        if len(rows) >= FEWEST_ROWS
    ]


def _is_category(name: str, values: Sequence[Any]) -> bool:
    kind = summarise(name, values).kind
    n_values = len({str(value) for value in values if is_present(value)})
    return n_values >= 2 and (kind in ("category", "yes/no") or (kind == "number" and n_values <= FEW_VALUES))


def _by_value(values: Sequence[Any], most_values: int) -> Parts:
    """Return the rows of each frequent value in the order of the values, then all others, then those without one."""
    present = [value for value in values if is_present(value)]
    counts = Counter(present).most_common(most_values)
    frequent = [value for value, count in counts if count >= FEWEST_ROWS]
    if all(isinstance(value, int | float) for value in frequent):
        frequent = sorted(frequent)
    else:
        frequent = sorted(frequent, key=str)
    place = {value: k for k, value in enumerate(frequent)}
    last = len(frequent)
    at = np.array([place.get(value, last) if is_present(value) else last + 1 for value in values], dtype=np.int64)
    names = [*(plain(v) if isinstance(v, float) else str(v) for v in frequent), "other values", "missing"]
    return [(name, np.flatnonzero(at == k)) for k, name in enumerate(names)]


def _by_quarter(numbers: Float[np.ndarray, " row"]) -> Parts:
    """Return the rows of each quarter of the numbers, then those without one."""
    present = np.isfinite(numbers)
    borders = np.unique(np.quantile(numbers[present], [0.0, 0.25, 0.5, 0.75, 1.0]))
    n_parts = max(len(borders) - 1, 1)
    at = np.clip(np.searchsorted(borders, numbers, side="right") - 1, 0, n_parts - 1)
    ends = [plain(border) for border in borders]
    names = [f"{low} to {high}" for low, high in pairwise(ends)] or ends
    found = [(name, np.flatnonzero(present & (at == k))) for k, name in enumerate(names)]
    return [*found, ("missing", np.flatnonzero(~present))]


def _leading_numbers(
    columns: Sequence[tuple[str, Sequence[Any]]], prediction: Float[np.ndarray, " row"]
) -> list[tuple[str, Float[np.ndarray, " row"]]]:
    """Return the columns of numbers whose order is closest to that of the predictions, either way."""
    found = []
    for name, values in columns:
        if summarise(name, values).kind != "number":
            continue
        numbers = np.array([float(v) if is_present(v) else np.nan for v in values])
        present = np.isfinite(numbers)
        if len(np.unique(numbers[present])) > 1 and len(np.unique(prediction[present])) > 1:
            found.append((abs(spearman(numbers[present], prediction[present])), name, numbers))
    found.sort(key=lambda each: -each[0])
    return [(name, numbers) for _, name, numbers in found[:MOST_NUMBERS]]


def _short(text: str) -> str:
    return text if len(text) <= 22 else text[:21] + "…"
