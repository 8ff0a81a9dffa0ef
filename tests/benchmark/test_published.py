"""Results beside a published table: which tasks, in which units, and which rank."""

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from digitwise.benchmark import load_suite
from digitwise.benchmark.board import Board, collect
from digitwise.benchmark.cell import plan_cells
from digitwise.benchmark.job import BenchmarkJob
from digitwise.benchmark.published import (
    PublishedTable,
    beside_published,
    inserted_ranks,
    mean_over_tasks,
    published_ranks,
    read_published,
)
from digitwise.benchmark.published_section import published_section
from digitwise.benchmark.report import markdown_report
from digitwise.benchmark.results import append_record
from digitwise.datasets import load_tabular
from tests.benchmark.records import made_up_record, made_up_suite

CSV = "dataset,dummy,catboost,realmlp,other\nLine,9,2,1,nan\nDiabetes,9,3,4,\nfar,1,1,1,1\n"
NAMES = {"synthetic:line": "Line", "embedded:diabetes": "Diabetes"}


def written(folder: Path, text: str = CSV) -> Path:
    path = folder / "published.csv"
    path.write_text(text)
    return path


def board(split: str = "published", published: Any = None, **settings: Any) -> Board:
    """Decoding has an RMSE of 1.5 with seed 0 and 2.5 with seed 1, the others one of 3."""
    table = {"names": NAMES} if published is None else published
    suite = made_up_suite(datasets=["synthetic:step", *NAMES], published=table, **settings)
    records = [
        {**made_up_record(cell, 1.5 + cell.seed if cell.method.name == "decoding" else 3.0, 1.0), "split": split}
        for cell in plan_cells(suite)
    ]
    return collect(suite, records)


def test_a_table_is_read_with_its_gaps(tmp_path: Path) -> None:
    table = read_published(written(tmp_path))
    assert (table.tasks, table.methods) == (("Line", "Diabetes", "far"), ("dummy", "catboost", "realmlp", "other"))
    np.testing.assert_array_equal(table.rmse, [[9, 2, 1, np.nan], [9, 3, 4, np.nan], [1, 1, 1, 1]])


@pytest.mark.parametrize("text", ["", "dataset\na\n", "dataset,a\n", "dataset,a\nx,1,2\n", "dataset,a\nx,one\n"])
def test_what_is_no_table_of_numbers_is_refused(text: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="A published table must"):
        read_published(written(tmp_path, text))


@given(st.lists(st.floats(0.1, 10.0), min_size=1, max_size=8), st.floats(0.1, 10.0))
def test_an_inserted_rank_is_the_rank_in_the_longer_list(published: list[float], ours: float) -> None:
    longer = published_ranks(np.array([[*published, ours]]))
    assert inserted_ranks(np.array([[ours]]), np.array([published]))[0, 0] == longer[0, -1]


def test_tasks_are_found_by_name_and_only_with_the_published_split(tmp_path: Path) -> None:
    table = read_published(written(tmp_path))
    found = beside_published(board(), table)
    assert (found.datasets, found.tasks) == (("synthetic:line", "embedded:diabetes"), ("Line", "Diabetes"))
    np.testing.assert_allclose(found.ours, [[2.0, 3.0, 3.0], [2.0, 3.0, 3.0]])
    np.testing.assert_array_equal(found.published, table.rmse[:2])
    assert beside_published(board(split="random"), table).tasks == ()
    with pytest.raises(ValueError, match="Did you mean Diabetes"):
        beside_published(board(published={"names": {"embedded:diabetes": "Diabetis"}}), table)


def test_talent_tasks_are_called_by_their_own_names() -> None:
    suite = made_up_suite(datasets=["talent:far", "talent:near"], seeds=[0])
    records = [{**made_up_record(cell, 3.0, 1.0), "split": "published"} for cell in plan_cells(suite)]
    table = PublishedTable(tasks=("far",), methods=("a",), rmse=np.array([[2.0]]))
    assert beside_published(collect(suite, records), table).tasks == ("far",)


def test_the_section_says_where_we_would_stand(tmp_path: Path) -> None:
    _, about, tasks, _, ranks = published_section(board(), read_published(written(tmp_path)))
    assert "on the 2 of its 3 tasks" in about and "caps" not in about
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in tasks.splitlines()]
    assert rows[0] == ["task", "decoding", "pointwise", "histogram", "published best", *SHOWN]
    assert rows[2] == ["Line", "2.000 (2.5)", "3.000 (3)", "3.000 (3)", "1.000 (realmlp)", "2.000", "1.000"]
    means = dict(re.findall(r"^\| (\S+) +\| +([\d.]+) \|", ranks, flags=re.MULTILINE))
    assert means == {
        "catboost": "1.50",
        "realmlp": "1.50",
        "**decoding**": "1.75",
        "**pointwise**": "2.25",
        "**histogram**": "2.25",
        "dummy": "3.00",
    }


