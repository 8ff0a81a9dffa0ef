"""``digitwise bench``: methods side by side on many data sets, and the report of how they did."""

from digitwise.benchmark.job import BenchmarkJob, names_in
from digitwise.cli.options import Flag, NameList, OptionalFile, OptionalFolder, SuiteFile
from digitwise.cli.writing import check_can_write


def bench(
    suite: SuiteFile,
    /,
    *,
    data: OptionalFolder = None,
    out: OptionalFile = None,
    report: OptionalFile = None,
    report_only: Flag = False,
    only: NameList = "",
    methods: NameList = "",
    jobs: int = 1,
    published: OptionalFile = None,
) -> None:
    """Compare methods on many data sets, and write a report.

    A suite names data sets, seeds and methods; every combination is one cell.

    A run that was cut off goes on where it ended. The exit code is 1 if a cell failed.

    Parameters
    ----------
    suite
        TOML file of the suite.
    data
        Folder with the tables that the suite names: index.json and tabular/, or a folder for each
        task of the TALENT benchmark.
    out
        JSON-lines file of the results, added to cell by cell; without it none are kept.
    report
        Markdown file to write once the cells have run, with pictures in figures/ beside it.
    report_only
        Run nothing: write the report of the results that are there.
    only
        Run these data sets only; names with commas between them.
    methods
        Run these methods only; names with commas between them.
    jobs
        Number of processes. Seconds compare only between cells run with the same number.
    published
        CSV file of published RMSE that the report puts the results beside: tasks by methods.

    Raises
    ------
    ValueError
        If the suite, its data or an option cannot be used.
    OSError
        If a file cannot be read or written.
    ImportError
        If an optional package is not installed.
    SystemExit
        With code 1, if a cell failed.
    """
    job = BenchmarkJob(
        program="digitwise bench",
        suite=suite,
        data=data,
        out=out,
        only=names_in(only),
        methods=names_in(methods),
        jobs=jobs,
        published=published,
    )
    if report_only and report is None:
        raise ValueError("report_only writes a report and nothing else: say where with --report FILE.")
    if report is not None:
        job.check_reportable()
        check_can_write(report)
    n_failed = 0 if report_only else job.run()
    if report is not None:
        job.write_report(report)
    if n_failed:
        raise SystemExit(1)
