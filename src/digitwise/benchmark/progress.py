"""What a run says while it runs: a line per finished cell, and a bar where there is a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from digitwise.benchmark.results import Record

Report = Callable[[Record, int, int], None]
"""Called with a new record, how many cells are done, and how many there are."""


@contextmanager
def shown_progress() -> Iterator[Report]:
    """Yield a function that prints a line per cell, with a bar below where there is a terminal."""
    if not sys.stderr.isatty():
        yield lambda record, count, total: print(line_about(record, count, total), flush=True)
        return
    from rich.progress import Progress

    with Progress() as bar:
        task = bar.add_task("cells", total=None)

        def report(record: Record, count: int, total: int) -> None:
            bar.console.print(line_about(record, count, total), markup=False, highlight=False)
            bar.update(task, completed=count, total=total)

        yield report


def line_about(record: Record, count: int, total: int) -> str:
    """Return what is said of a finished cell.

    Examples
    --------
    >>> failed = {"seed": 0, "dataset": "abalone", "method": "trees", "status": "failed", "error": "ValueError: no"}
    >>> line_about(failed, 3, 12)
    '[3/12] seed 0  abalone  trees  FAILED  ValueError: no'
    """
    name = f"[{count}/{total}] seed {record['seed']}  {record['dataset']}  {record['method']}"
    if record["status"] != "ok":
        return f"{name}  FAILED  {record['error']}"
    figures = [
        f"{score} {record['scores'][score]:.4g}"
        for score in ("rmse", "crps", "coverage_90")
        if record["scores"][score] is not None
    ]
    return f"{name}  {'  '.join(figures)}  {record['fit_seconds']:.1f} s"
