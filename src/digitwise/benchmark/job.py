"""One order to the benchmark, whichever command gives it: run what is missing, or write the report."""

from dataclasses import dataclass
from pathlib import Path

from digitwise.benchmark.board import collect
from digitwise.benchmark.progress import shown_progress
from digitwise.benchmark.published import PublishedTable, read_published
from digitwise.benchmark.report import write_benchmark_report
from digitwise.benchmark.results import read_records
from digitwise.benchmark.run import run_suite
from digitwise.benchmark.sources import with_all_named
from digitwise.benchmark.suite_file import load_suite
from digitwise.benchmark.tables import summary


@dataclass(frozen=True, kw_only=True)
class BenchmarkJob:
    """A suite, and where its data and results are.

    Parameters
    ----------
    program
        What the command begins with that a report names for making the results again.
    suite
        TOML file of the suite.
    data
        Folder of the tables; None where the suite needs none.
    out
        JSON-lines file of the results; None keeps none.
    only, methods
        Data sets and methods to restrict a run to; empty for all.
    jobs
        Number of processes.
    published
        CSV file of published figures that a report puts the results beside; None takes the one that the suite names.
    """

    program: str
    suite: Path
    data: Path | None = None
    out: Path | None = None
    only: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    jobs: int = 1
    published: Path | None = None

    def run(self) -> int:
        """Run the cells that have no result yet, say how they went, and return how many failed."""
        suite = with_all_named(load_suite(self.suite), self.data)
        with shown_progress() as report:
            run = run_suite(
                suite,
                data=self.data,
                out=self.out,
                only_datasets=self.only,
                only_methods=self.methods,
                jobs=self.jobs,
                report=report,
            )
        board = collect(suite, run.records)
        skipped = len(run.records) - run.n_run
        print(f"\n{run.n_run} cells run, {run.n_failed} failed, {skipped} already there.\n")
        if board.records:
            print(summary(board))
        return run.n_failed

    def write_report(self, path: Path) -> None:
        """Write the report of the results that are there, and say so.

        Raises
        ------
        ValueError
            If results are not kept, or no cell has finished.
        """
        suite = load_suite(self.suite)
        if self.data is not None:
            suite = with_all_named(suite, self.data)
        published = self.published_table()
        self.check_reportable()
        assert self.out is not None  # checked above
        write_benchmark_report(suite, read_records(self.out).values(), path, self.command, published)
        print(f"Wrote {path}.")

    def check_reportable(self) -> None:
        """Raise what `write_report` would raise for want of a file."""
        if self.out is None:
            raise ValueError("A report is made from results: say where they are with --out.")
        self.published_table()

    def published_table(self) -> PublishedTable | None:
        """Return the published table, the command's before the suite's; None if neither names one.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        ValueError
            If it is no table of numbers.
        """
        if self.published is not None:
            return read_published(self.published)
        named = load_suite(self.suite).published
        if named is None or named.rmse is None:
            return None
        return read_published(self.suite.parent / named.rmse)

    @property
    def command(self) -> str:
        """The command that makes the results; folders of this machine are left out."""
        parts = [self.program, _shown(self.suite)]
        if self.data is not None:
            parts.append(f"--data {_shown(self.data)}")
        if self.out is not None:
            parts.append(f"--out {_shown(self.out)}")
        if self.published is not None:
            parts.append(f"--published {_shown(self.published)}")
        return " ".join(parts)


def _shown(path: Path) -> str:
    return path.name if path.is_absolute() else path.as_posix()


def names_in(text: str) -> tuple[str, ...]:
    """Return the names of a list with commas.

    Examples
    --------
    >>> names_in("abalone, kin8nm")
    ('abalone', 'kin8nm')
    """
    return tuple(name.strip() for name in text.split(",") if name.strip())
