"""The command line of the benchmark: run a suite, or write its report."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from digitwise.benchmark.board import collect
from digitwise.benchmark.report import write_benchmark_report
from digitwise.benchmark.results import Record, read_records
from digitwise.benchmark.run import run_suite
from digitwise.benchmark.suite import Suite, load_suite
from digitwise.benchmark.tables import summary

Report = Callable[[Record, int, int], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a suite, or write the report of its results; return the exit code.

    The code is 1 if a cell failed, 2 if the command could not be carried out.
    """
    options = _parser().parse_args(arguments)
    try:
        suite = load_suite(options.suite)
        if options.report is not None:
            if options.out is None:
                raise ValueError("A report is made from results: say where they are with --out.")
            records = read_records(options.out).values()
            write_benchmark_report(suite, records, options.report, _command(options))
            print(f"Wrote {options.report}.")
            return 0
        return _run(suite, options)
    except (ValueError, OSError, ImportError, RuntimeError) as error:
        print(f"benchmark: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("benchmark: interrupted; finished cells are kept.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description="Run the cells of a benchmark suite that have no result yet, or write a report."
    )
    parser.add_argument("suite", type=Path, help="TOML file of the suite")
    parser.add_argument("--data", type=Path, help="folder that holds index.json and tabular/")
    parser.add_argument("--out", type=Path, help="JSON-lines file of the results; without it none are kept")
    parser.add_argument("--report", type=Path, help="write this Markdown report from --out and run nothing")
    parser.add_argument("--only", type=_names, metavar="SET,...", help="run these data sets only")
    parser.add_argument("--methods", type=_names, metavar="NAME,...", help="run these methods only")
    parser.add_argument("--jobs", type=int, default=1, help="number of processes (default 1)")
    return parser


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _run(suite: Suite, options: argparse.Namespace) -> int:
    with _progress() as report:
        run = run_suite(
            suite,
            data=options.data,
            out=options.out,
            only_datasets=options.only,
            only_methods=options.methods,
            jobs=options.jobs,
            report=report,
        )
    board = collect(suite, run.records)
    skipped = len(run.records) - run.n_run
    print(f"\n{run.n_run} cells run, {run.n_failed} failed, {skipped} already there.\n")
    if board.records:
        print(summary(board))
    return 1 if run.n_failed else 0


@contextmanager
def _progress() -> Iterator[Report]:
    """Yield a function that prints a line per cell, with a bar below where there is a terminal."""
    if not sys.stderr.isatty():
        yield lambda record, count, total: print(_line(record, count, total), flush=True)
        return
    from rich.progress import Progress

    with Progress() as bar:
        task = bar.add_task("cells", total=None)

        def report(record: Record, count: int, total: int) -> None:
            bar.console.print(_line(record, count, total), markup=False, highlight=False)
            bar.update(task, completed=count, total=total)

        yield report


def _line(record: Record, count: int, total: int) -> str:
    """Return what is said of a finished cell."""
    name = f"[{count}/{total}] seed {record['seed']}  {record['dataset']}  {record['method']}"
    if record["status"] != "ok":
        return f"{name}  FAILED  {record['error']}"
    figures = [
        f"{score} {record['scores'][score]:.4g}"
        for score in ("rmse", "crps", "coverage_90")
        if record["scores"][score] is not None
    ]
    return f"{name}  {'  '.join(figures)}  {record['fit_seconds']:.1f} s"


def _command(options: argparse.Namespace) -> str:
    """Return the command that makes the results; folders of this machine are left out."""

    def shown(path: Path) -> str:
        return path.name if path.is_absolute() else path.as_posix()

    parts = ["python benchmarks/run.py", shown(options.suite)]
    if options.data is not None:
        parts.append(f"--data {shown(options.data)}")
    return " ".join([*parts, f"--out {shown(options.out)}"])
