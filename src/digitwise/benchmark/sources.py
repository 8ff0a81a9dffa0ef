"""Data sets by the names that suites use."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from digitwise.benchmark.suite import ALL, Suite, replace_patterns
from digitwise.benchmark.suite_parts import check_known
from digitwise.datasets import (
    Dataset,
    list_queries,
    list_tabular,
    list_talent,
    list_texts,
    load_code_metrics,
    load_diabetes,
    load_query_features,
    load_tabular,
    load_talent,
    load_text,
    make_bimodal,
    make_constant,
    make_heavy_tail,
    make_line,
    make_step,
)

BUILT_IN: dict[str, Callable[[], Dataset]] = {
    "embedded:code_instructions": partial(load_code_metrics, "instructions"),
    "embedded:code_memory": partial(load_code_metrics, "memory"),
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
TALENT = "talent:"
"""What comes before the name of a regression task in the layout of the TALENT benchmark."""
TEXTS = "texts:"
"""What comes before the name of a folder's molecules, code, texts or scored answers."""


@lru_cache(maxsize=2)
def load_dataset(name: str, folder: Path | None, drop: tuple[str, ...] = ()) -> Dataset:
    """Return a data set by name; anything without a colon is a table of the folder.

    Parameters
    ----------
    name
        A built-in name, ``features:`` and the name of a set of queries, ``talent:`` and that of a task of the TALENT
        benchmark, ``texts:`` and that of molecules, code, texts or scored answers, or the name of a table.
    folder
        Where queries, tasks, texts and tables are.
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
    if name.startswith(TALENT):
        return without_columns(load_talent(talent_folder(folder), name.removeprefix(TALENT)), drop)
    if name.startswith(TEXTS):
        return without_columns(load_text(folder, name.removeprefix(TEXTS)), drop)
    return without_columns(load_tabular(folder, name), drop)


def check_datasets(names: Sequence[str], folder: Path | None) -> None:
    """Raise what `load_dataset` would raise for these names, without reading any rows."""
    queries = [name for name in names if name.startswith(QUERIES)]
    tasks = [name for name in names if name.startswith(TALENT)]
    texts = [name for name in names if name.startswith(TEXTS)]
    built_in = [name for name in names if ":" in name and name not in (*queries, *tasks, *texts)]
    check_known(built_in, tuple(BUILT_IN), "built-in data set")
    tables = [name for name in names if ":" not in name]
    if folder is None:
        indexed = [*tables, *queries, *texts]
        if indexed or tasks:
            holds = "index.json and what it lists" if indexed else "the tasks' folders, or talent_format/"
            raise ValueError(
                f"{', '.join([*indexed, *tasks])} are tables of a folder. Say which one: --data FOLDER, where FOLDER "
                f"holds {holds}."
            )
        return
    if tables:
        check_known(tables, list_tabular(folder), "table")
    if queries:
        check_known(queries, [QUERIES + name for name in list_queries(folder)], "set of queries")
    if texts:
        check_known(texts, [TEXTS + name for name in list_texts(folder)], "set of texts")
    if tasks:
        check_known(tasks, [TALENT + name for name in list_talent(talent_folder(folder))], "regression task")


def talent_folder(folder: Path) -> Path:
    """Return where the tasks of the TALENT benchmark are: in ``talent_format``, or the folder itself is a download."""
    below = folder / "talent_format"
    return below if below.is_dir() else folder


def with_all_named(suite: Suite, folder: Path | None) -> Suite:
    """Return the suite with ``talent:*`` spelled out: all regression tasks of the folder.

    Raises
    ------
    ValueError
        If a pattern stands for nothing, or there is no folder to look in.
    FileNotFoundError
        If the folder has no tasks.
    """
    patterns = [name for name in suite.datasets if name.endswith(ALL)]
    if not patterns:
        return suite
    check_known(patterns, [TALENT + "*"], "pattern")
    check_datasets(patterns if folder is None else [], folder)
    assert folder is not None  # checked above
    return replace_patterns(suite, [TALENT + name for name in list_talent(talent_folder(folder))])


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
