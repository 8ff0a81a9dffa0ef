"""A published table of test RMSE, and where other results would stand in it."""

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from jaxtyping import Float

from digitwise.benchmark.board import Board, mean_over_seeds
from digitwise.benchmark.sources import TALENT
from digitwise.benchmark.suite_parts import check_known


@dataclass(frozen=True, kw_only=True, eq=False)
class PublishedTable:
    """Test RMSE in units of the target, as published.

    Parameters
    ----------
    tasks, methods
        What the rows and columns are called.
    rmse
        The figures; NaN where there is none.
    """

    tasks: tuple[str, ...]
    methods: tuple[str, ...]
    rmse: Float[np.ndarray, "task method"]


@dataclass(frozen=True, kw_only=True, eq=False)
class BesidePublished:
    """The tasks that a board and a published table share.

    Parameters
    ----------
    datasets, tasks
        What the board and the table call them.
    ours
        The board's RMSE, mean over seeds.
    published
        The table's RMSE.
    """

    datasets: tuple[str, ...]
    tasks: tuple[str, ...]
    ours: Float[np.ndarray, "task our_method"]
    published: Float[np.ndarray, "task method"]


def read_published(path: Path) -> PublishedTable:
    """Return the table of a CSV file: a header of methods, then a row for each task, its name first.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it has no tasks, rows of other lengths than the header, or cells that are no numbers.
    """
    if not path.is_file():
        raise FileNotFoundError(f"There is no published table at {path}. Give the path of a CSV file.")
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = [row for row in csv.reader(file) if row] or [[]]
    if len(header) < 2 or not rows or any(len(row) != len(header) for row in rows):
        raise ValueError(
            f"A published table must have a column of tasks and one or more of methods, and as many cells in each row, "
            f"but {path.name} has not."
        )
    try:
        figures = [[float(cell) if cell.strip() else math.nan for cell in row[1:]] for row in rows]
    except ValueError as error:
        raise ValueError(f"A published table must hold numbers, but in {path.name}: {error}.") from error
    return PublishedTable(
        tasks=tuple(row[0] for row in rows), methods=tuple(header[1:]), rmse=np.array(figures, dtype=np.float64)
    )


def beside_published(board: Board, table: PublishedTable) -> BesidePublished:
    """Return the board's data sets that are tasks of the table, with the published split.

    Raises
    ------
    ValueError
        If the suite gives a data set the name of a task that the table does not have.
    """
    names: Mapping[str, str] = {} if board.suite.published is None else board.suite.published.names
    check_known(tuple(names.values()), table.tasks, "published task")
    published_split = {record["dataset"] for record in board.records if record["split"] == "published"}
    found = {
        dataset: names.get(dataset, dataset.removeprefix(TALENT))
        for dataset in board.datasets
        if dataset in published_split and (dataset in names or dataset.startswith(TALENT))
    }
    found = {dataset: task for dataset, task in found.items() if task in table.tasks}
    mean, _ = mean_over_seeds(board.score("rmse"))
    return BesidePublished(
        datasets=tuple(found),
        tasks=tuple(found.values()),
        ours=mean[[board.datasets.index(dataset) for dataset in found]],
        published=table.rmse[[table.tasks.index(task) for task in found.values()]],
    )


def inserted_ranks(
    ours: Float[np.ndarray, "task our_method"], published: Float[np.ndarray, "task method"]
) -> Float[np.ndarray, "task our_method"]:
    """Return the rank that each of our results has when it alone is put into the published list; ties share ranks.

    Examples
    --------
    >>> inserted_ranks(np.array([[1.5, 2.0, np.nan]]), np.array([[1.0, 2.0, 3.0, np.nan]]))
    array([[2. , 2.5, nan]])
    """
    better = (published[:, None, :] < ours[:, :, None]).sum(axis=2)
    equal = (published[:, None, :] == ours[:, :, None]).sum(axis=2)
    return np.where(np.isfinite(ours), 1 + better + 0.5 * equal, np.nan)


def published_ranks(published: Float[np.ndarray, "task method"]) -> Float[np.ndarray, "task method"]:
    """Return the ranks within the published list, 1 being the lowest; ties share ranks, and NaN has none.

    Examples
    --------
    >>> published_ranks(np.array([[3.0, 1.0, np.nan, 1.0]]))
    array([[3. , 1.5, nan, 1.5]])
    """
    from scipy.stats import rankdata

    ranks: np.ndarray = rankdata(published, axis=1, nan_policy="omit")
    return ranks


def mean_over_tasks(values: Float[np.ndarray, "task method"]) -> Float[np.ndarray, " method"]:
    """Return the means over the tasks there are; NaN where there are none."""
    present = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        mean: np.ndarray = np.where(present, values, 0.0).sum(axis=0) / present.sum(axis=0)
    return mean
