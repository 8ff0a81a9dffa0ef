"""Methods that start from another one: trained from the same first stage, once, and reported as such."""

import json
from typing import Any

import numpy as np
import pytest

from digitwise.benchmark import fitted
from digitwise.benchmark.board import collect
from digitwise.benchmark.cell import Cell, plan_cells, run_cell
from digitwise.benchmark.suite import Suite
from digitwise.benchmark.suite_file import parse_suite
from digitwise.benchmark.tables import second_stage_table
from digitwise.training import fit

STAGE = {"component": "stage/finetune", "objective": "raft", "max_epochs": 2, "keep_start": False}
TABLE: dict[str, Any] = {
    "name": "stages",
    "datasets": ["synthetic:line"],
    "methods": [
        {"name": "ce", "estimator": "DecodingRegressor", "params": {"objective": "cross_entropy"}},
        {"name": "raft", "estimator": "DecodingRegressor", "starts_from": "ce", "params": {"finetune": STAGE}},
        {
            "name": "remax",
            "estimator": "DecodingRegressor",
            "starts_from": "ce",
            "params": {"finetune": {**STAGE, "objective": {"component": "objective/remax", "n_draws": 3}}},
        },
        {"name": "pointwise", "estimator": "PointwiseRegressor"},
    ],
    "shared": {"max_epochs": 3, "hidden_dim": 8, "select_by": "rmse"},
    "references": {"rmse": "ce", "crps": "ce"},
}


def suite(**changes: Any) -> Suite:
    return parse_suite({**TABLE, **changes})


def cells(**changes: Any) -> dict[str, Cell]:
    return {cell.method.name: cell for cell in plan_cells(suite(**changes))}


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitted, "_remembered", {})


def test_one_first_stage_serves_all_that_start_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    trained = []

    def counted(*arguments: Any, **options: Any) -> Any:
        trained.append(options.get("validate_start", False))
        return fit(*arguments, **options)

    monkeypatch.setattr("digitwise.estimators.trains_networks.fit", counted)
    records = {name: run_cell(cell, None) for name, cell in cells().items()}
    assert all(record["status"] == "ok" for record in records.values()), records
    assert trained == [False, True, True, False]  # ce once, two second stages, pointwise
    assert records["raft"]["starts_from"] == "ce"
    assert records["raft"]["fit_seconds"] > records["ce"]["fit_seconds"]
    assert json.loads(json.dumps(records, allow_nan=False)) == records
    assert 1 <= records["raft"]["finetune_best_epoch"] <= records["raft"]["finetune_epochs"] == 2
    assert records["remax"]["validation_crps_start"] == records["raft"]["validation_crps_start"]
    assert "finetune_epochs" not in records["ce"]


def test_a_second_stage_is_the_same_whether_its_first_was_remembered_or_not() -> None:
    remembered = [run_cell(cells()[name], None) for name in ("ce", "raft")][1]
    fitted._remembered.clear()
    assert run_cell(cells()["raft"], None)["scores"] == remembered["scores"]


def test_the_key_changes_with_the_first_stage() -> None:
    other = [{**TABLE["methods"][0], "params": {}}, *TABLE["methods"][1:]]
    plain, changed = cells(), cells(methods=other)
    assert plain["raft"].key != changed["raft"].key
    assert plain["pointwise"].key == changed["pointwise"].key


@pytest.mark.parametrize(
    ("method", "message"),
    [
        ({"starts_from": "gone", "params": {"finetune": STAGE}}, "no first stage of late 'gone'"),
        ({"starts_from": "raft", "params": {"finetune": STAGE}}, "no first stage of late 'raft'"),
        ({"starts_from": "ce", "params": {"objective": "raft"}}, "'finetune', but it has"),
    ],
)
def test_what_starts_from_nothing_is_refused(method: dict[str, Any], message: str) -> None:
    late = {"name": "late", "estimator": "DecodingRegressor", **method}
    with pytest.raises(ValueError, match=message):
        suite(methods=[*TABLE["methods"], late])


def test_only_decoders_can_be_started_from() -> None:
    late = {**TABLE["methods"][1], "name": "late", "starts_from": "pointwise"}
    record = run_cell(cells(methods=[*TABLE["methods"], late])["late"], None)
    assert record["status"] == "failed"
    assert "can only start from a DecodingRegressor" in record["error"]


def test_the_table_says_what_the_second_stage_did() -> None:
    made = {name: run_cell(cell, None) for name, cell in cells().items()}
    text = second_stage_table(collect(suite(), made.values()))
    header, _, *rows = text.splitlines()
    assert "starts from" in header
    assert [row.split("|")[1].strip() for row in rows] == ["raft", "remax"]
    ratio = made["raft"]["validation_crps_last"] / made["raft"]["validation_crps_start"]
    assert f"{ratio:.3f}" in rows[0]
    assert np.isfinite(ratio)
