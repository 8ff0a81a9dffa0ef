"""``digitwise bench``: runs what is missing, reports what is there, and fails when a cell does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from digitwise.benchmark.cell import Cell
from tests.benchmark.records import made_up_record

SUITE = """
name = "tiny"
datasets = ["synthetic:line", "synthetic:step"]
references = { rmse = "pointwise", crps = "pointwise" }
[[methods]]
name = "decoding"
estimator = "DecodingRegressor"
[[methods]]
name = "pointwise"
estimator = "PointwiseRegressor"
"""


@pytest.fixture
def suite(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A suite whose cells take no time; those of a data set called ``synthetic:step`` can be made to fail."""
    path = tmp_path / "tiny.toml"
    path.write_text(SUITE)

    def run_cell(cell: Cell, folder: Path | None) -> dict[str, Any]:
        record = made_up_record(cell, 1.0, 0.5)
        if cell.dataset == "synthetic:step" and (tmp_path / "broken").exists():
            return {**record, "status": "failed", "error": "ValueError: no"}
        return record

    monkeypatch.setattr("digitwise.benchmark.run.run_cell", run_cell)
    return path


def test_runs_and_reports_and_goes_on_where_it_ended(run: Callable, suite: Path, tmp_path: Path) -> None:
    out, report = tmp_path / "results.jsonl", tmp_path / "REPORT.md"
    outcome = run("bench", suite, "--out", out, "--only", "synthetic:line", "--methods", "decoding,pointwise")
    assert (outcome.code, outcome.err) == (0, "")
    assert "2 cells run, 0 failed, 0 already there." in outcome.out
    outcome = run("bench", suite, "--out", out, "--report", report)
    assert (outcome.code, outcome.err) == (0, "")
    assert "2 cells run, 0 failed, 2 already there." in outcome.out
    assert outcome.out.endswith(f"Wrote {report}.\n")
    text = report.read_text(encoding="utf-8")
    assert "    digitwise bench tiny.toml --out results.jsonl\n" in text
    assert str(tmp_path) not in text


def test_a_report_alone_runs_nothing(run: Callable, suite: Path, tmp_path: Path) -> None:
    out, report = tmp_path / "results.jsonl", tmp_path / "REPORT.md"
    run("bench", suite, "--out", out, "--only", "synthetic:line")
    outcome = run("bench", suite, "--out", out, "--report", report, "--report-only")
    assert outcome.out == f"Wrote {report}.\n"
    assert "2 of 4 cells finished" in report.read_text(encoding="utf-8")


def test_a_failed_cell_ends_with_1_after_the_report(run: Callable, suite: Path, tmp_path: Path) -> None:
    (tmp_path / "broken").touch()
    report = tmp_path / "REPORT.md"
    outcome = run("bench", suite, "--out", tmp_path / "results.jsonl", "--report", report)
    assert (outcome.code, outcome.err) == (1, "")
    assert "2 failed" in outcome.out
    assert "## Failed cells" in report.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--only", "abalone"), "no data set 'abalone'"),
        (("--methods", "decodin"), "Did you mean decoding?"),
        (("--report", "REPORT.md"), "say where they are with --out"),
        (("--report-only",), "--report FILE"),
        (("--report", "absent/REPORT.md", "--out", "results.jsonl"), "there is no folder 'absent'"),
        (("--report", "REPORT.md", "--out", "absent.jsonl", "--report-only"), "nothing to report"),
        (("--jobs", "0"), "jobs must be at least 1"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_runs(
    fails: Callable,
    suite: Path,
    tmp_path: Path,
    words: tuple[str, ...],
    complaint: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert complaint in fails("bench", suite, *words)
    assert list(tmp_path.iterdir()) == [suite]


def test_a_suite_that_is_not_there(fails: Callable) -> None:
    assert "no suite at absent.toml" in fails("bench", "absent.toml")
