"""Made-up suites and records for the benchmark's tests."""

from typing import Any

from digitwise.benchmark.board import Board, collect
from digitwise.benchmark.cell import Cell, plan_cells
from digitwise.benchmark.results import Record
from digitwise.benchmark.suite import Suite
from digitwise.benchmark.suite_file import parse_suite

ESTIMATORS = {
    "decoding": "DecodingRegressor",
    "pointwise": "PointwiseRegressor",
    "histogram": "HistogramRegressor",
    "quantile": "QuantileRegressor",
    "constant": "constant",
    "catboost": "catboost",
}


def made_up_suite(methods: tuple[str, ...] = ("decoding", "pointwise", "histogram"), **settings: Any) -> Suite:
    """A suite of small built-in data sets."""
    table: dict[str, Any] = {
        "name": "made_up",
        "datasets": ["synthetic:line", "synthetic:step"],
        "methods": [{"name": name, "estimator": ESTIMATORS[name]} for name in methods],
        "seeds": [0, 1],
    }
    return parse_suite({**table, **settings})


def made_up_record(cell: Cell, rmse: float, crps: float | None, nll: float | None = None) -> Record:
    """A record of a cell with these scores."""
    scores = {"rmse": rmse, "crps": crps, "nll": nll, "nll_per_std": nll, "coverage_90": 0.9}
    return {
        "suite": cell.suite.name,
        "dataset": cell.dataset,
        "seed": cell.seed,
        "method": cell.method.name,
        "key": cell.key,
        "estimator": cell.method.estimator,
        "params": {"select_by": "rmse"},
        "status": "ok",
        "scores": {**scores, "width_90_per_std": 3.0},
        "split": "random",
        "seed_decides": "split and training",
        "n_train": 100,
        "n_validation": 20,
        "n_test": 20,
        "n_features": 1,
        "distinct_share": 1.0,
        "fit_seconds": 1.0,
        "predict_seconds": 0.002,
        "jobs": 1,
        "commit": "0123456789abcdef",
        "dirty": False,
        "machine": {"system": "Linux", "processor": "x86_64", "cores": 2, "accelerator": None},
        "versions": {"python": "3.11.7"},
        "finished": "2026-01-01T00:00:00+00:00",
    }


def made_up_board(scores: dict[tuple[str, str], list[float]], suite: Suite | None = None) -> Board:
    """A board whose RMSE and CRPS of (data set, method) are the given values, one per seed."""
    suite = suite or made_up_suite()
    records = [
        made_up_record(cell, *(2 * [scores[cell.dataset, cell.method.name][cell.seed]]))
        for cell in plan_cells(suite)
        if (cell.dataset, cell.method.name) in scores
    ]
    return collect(suite, records)
