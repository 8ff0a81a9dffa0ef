"""Methods that get all rows in one call, and hold out what they need."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from digitwise import DecodingRegressor
from digitwise.benchmark.board import collect
from digitwise.benchmark.cell import Cell, plan_cells, run_cell
from digitwise.benchmark.report import how_made
from digitwise.benchmark.suite_parts import Method
from tests.benchmark.records import made_up_record, made_up_suite

SMALL = {"preset": "plain", "max_epochs": 1, "hidden_dim": 8}


def cell_of(method: str, *, splits_itself: bool) -> Cell:
    suite = made_up_suite(("decoding", "pointwise", "histogram", "constant"), shared=SMALL)
    methods = [replace(each, splits_itself=splits_itself and each.name == method) for each in suite.methods]
    return next(cell for cell in plan_cells(replace(suite, methods=tuple(methods))) if cell.method.name == method)


@pytest.mark.parametrize("table", [False, True], ids=["array", "frame"])
def test_it_gets_training_and_validation_rows_together(monkeypatch: pytest.MonkeyPatch, table: bool) -> None:
    seen: list[tuple[Any, np.ndarray, Any]] = []
    fit = DecodingRegressor.fit

    def noted(model: DecodingRegressor, X: Any, y: np.ndarray, validation_data: Any) -> DecodingRegressor:
        seen.append((X, y, validation_data))
        return fit(model, X, y, validation_data=validation_data)

    monkeypatch.setattr(DecodingRegressor, "fit", noted)
    if table:
        import digitwise.benchmark.cell as module

        load = module.load_dataset
        monkeypatch.setattr(module, "load_dataset", lambda *args: _as_frame(load(*args)))
    records = [run_cell(cell_of("decoding", splits_itself=both), None) for both in (False, True)]
    assert [record["status"] for record in records] == ["ok", "ok"]
    (X, y, given), (all_X, all_y, none) = seen
    assert none is None and "splits_itself" not in records[0] and records[1]["splits_itself"] is True
    np.testing.assert_array_equal(all_y, np.concatenate([y, given[1]]))
    np.testing.assert_array_equal(np.asarray(all_X), np.concatenate([np.asarray(X), np.asarray(given[0])]))
    assert isinstance(all_X, pd.DataFrame) is table


def _as_frame(data: Any) -> Any:
    X = data.X if isinstance(data.X, pd.DataFrame) else pd.DataFrame(data.X).add_prefix("x")
    return replace(data, X=X)


def test_it_is_another_cell() -> None:
    first, second = (cell_of("decoding", splits_itself=both) for both in (False, True))
    assert first.key != second.key


def test_methods_of_other_packages_get_their_rows_apart() -> None:
    record = run_cell(cell_of("constant", splits_itself=True), None)
    assert record["status"] == "failed" and "only the package's own estimators can" in record["error"]


def test_what_starts_from_another_method_splits_nothing() -> None:
    with pytest.raises(ValueError, match="splits_itself belongs there"):
        Method(
            name="late",
            estimator="DecodingRegressor",
            starts_from="first",
            params={"finetune": "raft"},
            splits_itself=True,
        )


@pytest.mark.parametrize("splits_itself", [False, True])
def test_the_report_says_whose_rows_choose(splits_itself: bool) -> None:
    cell = cell_of("decoding", splits_itself=splits_itself)
    page = how_made(collect(cell.suite, [made_up_record(cell, 1.0, 1.0)]), "digitwise bench")
    assert ("on rows that each method holds out itself" in page) is splits_itself
    assert ("on the same rows for every method" in page) is not splits_itself
