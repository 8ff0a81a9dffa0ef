"""A suite file says everything, and nothing that is misspelt."""

from pathlib import Path
from typing import Any

import pytest

from digitwise.benchmark import load_suite, parse_suite
from digitwise.benchmark.cell import plan_cells
from digitwise.benchmark.methods import OWN, make_competitor
from digitwise.benchmark.sources import check_datasets, load_dataset
from tests.benchmark.records import made_up_suite

POINTWISE = {"name": "pointwise", "estimator": "PointwiseRegressor"}
HISTOGRAM = {"name": "histogram", "estimator": "HistogramRegressor"}
GOOD: dict[str, Any] = {
    "name": "tiny",
    "datasets": ["synthetic:line"],
    "methods": [POINTWISE, HISTOGRAM],
}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"sets": []}, "sets: unknown key"),
        ({"methods": [{**POINTWISE, "parms": {}}]}, "methods.0.parms: unknown key"),
        ({"references": {"mae": "pointwise"}}, "references.mae: unknown key"),
        ({"datasets": "synthetic:line"}, "datasets: .*array"),
        ({"seeds": [0.5]}, "seeds.0: .*integer"),
        ({"seeds": []}, "needs seeds"),
        ({"seeds": [1, 1]}, "each named once"),
        ({"seeds": [-1]}, "at least 0"),
        ({"methods": [POINTWISE, POINTWISE]}, "each named once"),
        ({"methods": [POINTWISE]}, "no reference method 'histogram'"),
        ({"references": {"crps": "histogran"}}, "Did you mean histogram"),
        ({"methods": [{**POINTWISE, "name": "Point wise"}]}, "small letters"),
        ({"methods": [POINTWISE, {**HISTOGRAM, "only_datasets": ["x"]}]}, "data set of histogram"),
        ({"threads": 0}, "at least 1"),
        ({"max_train": 0}, "max_train must be at least 1"),
        ({"max_validation": 0}, "max_validation must be at least 1"),
    ],
)
def test_what_makes_no_sense_is_refused(change: dict[str, Any], complaint: str) -> None:
    parse_suite(GOOD)
    with pytest.raises(ValueError, match=complaint):
        parse_suite({**GOOD, **change})


def test_a_suite_file_that_is_not_there_or_not_toml_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no suite"):
        load_suite(tmp_path / "absent.toml")
    (tmp_path / "broken.toml").write_text("name = ")
    with pytest.raises(ValueError, match=r"broken\.toml"):
        load_suite(tmp_path / "broken.toml")


@pytest.mark.parametrize(
    ("method", "complaint"),
    [
        ({"estimator": "DecodingRegresor"}, "Did you mean DecodingRegressor"),
        ({"params": {"hiden_dim": 3}}, "parameters of pointwise do not fit.*hiden_dim"),
        ({"params": {"random_state": 3}}, "random_state of pointwise"),
        ({"params": {"codec": {"component": "codec/roman"}}}, "unknown component"),
    ],
)
def test_methods_that_cannot_be_built_are_refused(method: dict[str, Any], complaint: str) -> None:
    suite = parse_suite({**GOOD, "methods": [{**POINTWISE, **method}, HISTOGRAM]})
    with pytest.raises(ValueError, match=complaint):
        make_competitor(suite, suite.methods[0], seed=0)


def test_shared_parameters_go_to_estimators_and_a_method_s_own_win() -> None:
    suite = parse_suite(
        {
            **GOOD,
            "shared": {"hidden_dim": 8, "dropout": 0.0},
            "methods": [
                {**POINTWISE, "params": {"hidden_dim": 4}},
                HISTOGRAM,
                {"name": "constant", "estimator": "constant"},
            ],
        }
    )
    estimators = [make_competitor(suite, method, seed=5) for method in suite.methods[:2]]
    assert [e.estimator.hidden_dim for e in estimators] == [4, 8]
    assert [e.estimator.dropout for e in estimators] == [0.0, 0.0]
    assert [e.estimator.random_state for e in estimators] == [5, 5]
    make_competitor(suite, suite.methods[2], seed=5)


def test_a_component_is_written_as_a_table() -> None:
    codec = {"component": "codec/normalized", "base": 10, "length": 2}
    method = {"name": "decoding", "estimator": "DecodingRegressor", "params": {"codec": codec}}
    suite = parse_suite({**GOOD, "methods": [method, POINTWISE, HISTOGRAM]})
    assert make_competitor(suite, suite.methods[0], seed=0).estimator.codec.base == 10


def test_every_suite_of_the_project_can_be_planned_and_built(project_root: Path) -> None:
    paths = sorted((project_root / "benchmarks" / "suites").glob("*.toml"))
    assert {"first.toml", "smoke.toml"} <= {path.name for path in paths}
    for path in paths:
        suite = load_suite(path)
        assert plan_cells(suite)
        for method in suite.methods:
            make_competitor(suite, method, seed=0)
        ours = [method for method in suite.methods if method.estimator in OWN]
        if len(ours) > 1 and suite.shared.get("select_by") is None:
            pytest.fail(f"{path.name} must choose every method's best epoch by one rule.")


def test_the_data_of_the_first_suite_are_there(project_root: Path, shared_data: Path) -> None:
    suite = load_suite(project_root / "benchmarks" / "suites" / "first.toml")
    check_datasets(suite.datasets, shared_data)


def test_the_smoke_suite_needs_no_files(project_root: Path) -> None:
    check_datasets(load_suite(project_root / "benchmarks/suites/smoke.toml").datasets, None)


@pytest.mark.parametrize(
    ("name", "complaint"),
    [("synthetic:lime", "Did you mean synthetic:line"), ("abalone", "--data FOLDER")],
)
def test_data_that_cannot_be_found_are_explained(name: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        load_dataset(name, None)


def test_filters_keep_the_order_and_refuse_unknown_names() -> None:
    suite = made_up_suite()
    found = suite.restrict(["synthetic:step"], ["histogram", "decoding"])
    assert found == (("synthetic:step",), ("decoding", "histogram"))
    with pytest.raises(ValueError, match="Did you mean decoding"):
        suite.restrict(None, ["decodin"])
