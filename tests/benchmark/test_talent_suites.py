"""Tasks of the TALENT benchmark in suites: by name, and all of them."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from digitwise.benchmark import load_suite
from digitwise.benchmark.board import collect
from digitwise.benchmark.cell import plan_cells
from digitwise.benchmark.methods import EstimatorCompetitor, make_competitor
from digitwise.benchmark.run import run_suite
from digitwise.benchmark.sources import check_datasets, load_dataset, with_all_named
from digitwise.benchmark.suite import Suite, replace_patterns
from digitwise.benchmark.suite_file import parse_suite
from digitwise.benchmark.tables import method_table
from tests.benchmark.records import made_up_record, made_up_suite
from tests.datasets.test_talent_folder import write_task

TASKS = ("talent:Big-Set", "talent:toy")


@pytest.fixture
def tasks(tmp_path: Path) -> Path:
    """Two regressions and a classification."""
    for name, kind in (("toy", "regression"), ("Big-Set", "regression"), ("classes", "multiclass")):
        write_task(tmp_path / "talent_format", name, task_type=kind)
    return tmp_path


def everything(**settings: object) -> Suite:
    return made_up_suite(("constant",), references={"rmse": "constant", "crps": "constant"}, seeds=[0], **settings)


@pytest.mark.parametrize("below", [True, False])
def test_tasks_are_found_below_the_data_or_in_a_download(tasks: Path, below: bool) -> None:
    pytest.importorskip("pandas")
    folder = tasks if below else tasks / "talent_format"
    assert load_dataset("talent:toy", folder, ("N0",)).feature_names == ("N1", "C0", "C1")
    with pytest.raises(ValueError, match="Did you mean talent:toy"):
        check_datasets(["talent:toys"], folder)
    with pytest.raises(ValueError, match="no regression task 'talent:classes'"):
        check_datasets(["talent:classes"], folder)


def test_tasks_need_a_folder() -> None:
    with pytest.raises(ValueError, match="FOLDER holds the tasks' folders, or talent_format/"):
        check_datasets(["talent:toy"], None)
    with pytest.raises(ValueError, match=r"talent:\* are tables of a folder"):
        with_all_named(everything(datasets="talent:*"), None)


def test_a_pattern_stands_for_every_regression(tasks: Path) -> None:
    for datasets in ("talent:*", ["talent:*"], ["talent:Big-Set", "talent:*"]):
        assert with_all_named(everything(datasets=datasets), tasks).datasets == TASKS
    plain = made_up_suite()
    assert with_all_named(plain, None) is plain
    with pytest.raises(ValueError, match="no pattern"):
        with_all_named(everything(datasets="features:*"), tasks)


def test_what_a_pattern_stands_for_can_be_referred_to(tasks: Path) -> None:
    suite = everything(datasets="talent:*", groups={"small": ["talent:toy"]}, drop={"talent:toy": ["N0"]})
    assert with_all_named(suite, tasks).groups == {"small": ("talent:toy",)}
    with pytest.raises(ValueError, match="Did you mean talent:toy"):
        with_all_named(everything(datasets="talent:*", groups={"small": ["talent:toys"]}), tasks)
    with pytest.raises(ValueError, match="data set of group small"):
        everything(datasets="talent:*", groups={"small": ["abalone"]})


def test_all_tasks_are_run(tasks: Path) -> None:
    pytest.importorskip("pandas")
    run = run_suite(everything(datasets="talent:*"), data=tasks)
    assert [(record["dataset"], record["status"]) for record in run.records] == [(name, "ok") for name in TASKS]
    one = run_suite(everything(datasets="talent:*"), data=tasks, only_datasets=["talent:toy"])
    assert [record["dataset"] for record in one.records] == ["talent:toy"]


def test_a_report_without_the_data_knows_the_tasks_from_the_results(tasks: Path) -> None:
    suite = everything(datasets="talent:*")
    cells = plan_cells(with_all_named(suite, tasks))
    board = collect(suite, [made_up_record(cells[1], 1.0, 1.0)])
    assert board.datasets == ("talent:toy",)
    assert collect(with_all_named(suite, tasks), [made_up_record(cells[1], 1.0, 1.0)]).n_cells == 2


def test_the_suites_of_tasks_are_there(project_root: Path, shared_data: Path) -> None:
    full = load_suite(project_root / "benchmarks" / "suites" / "talent_full.toml")
    assert "talent:cpu_act" in with_all_named(full, shared_data).datasets
    six = load_suite(project_root / "benchmarks" / "suites" / "talent.toml")
    check_datasets(six.datasets, shared_data)


def test_parameters_of_one_data_set_hold_there_alone() -> None:
    methods: list[dict[str, Any]] = [
        {"name": "a", "estimator": "constant", "params": {"x": 1}, "params_of": {"talent:toy": {"x": 2, "y": 3}}},
        {"name": "constant", "estimator": "constant"},
    ]
    table = {"name": "one", "references": {"rmse": "constant", "crps": "constant"}}
    suite = parse_suite({**table, "methods": methods, "datasets": "talent:*"})
    found = replace_patterns(suite, TASKS)
    params = {cell.dataset: cell.method.params for cell in plan_cells(found) if cell.method.name == "a"}
    assert params == {"talent:Big-Set": {"x": 1}, "talent:toy": {"x": 2, "y": 3}}
    cells = [cell for cell in plan_cells(found) if cell.method.name == "a"]
    assert len({cell.key for cell in cells}) == 2
    text = method_table(collect(found, [{**made_up_record(c, 1.0, None), "params": c.method.params} for c in cells]))
    assert "x by data set" in text
    assert replace_patterns(suite, TASKS[:1]).methods[0].params_of == {}
    with pytest.raises(ValueError, match="no data set of a 'talent:toys'"):
        misspelt = {**methods[0], "params_of": {"talent:toys": {}}}
        parse_suite({**table, "methods": [misspelt, methods[1]], "datasets": ["talent:toy"]})


def test_the_paper_s_settings_become_a_suite(project_root: Path, tmp_path: Path) -> None:
    header = "dataset,learning_rate,base,digits,d_model,nhead,num_decoder_layers,dim_feedforward,hidden_dim,dropout"
    (tmp_path / "settings.csv").write_text(f"{header}\ntoy,1.25e-05,4,3,8,2,1,16,12,0.1\n")
    script, out = project_root / "benchmarks" / "paper_settings.py", tmp_path / "suite.toml"
    subprocess.run([sys.executable, script, "--hparams", tmp_path / "settings.csv", "--out", out], check=True)
    suite = replace_patterns(load_suite(out), TASKS)
    cell = next(c for c in plan_cells(suite) if c.method.name == "paper-ce" and c.dataset == "talent:toy")
    made = make_competitor(suite, cell.method, 0)
    assert isinstance(made, EstimatorCompetitor)
    settings = made.estimator.get_params()
    assert (settings["hidden_dim"], settings["n_layers"], settings["learning_rate"]) == (12, 1, 1.25e-5)
    assert (settings["codec"].base, settings["codec"].length) == (4, 3)
    assert settings["decoder"].feed_forward_dim == 16
