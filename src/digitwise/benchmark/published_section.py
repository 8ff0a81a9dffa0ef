"""The report's section that puts a suite's results beside a published table."""

import math

import numpy as np

from digitwise.benchmark.board import Board
from digitwise.benchmark.markdown import NOTHING, decimals_for, number, table
from digitwise.benchmark.published import (
    BesidePublished,
    PublishedTable,
    beside_published,
    inserted_ranks,
    mean_over_tasks,
    published_ranks,
)

SHOWN = ("catboost", "realmlp")
"""Published methods that have a column of their own."""


def published_section(board: Board, published: PublishedTable | None) -> list[str]:
    """Return the section; nothing where neither the suite nor the command speaks of a published table."""
    if published is None:
        if board.suite.published is None:
            return []
        return ["## Beside the published table", "The published table was not at hand: give it with --published FILE."]
    found = beside_published(board, published)
    if not found.tasks:
        text = "No data set with a published split and a finished cell is a task of the published table."
        return ["## Beside the published table", text]
    n_tasks, n_methods = len(found.tasks), len(published.methods)
    return [
        "## Beside the published table",
        f"Test RMSE in the published units, those of the target (mean over seeds), on the {n_tasks} of its "
        f"{len(published.tasks)} tasks that have finished cells here. In brackets is the rank of a method when it "
        f"alone is put into the list of the {n_methods} published ones. The published methods were tuned on each task; "
        f"the methods here have the settings below.{_caps(board)}",
        task_table(board, published, found),
        f"Mean ranks over these tasks. Those of the published methods are among the {n_methods} alone; a method of "
        "this suite is in bold, with the mean of the ranks above.",
        rank_table(board, published, found),
    ]


def task_table(board: Board, published: PublishedTable, found: BesidePublished) -> str:
    """Return our RMSE and rank for each task, and the published best and well-known."""
    ranks = inserted_ranks(found.ours, found.published)
    shown = [name for name in SHOWN if name in published.methods]
    rows = []
    for task, ours, our_ranks, theirs in zip(found.tasks, found.ours, ranks, found.published, strict=True):
        places = decimals_for(np.concatenate([ours, theirs]), digits=4)
        cells = [
            f"{number(value, places)} ({_rank(rank)})" if math.isfinite(value) else NOTHING
            for value, rank in zip(ours.tolist(), our_ranks.tolist(), strict=True)
        ]
        best = int(np.nanargmin(theirs))
        cells.append(f"{number(float(theirs[best]), places)} ({published.methods[best]})")
        cells += [number(float(theirs[published.methods.index(name)]), places) for name in shown]
        rows.append([task, *cells])
    header = ["task", *board.methods, "published best", *(f"published {name}" for name in shown)]
    return table(header, rows)


def rank_table(board: Board, published: PublishedTable, found: BesidePublished) -> str:
    """Return all mean ranks, the best first, and over how many tasks they are."""
    entries = []
    for names, ranks, style in (
        (published.methods, published_ranks(found.published), "{}"),
        (board.methods, inserted_ranks(found.ours, found.published), "**{}**"),
    ):
        counts = np.isfinite(ranks).sum(axis=0).tolist()
        means = mean_over_tasks(ranks).tolist()
        entries += [(m, style.format(name), n) for name, m, n in zip(names, means, counts, strict=True) if n > 0]
    entries.sort(key=lambda entry: entry[0])
    return table(["method", "mean rank", "tasks"], [[name, number(mean, 2), str(n)] for mean, name, n in entries])


def _rank(rank: float) -> str:
    return f"{rank:g}"


def _caps(board: Board) -> str:
    suite = board.suite
    if suite.max_train is None and suite.max_validation is None:
        return ""
    return " The suite caps the rows of training or validation; the published methods had all of them."
