"""Run a suite: cell by cell, in one process or several, from where the last run ended."""

import multiprocessing
import warnings
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from digitwise.benchmark.cell import Cell, plan_cells, run_cell
from digitwise.benchmark.methods import make_competitor
from digitwise.benchmark.provenance import provenance
from digitwise.benchmark.results import Record, append_record, read_records
from digitwise.benchmark.sources import check_datasets, with_all_named
from digitwise.benchmark.suite import Suite


@dataclass(frozen=True)
class SuiteRun:
    """What a run did.

    Parameters
    ----------
    records
        The records of all its cells that have one, those of earlier runs included, in the suite's
        order.
    n_run, n_failed
        How many cells this run worked on, and how many of them failed.
    """

    records: tuple[Record, ...]
    n_run: int
    n_failed: int


def run_suite(
    suite: Suite,
    *,
    data: str | Path | None = None,
    out: str | Path | None = None,
    only_datasets: Sequence[str] | None = None,
    only_methods: Sequence[str] | None = None,
    jobs: int = 1,
    report: Callable[[Record, int, int], None] | None = None,
) -> SuiteRun:
    """Run the cells of a suite that have no result yet.

    Parameters
    ----------
    suite
        What to compare.
    data
        Folder of the tables (``index.json`` and ``tabular/``), if the suite names any.
    out
        JSON-lines file: each finished cell is appended at once. Cells that succeeded in it with
        the same settings are not run again, failed ones are. None keeps results in memory only.
    only_datasets, only_methods
        Names to restrict the run to; None for all.
    jobs
        Number of processes, each with the suite's threads. Times are only comparable between
        cells that ran with the same number.
    report
        Called with each new record, how many cells are done and how many there are.

    Raises
    ------
    FileNotFoundError
        If the folder has no tables.
    ValueError
        If the suite names data, estimators or parameters that do not exist, or ``jobs`` is
        below 1. All this is checked before the first cell runs.
    ChildProcessError
        If a process ended without a word, as it does when memory runs out.
    """
    if jobs < 1:
        raise ValueError(f"jobs must be at least 1, but got {jobs}.")
    folder = None if data is None else Path(data)
    path = None if out is None else Path(out)
    suite = with_all_named(suite, folder)
    cells = _without_missing_peers(plan_cells(suite, only_datasets, only_methods))
    check_datasets(list(dict.fromkeys(cell.dataset for cell in cells)), folder)

    found = {} if path is None else read_records(path)
    done = {name: record for name, record in found.items() if record["status"] == "ok"}
    todo = [cell for cell in cells if cell.identity not in done]
    common = {"jobs": jobs, **provenance()}
    n_failed = 0
    with closing(_run_all(todo, folder, jobs)) as finished:
        for count, (cell, outcome) in enumerate(finished, start=len(cells) - len(todo) + 1):
            now = datetime.now(UTC).isoformat(timespec="seconds")
            record = {**outcome, **common, "finished": now}
            if path is not None:
                append_record(path, record)
            done[cell.identity] = record
            n_failed += record["status"] != "ok"
            if report is not None:
                report(record, count, len(cells))
    records = tuple(done[cell.identity] for cell in cells if cell.identity in done)
    return SuiteRun(records, n_run=len(todo), n_failed=n_failed)


def _without_missing_peers(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Return the cells whose method can be built; a method that is not installed is left out."""
    absent = set()
    for name, cell in {cell.method.name: cell for cell in cells}.items():
        try:
            make_competitor(cell.suite, cell.method, cell.seed)
        except ModuleNotFoundError as error:
            absent.add(name)
            warnings.warn(f"{name} is left out. {error}", stacklevel=3)
    return tuple(cell for cell in cells if cell.method.name not in absent)


def _run_all(cells: Sequence[Cell], folder: Path | None, jobs: int) -> Generator[tuple[Cell, Record], None, None]:
    """Yield each cell with its record as it finishes."""
    if jobs == 1:
        yield from ((cell, run_cell(cell, folder)) for cell in cells)
        return
    # spawned, not forked: a forked copy of torch's thread pool can hang
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=jobs, mp_context=context) as pool:
        futures = {pool.submit(run_cell, cell, folder): cell for cell in cells}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        except BrokenProcessPool as error:
            raise ChildProcessError(
                "A process of the run ended abruptly; most often memory has run out. Finished "
                "cells are kept: run again, with fewer jobs."
            ) from error
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
