"""Data sets by the names that suites use."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from digitwise.benchmark.suite import check_known
from digitwise.datasets import (
    Dataset,
    list_tabular,
    load_diabetes,
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


@lru_cache(maxsize=2)
def load_dataset(name: str, folder: Path | None) -> Dataset:
    """Return a data set by name; anything without a colon is a table of the folder.

    Raises
    ------
    FileNotFoundError
        If the folder or its table is not there.
    ValueError
        If there is no such data set, or it needs a folder and none is given.

    Examples
    --------
    >>> load_dataset("synthetic:line", None).n_rows
    200
    """
    check_datasets([name], folder)
    if name in BUILT_IN:
        return BUILT_IN[name]()
    assert folder is not None  # checked above
    return load_tabular(folder, name)


def check_datasets(names: Sequence[str], folder: Path | None) -> None:
    """Raise what `load_dataset` would raise for these names, without reading any rows."""
    check_known([name for name in names if ":" in name], tuple(BUILT_IN), "built-in data set")
    tables = [name for name in names if ":" not in name]
    if tables and folder is None:
        raise ValueError(
            f"{', '.join(tables)} are tables of a folder. Say which one: --data FOLDER, where "
            "FOLDER holds index.json and tabular/."
        )
    if tables and folder is not None:
        check_known(tables, list_tabular(folder), "table")
