"""Cells: their order, their keys, what they record, and how they fail."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitwise.benchmark.cell import Cell, describe_error, plan_cells, run_cell
from digitwise.benchmark.peers import ConstantCompetitor
from digitwise.benchmark.scores import IN_DATA_UNITS, score
from digitwise.distributions import Atoms, GaussianMixture
from digitwise.training import FitResult, fit
from tests.benchmark.records import made_up_suite

SMALL = {"preset": "plain", "max_epochs": 2, "hidden_dim": 8}


def cell_of(method: str, **settings: Any) -> Cell:
    methods = ("decoding", "pointwise", "histogram", "quantile", "constant")
    cells = plan_cells(made_up_suite(methods, shared=SMALL, **settings))
    return next(cell for cell in cells if cell.method.name == method)


def test_the_first_seed_comes_first_with_all_its_cells() -> None:
    cells = plan_cells(made_up_suite())
    assert [cell.seed for cell in cells] == 6 * [0] + 6 * [1]
    assert len({cell.identity for cell in cells}) == 12
    assert [cell.dataset for cell in cells[:6]] == 3 * ["synthetic:line"] + 3 * ["synthetic:step"]


def test_a_method_may_be_kept_to_some_data_sets() -> None:
    suite = made_up_suite()
    one = replace(suite.methods[0], only_datasets=("synthetic:step",))
    cells = plan_cells(replace(suite, methods=(one, *suite.methods[1:])))
    assert {cell.dataset for cell in cells if cell.method.name == one.name} == {"synthetic:step"}


@pytest.mark.parametrize(
    ("settings", "same"),
    [
        ({}, True),
        ({"name": "other", "description": "words"}, True),
        ({"seeds": [0, 7]}, True),
        ({"max_train": 50}, False),
        ({"max_validation": 20}, False),
        ({"threads": 2}, False),
        ({"shared": {**SMALL, "hidden_dim": 9}}, False),
    ],
)
def test_the_key_changes_with_what_decides_the_figures(settings: dict[str, Any], same: bool) -> None:
    plain = plan_cells(made_up_suite(shared=SMALL))[0]
    other = plan_cells(made_up_suite(**{"shared": SMALL, **settings}))[0]
    assert (plain.key == other.key) is same


@pytest.mark.parametrize("method", ["decoding", "pointwise", "quantile", "constant"])
def test_a_record_is_plain_json_and_complete(method: str) -> None:
    record = run_cell(cell_of(method, max_train=100), None)
    assert record["status"] == "ok", record.get("error")
    assert json.loads(json.dumps(record, allow_nan=False)) == record
    assert (record["n_train"], record["n_validation"], record["n_test"]) == (100, 32, 40)
    assert record["scores"]["rmse"] > 0
    assert record["scores"]["crps"] > 0
    assert (record["scores"]["nll"] is None) is (method in ("quantile", "constant"))
    assert record["fit_seconds"] > 0


def test_the_same_cell_gives_the_same_scores() -> None:
    first, second = (run_cell(cell_of("decoding"), None) for _ in range(2))
    assert first["scores"] == second["scores"]


def test_every_method_of_a_seed_is_tested_on_the_same_rows() -> None:
    records = [run_cell(cell_of(method), None) for method in ("pointwise", "constant")]
    assert records[0]["test_std"] == records[1]["test_std"]


def test_a_failing_cell_is_recorded_with_its_error() -> None:
    suite = made_up_suite(shared={"max_epochs": 2, "hidden_dim": -1})
    record = run_cell(plan_cells(suite)[0], None)
    assert record["status"] == "failed"
    assert record["error"].startswith("ValueError: The encoder needs hidden_dim")
    assert "scores" not in record


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("no file /home/me/data/a.csv", "no file a.csv"),
        (r"no file C:\Users\me\a.csv", "no file a.csv"),
        ("[Errno 2] '/srv/x/index.json'", "[Errno 2] 'index.json'"),
        ("3/4 of the rows and/or columns", "3/4 of the rows and/or columns"),
        ("two\n  lines", "two lines"),
    ],
)
def test_errors_are_told_in_one_line_without_folders(message: str, shown: str) -> None:
    assert describe_error(OSError(message)) == f"OSError: {shown}"


def test_an_interrupted_training_is_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*arguments: Any, **settings: Any) -> FitResult:
        return replace(fit(*arguments, **settings), stopped_by="interrupt")

    monkeypatch.setattr("digitwise.estimators.trains_networks.fit", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_cell(cell_of("pointwise"), None)


def test_scores_scale_with_the_target() -> None:
    rng = np.random.default_rng(0)
    y, means = rng.normal(size=30), rng.normal(size=(30, 1))
    ones = np.ones((30, 1))
    train_y = np.abs(rng.normal(size=50))
    small = score(y, means[:, 0], GaussianMixture(ones, means, ones), train_y)
    large = score(100 * y, 100 * means[:, 0], GaussianMixture(ones, 100 * means, 100 * ones), 100 * train_y)
    for name, value in small.items():
        assert value is not None
        by_hundred = name in IN_DATA_UNITS
        expected = 100 * value if by_hundred else value + np.log(100) * (name == "nll")
        assert large[name] == pytest.approx(expected), name


def test_what_is_not_defined_is_none() -> None:
    y = np.full(4, 2.0)
    found = score(y, y, Atoms(values=y, probs=np.full((4, 4), 0.25)))
    missing = {name for name, value in found.items() if value is None}
    per_std = {f"{name}_per_std" for name in (*IN_DATA_UNITS, "nll")}
    assert missing == {"r2", "spearman", "nll"} | per_std


@pytest.mark.parametrize("n_rows", [7, 5000])
def test_the_constant_method_predicts_the_training_targets(n_rows: int) -> None:
    y = np.random.default_rng(0).exponential(size=n_rows)
    constant = ConstantCompetitor()
    constant.fit(None, y, (None, y[:1]))
    point, law = constant.predict(np.zeros((3, 1)))
    np.testing.assert_allclose(point, y.mean())
    np.testing.assert_allclose(law.mean(), y.mean(), rtol=0.01)
    levels = np.array([0.1, 0.5, 0.9])
    exact = np.quantile(y, levels, method="inverted_cdf")
    np.testing.assert_allclose(law.quantile(levels)[0], exact, rtol=0.05)


def test_catboost_gives_points(shared_data: Path) -> None:
    pytest.importorskip("catboost")
    suite = made_up_suite(
        methods=("pointwise", "histogram"),
        datasets=["cameras_1000"],
    )
    catboost = replace(suite.methods[0], name="catboost", estimator="catboost", params={"iterations": 5})
    cell = Cell(suite=suite, dataset="cameras_1000", seed=0, method=catboost)
    record = run_cell(cell, shared_data)
    assert record["status"] == "ok", record.get("error")
    assert record["scores"]["rmse"] > 0
    assert record["scores"]["crps"] is None
    assert record["split"] == "published"
