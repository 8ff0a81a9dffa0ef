"""Running a suite: nothing twice, nothing lost, nothing stops it."""

import json
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from digitwise.benchmark import read_records, run_suite
from digitwise.benchmark.cell import Cell, plan_cells
from digitwise.benchmark.command import main
from digitwise.benchmark.provenance import provenance
from digitwise.benchmark.results import append_record, identity
from tests.benchmark.records import made_up_record, made_up_suite


@pytest.fixture
def fake_cells(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Cells that take no time; counts them, and fails the method named under ``fails``."""
    state: dict[str, Any] = {"runs": [], "fails": None}

    def run_cell(cell: Cell, folder: Path | None) -> dict[str, Any]:
        state["runs"].append(cell.identity)
        if cell.method.name == state["fails"]:
            named = made_up_record(cell, 1.0, 1.0)
            return {**named, "status": "failed", "error": "ValueError: no"}
        if state.get("interrupt_after") == len(state["runs"]):
            raise KeyboardInterrupt
        return made_up_record(cell, 1.0, 0.5)

    monkeypatch.setattr("digitwise.benchmark.run.run_cell", run_cell)
    return state


def test_finished_cells_are_not_run_again(tmp_path: Path, fake_cells: dict[str, Any]) -> None:
    out = tmp_path / "deep" / "results.jsonl"
    suite = made_up_suite()
    first = run_suite(suite, out=out, only_methods=["pointwise"])
    assert (first.n_run, first.n_failed, len(first.records)) == (4, 0, 4)
    second = run_suite(suite, out=out)
    assert (second.n_run, len(second.records)) == (8, 12)
    assert run_suite(suite, out=out).n_run == 0
    assert len(fake_cells["runs"]) == len(set(fake_cells["runs"])) == 12
    assert len(out.read_text().splitlines()) == 12


def test_cells_with_other_settings_are_run(tmp_path: Path, fake_cells: dict[str, Any]) -> None:
    out = tmp_path / "results.jsonl"
    run_suite(made_up_suite(), out=out)
    assert run_suite(made_up_suite(name="other"), out=out).n_run == 0
    assert run_suite(made_up_suite(max_train=9), out=out).n_run == 12


def test_a_failing_cell_does_not_stop_the_run_and_is_tried_again(tmp_path: Path, fake_cells: dict[str, Any]) -> None:
    out = tmp_path / "results.jsonl"
    fake_cells["fails"] = "decoding"
    run = run_suite(made_up_suite(), out=out)
    assert (run.n_run, run.n_failed) == (12, 4)
    fake_cells["fails"] = None
    again = run_suite(made_up_suite(), out=out)
    assert (again.n_run, again.n_failed) == (4, 0)
    assert {record["status"] for record in read_records(out).values()} == {"ok"}


def test_an_interrupt_keeps_what_is_finished(tmp_path: Path, fake_cells: dict[str, Any]) -> None:
    out = tmp_path / "results.jsonl"
    fake_cells["interrupt_after"] = 5
    with pytest.raises(KeyboardInterrupt):
        run_suite(made_up_suite(), out=out)
    assert len(read_records(out)) == 4


def test_a_line_that_was_cut_off_costs_only_itself(tmp_path: Path, fake_cells: dict[str, Any]) -> None:
    out = tmp_path / "results.jsonl"
    run_suite(made_up_suite(), out=out)
    out.write_text(out.read_text()[:-50])
    with pytest.warns(UserWarning, match="Line 12 of results.jsonl is cut off"):
        assert run_suite(made_up_suite(), out=out).n_run == 1
    with pytest.warns(UserWarning, match="Line 12"):
        assert len(read_records(out)) == 12


def test_results_hold_no_nan(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON"):
        append_record(tmp_path / "results.jsonl", {"score": float("nan")})
    assert not (tmp_path / "results.jsonl").exists()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"jobs": 0}, "jobs must be at least 1"),
        ({"only_datasets": ["lime"]}, "no data set 'lime'"),
    ],
)
def test_mistakes_are_found_before_the_first_cell(
    arguments: dict[str, Any], complaint: str, fake_cells: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=complaint):
        run_suite(made_up_suite(), **arguments)
    with pytest.raises(ValueError, match="--data FOLDER"):
        run_suite(made_up_suite(datasets=["abalone"]))
    with pytest.raises(ValueError, match="parameters of decoding"):
        run_suite(made_up_suite(shared={"epochs": 3}))
    assert fake_cells["runs"] == []


def test_a_method_that_is_not_installed_is_left_out_with_a_warning(
    fake_cells: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "catboost", None)
    references = {"rmse": "constant", "crps": "constant"}
    with pytest.warns(UserWarning, match="catboost is left out"):
        run = run_suite(made_up_suite(("constant", "catboost"), references=references))
    assert {record["method"] for record in run.records} == {"constant"}


def test_records_say_where_they_come_from_without_paths(fake_cells: dict[str, Any]) -> None:
    record = run_suite(made_up_suite(), only_methods=["pointwise"]).records[0]
    assert {"commit", "dirty", "versions", "machine", "jobs", "finished"} <= set(record)
    assert record["versions"]["torch"]
    assert str(Path.home()) not in json.dumps(record)
    assert str(Path.cwd()) not in json.dumps(provenance())


def test_several_workers_do_each_cell_once(
    tmp_path: Path, fake_cells: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digitwise.benchmark.run.ProcessPoolExecutor", Threads)
    out = tmp_path / "results.jsonl"
    run = run_suite(made_up_suite(), out=out, jobs=2)
    cells = plan_cells(made_up_suite())
    assert sorted(fake_cells["runs"]) == sorted(cell.identity for cell in cells)
    assert [identity(record) for record in run.records] == [cell.identity for cell in cells]
    assert {record["jobs"] for record in read_records(out).values()} == {2}


class Threads(ThreadPoolExecutor):
    """Stands in for processes, which take seconds to start."""

    def __init__(self, max_workers: int, mp_context: Any) -> None:
        assert mp_context.get_start_method() == "spawn"
        super().__init__(max_workers)

    def submit(self, function: Any, /, *arguments: Any) -> Any:
        return super().submit(function, *pickle.loads(pickle.dumps(arguments)))


def test_the_command_runs_the_smoke_suite_and_writes_its_report(
    tmp_path: Path, project_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suite = str(project_root / "benchmarks" / "suites" / "smoke.toml")
    out, report = tmp_path / "smoke.jsonl", tmp_path / "REPORT.md"
    assert main([suite, "--out", str(out)]) == 0
    shown = capsys.readouterr().out
    assert "15 cells run, 0 failed, 0 already there." in shown
    assert "| decoding " in shown
    assert main([suite, "--out", str(out), "--report", str(report)]) == 0
    text = report.read_text(encoding="utf-8")
    assert "15 of 15 cells finished" in text
    assert str(tmp_path) not in text
    assert str(project_root) not in text
    assert (tmp_path / "figures" / "smoke_ratios.png").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["absent.toml"], "no suite at absent.toml"),
        (["SUITE", "--only", "abalone"], "no data set 'abalone'"),
        (["SUITE", "--report", "REPORT.md"], "say where they are with --out"),
        (["SUITE", "--report", "REPORT.md", "--out", "absent.jsonl"], "nothing to report"),
    ],
)
def test_the_command_explains_what_is_wrong(
    arguments: list[str],
    complaint: str,
    project_root: Path,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    suite = str(project_root / "benchmarks" / "suites" / "smoke.toml")
    assert main([suite if part == "SUITE" else part for part in arguments]) == 2
    assert complaint in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_failed_cell_makes_the_command_fail(
    fake_cells: dict[str, Any], project_root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fake_cells["fails"] = "quantile"
    suite = str(project_root / "benchmarks" / "suites" / "smoke.toml")
    assert main([suite]) == 1
    assert "quantile  FAILED  ValueError: no" in capsys.readouterr().out
    fake_cells["fails"] = None


def test_planning_is_what_running_does(fake_cells: dict[str, Any]) -> None:
    suite = made_up_suite()
    run_suite(suite)
    assert fake_cells["runs"] == [cell.identity for cell in plan_cells(suite)]
