"""Categorical columns: every category seen in training gets a code."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, final

import numpy as np
from jaxtyping import Bool, Int64

Category = str | bool | int | float

UNSEEN, MISSING, FIRST = 0, 1, 2


@final
@dataclass(frozen=True, kw_only=True)
class CategoryColumn:
    """What training taught about one categorical column.

    Parameters
    ----------
    name
        Name of the column.
    kind
        Kind of its cells: ``"text"``, ``"number"``, ``"mixed"`` ...
    categories
        The categories with a code of their own: the first has code 2, the next 3, and so on. Code
        0 stands for categories that training did not see or pooled as rare, code 1 for missing
        cells.
    """

    name: str
    kind: str
    categories: tuple[Category, ...]

    @property
    def n_codes(self) -> int:
        """Number of codes, those for unseen and missing included."""
        return FIRST + len(self.categories)


def fit_category(
    name: str,
    kind: str,
    labels: Sequence[Any],
    missing: Bool[np.ndarray, " row"],
    max_categories: int,
) -> CategoryColumn:
    """Return the most frequent categories, the most frequent first, ties in alphabetical order.

    Numbers that are equal are one category, whatever their type.

    Parameters
    ----------
    name, kind
        Name and kind of the column.
    labels
        The cells, one per row; those of missing cells are not looked at.
    missing
        Which cells are missing.
    max_categories
        How many categories may have a code of their own; the rest is pooled in code 0.

    Examples
    --------
    >>> labels = ["b", "a", "b", "c", None]
    >>> fit_category("x", "text", labels, np.array([0, 0, 0, 0, 1], dtype=bool), 2).categories
    ('b', 'a')
    """
    if missing.any():
        labels = np.fromiter(labels, dtype=object, count=len(labels))[~missing].tolist()
    counts = sorted(Counter(labels).items(), key=lambda item: (-item[1], str(item[0])))
    chosen = tuple(_plain(label) for label, _ in counts[:max_categories])
    return CategoryColumn(name=name, kind=kind, categories=chosen)


def category_codes(
    column: CategoryColumn, labels: Sequence[Any], missing: Bool[np.ndarray, " row"]
) -> Int64[np.ndarray, " row"]:
    """Return the code of each cell.

    Parameters
    ----------
    column
        The categories.
    labels
        The cells, one per row; those of missing cells are not looked at.
    missing
        Which cells are missing.

    Examples
    --------
    >>> column = CategoryColumn(name="x", kind="text", categories=("b", "a"))
    >>> category_codes(column, ["a", "b", "z", None], np.array([0, 0, 0, 1], dtype=bool)).tolist()
    [3, 2, 0, 1]
    """
    code_of = {category: code for code, category in enumerate(column.categories, start=FIRST)}
    codes = np.fromiter(map(code_of.get, labels, repeat(UNSEEN)), np.int64, len(labels))
    codes[missing] = MISSING
    return codes


def _plain(label: Any) -> Category:
    """Return a label as one of the types that JSON knows."""
    if isinstance(label, str):
        return str(label)
    if isinstance(label, np.generic):
        label = label.item()
    return label if isinstance(label, bool | int | float) else float(label)
