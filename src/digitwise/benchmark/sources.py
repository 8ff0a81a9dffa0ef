"""Data sets by the names that suites use."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from digitwise.benchmark.suite import check_known
from digitwise.datasets import (
    Dataset,
    list_queries,
    list_tabular,
    load_diabetes,
    load_query_features,
    load_tabular,
    make_bimodal,
    make_constant,
    make_heavy_tail,
    make_line,
    make_step,
)

BUILT_IN: dict[str, Callable[[], Dataset]] = {
    "embedded:diabetes": load_diabetes,
    "synthetic:bimodal": make_bimodal,
    "synthetic:constant": make_constant,
    "synthetic:heavy_tail": make_heavy_tail,
    "synthetic:line": make_line,
    "synthetic:step": make_step,
}
"""Data sets that need no folder; the rows of the synthetic ones are always the same."""


QUERIES = "features:"
"""What comes before the name of a folder's SQL queries, from whose texts features are made."""


@lru_cache(maxsize=2)
def load_dataset(name: str, folder: Path | None, drop: tuple[str, ...] = ()) -> Dataset:
    """Return a data set by name; anything without a colon is a table of the folder.

    Parameters
    ----------
    name
        A built-in name, ``features:`` and the name of a set of queries, or the name of a table.
    folder
        Where queries and tables are.
    drop
        Columns to leave out.

    Raises
    ------
    FileNotFoundError
        If the folder or its table is not there.
    ValueError
        If there is no such data set or column, or it needs a folder and none is given.

    Examples
    --------
    >>> load_dataset("synthetic:line", None).n_rows
    200
    """
    check_datasets([name], folder)
    if name in BUILT_IN:
        return without_columns(BUILT_IN[name](), drop)
    assert folder is not None  # checked above
    if name.startswith(QUERIES):
        return without_columns(load_query_features(folder, name.removeprefix(QUERIES)), drop)
    return without_columns(load_tabular(folder, name), drop)


def check_datasets(names: Sequence[str], folder: Path | None) -> None:
    """Raise what `load_dataset` would raise for these names, without reading any rows."""
    queries = [name for name in names if name.startswith(QUERIES)]
    check_known([name for name in names if ":" in name and name not in queries], tuple(BUILT_IN), "built-in data set")
    tables = [name for name in names if ":" not in name]
    if folder is None:
        if tables or queries:
            raise ValueError(
                f"{', '.join(tables + queries)} are tables of a folder. Say which one: --data FOLDER, where "
                "FOLDER holds index.json and tabular/."
            )
        return
    if tables:
        check_known(tables, list_tabular(folder), "table")
    if queries:
        check_known(queries, [QUERIES + name for name in list_queries(folder)], "set of queries")


def without_columns(data: Dataset, drop: Sequence[str]) -> Dataset:
    """Return a data set without some of its columns.

    Raises
    ------
    ValueError
        If it has no such column, or none would be left.

    Examples
    --------
    >>> without_columns(load_dataset("embedded:diabetes", None), ["age", "sex"]).n_features
    8
    """
    if not drop:
        return data
    check_known(drop, data.feature_names, f"column of {data.name}")
    kept = [place for place, name in enumerate(data.feature_names) if name not in drop]
    if not kept:
        raise ValueError(f"{data.name} needs at least one column, but all are dropped.")
    X = data.X[:, kept] if isinstance(data.X, np.ndarray) else data.X.iloc[:, kept]
    return replace(data, X=X, feature_names=tuple(data.feature_names[place] for place in kept))