SHOWN = ["published catboost", "published realmlp"]


def test_a_report_has_the_section_only_where_it_is_asked_for(tmp_path: Path) -> None:
    table = read_published(written(tmp_path))
    heading = "## Beside the published table\n"
    assert heading not in markdown_report(collect(made_up_suite(), board().records), "c", "x.png")
    assert "was not at hand" in markdown_report(board(), "c", "x.png")
    assert "No data set with a published split" in markdown_report(board("random"), "c", "x.png", table)
    text = markdown_report(board(max_train=9), "c", "x.png", table)
    assert heading in text and "The suite caps the rows" in text


def test_the_table_of_the_command_goes_before_that_of_the_suite(tmp_path: Path) -> None:
    made = board()
    suite = tmp_path / "made_up.toml"
    methods = "".join(f'[[methods]]\nname = "{m.name}"\nestimator = "{m.estimator}"\n' for m in made.suite.methods)
    suite.write_text(f'name = "made_up"\ndatasets = ["synthetic:line"]\n[published]\nrmse = "published.csv"\n{methods}')
    with pytest.raises(FileNotFoundError, match="no published table"):
        BenchmarkJob(program="p", suite=suite, out=tmp_path / "o").check_reportable()
    written(tmp_path)
    from_suite = BenchmarkJob(program="p", suite=suite).published_table()
    assert from_suite is not None and from_suite.tasks[0] == "Line"
    other = tmp_path / "other.csv"
    other.write_text("dataset,a\nx,1\n")
    job = BenchmarkJob(program="p", suite=suite, published=other)
    assert job.published_table() is not None and job.published_table().tasks == ("x",)
    assert job.command == "p made_up.toml --published other.csv"


@pytest.mark.parametrize(
    ("published", "complaint"),
    [
        ({"names": {"synthetic:lime": "Line"}}, "data set with a published name 'synthetic:lime'"),
        ({"mae": "x.csv"}, "published.mae: unknown key"),
    ],
)
def test_what_the_suite_says_of_it_is_checked(published: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        board(published=published)


def test_both_commands_take_it(tmp_path: Path, project_root: Path) -> None:
    from digitwise.benchmark.command import main
    from digitwise.cli import main as cli_main

    path = project_root / "benchmarks" / "suites" / "talent.toml"
    out, report = tmp_path / "talent.jsonl", tmp_path / "REPORT.md"
    suite = load_suite(path)
    assert suite.published is not None
    for cell in plan_cells(suite)[:2]:
        append_record(out, {**made_up_record(cell, 2.0, 1.0), "split": "published"})
    table = written(tmp_path, "dataset,catboost\n" + "".join(f"{n},2.5\n" for n in suite.published.names.values()))
    words = [str(path), "--out", str(out), "--report", str(report), "--published", str(table)]
    assert main(words) == 0
    text = report.read_text(encoding="utf-8")
    assert "on the 1 of its 6 tasks" in text and "--published published.csv" in text
    assert cli_main(["bench", *words, "--report-only"]) == 0
    assert "on the 1 of its 6 tasks" in report.read_text(encoding="utf-8")


@pytest.fixture
def published(shared_data: Path) -> PublishedTable:
    path = shared_data.parent / "reference" / "talent_regression_rmse.csv"
    if not path.is_file():
        pytest.skip("the published table is not here: expected ../shared/reference/talent_regression_rmse.csv")
    return read_published(path)


def test_the_published_ranks_are_those_known(published: PublishedTable) -> None:
    assert published.rmse.shape == (100, 28)
    means = mean_over_tasks(published_ranks(published.rmse))
    known = {"catboost": 6.2, "realmlp": 6.7, "lightgbm": 8.1}
    assert {name: round(float(means[published.methods.index(name)]), 1) for name in known} == known


def test_the_published_units_are_those_of_the_target(
    published: PublishedTable, shared_data: Path, project_root: Path
) -> None:
    """A constant has the published RMSE on all six tasks whose split is at hand: so the names are right, too."""
    suite = load_suite(project_root / "benchmarks" / "suites" / "talent.toml")
    assert suite.published is not None
    for name, task in suite.published.names.items():
        data = load_tabular(shared_data, name)
        assert data.split is not None
        error = data.y[data.split == "test"] - data.y[data.split == "train"].mean()
        known = published.rmse[published.tasks.index(task), published.methods.index("dummy")]
        assert np.sqrt(np.mean(error**2)) == pytest.approx(known, rel=1e-4), name
