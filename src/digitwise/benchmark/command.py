"""The command line of ``benchmarks/run.py``: run a suite, or write its report."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from digitwise.benchmark.job import BenchmarkJob, names_in


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a suite, or write the report of its results; return the exit code.

    The code is 1 if a cell failed, 2 if the command could not be carried out.
    """
    options = _parser().parse_args(arguments)
    job = BenchmarkJob(
        program="python benchmarks/run.py",
        suite=options.suite,
        data=options.data,
        out=options.out,
        only=options.only,
        methods=options.methods,
        jobs=options.jobs,
        published=options.published,
    )
    try:
        if options.report is None:
            return 1 if job.run() else 0
        job.write_report(options.report)
        return 0
    except (ValueError, OSError, ImportError) as error:
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
    parser.add_argument(
        "--data", type=Path, help="folder that holds index.json and tabular/, or the tasks of the TALENT benchmark"
    )
    parser.add_argument("--out", type=Path, help="JSON-lines file of the results; without it none are kept")
    parser.add_argument("--report", type=Path, help="write this Markdown report from --out and run nothing")
    parser.add_argument("--only", type=names_in, default=(), metavar="SET,...", help="run these data sets only")
    parser.add_argument("--methods", type=names_in, default=(), metavar="NAME,...", help="run these methods only")
    parser.add_argument("--jobs", type=int, default=1, help="number of processes (default 1)")
    parser.add_argument("--published", type=Path, help="CSV file of published RMSE to put a report's results beside")
    return parser
