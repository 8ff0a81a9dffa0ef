"""Targets that span orders of magnitude: relative errors, impossible values, dropped columns, and their report."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from digitwise.benchmark.board import collect
from digitwise.benchmark.cell import plan_cells
from digitwise.benchmark.peers import CatBoostCompetitor
from digitwise.benchmark.report import markdown_report
from digitwise.benchmark.scores import score
from digitwise.benchmark.sources import check_datasets, load_dataset, without_columns
from digitwise.distributions import Atoms
from tests.benchmark.records import made_up_record, made_up_suite

Y = np.array([1.0, 10.0, 100.0, 1000.0])
LAW = Atoms(values=np.array([-5.0, 2.0, 2000.0]), probs=np.tile([0.1, 0.7, 0.2], (4, 1)))
ONE_SET = {"datasets": ["embedded:diabetes"]}


def test_errors_are_relative_to_the_truth() -> None:
    scores = score(Y, 2 * Y, None)
    assert scores["relative_error"] == scores["median_relative_error"] == 1.0
    assert scores["mean_relative_error"] == pytest.approx(1.0, rel=0.2)  # a floor keeps the smallest from deciding


def test_the_law_s_median_is_judged_beside_the_point() -> None:
    scores = score(Y, LAW.mean(), LAW)
    assert scores["median_relative_error"] == pytest.approx((0.98 + 0.998) / 2)
    assert scores["relative_error"] == pytest.approx(np.median(np.abs(LAW.mean() - Y) / Y))


@pytest.mark.parametrize(
    ("train_y", "expected"),
    [
        (Y, {"outside_train": 0.25, "mass_outside_train": 0.3, "below_zero": 0.25, "mass_below_zero": 0.1}),
        (Y - 10.0, {"outside_train": 0.0, "mass_outside_train": 0.2, "below_zero": None, "mass_below_zero": None}),
    ],
)
def test_impossible_values_are_counted(train_y: np.ndarray, expected: dict[str, float | None]) -> None:
    scores = score(Y, np.array([-1.0, 1.0, 2.0, 990.0]), LAW, train_y)
    assert {name: scores[name] for name in expected} == pytest.approx(expected)


def test_without_a_law_there_is_no_mass() -> None:
    scores = score(Y, Y, None, Y)
    assert (scores["below_zero"], scores["mass_below_zero"], scores["mass_outside_train"]) == (0.0, None, None)


def test_a_point_mass_at_the_end_of_the_range_is_inside() -> None:
    law = Atoms(values=np.array([1.0, 1000.0]), probs=np.full((4, 2), 0.5))
    assert score(Y, law.mean(), law, Y)["mass_outside_train"] == 0.0


def test_dropped_columns_are_no_features_and_change_the_key() -> None:
    suite = made_up_suite(**ONE_SET, drop={"embedded:diabetes": ["bmi"]})
    dropped, plain = plan_cells(suite)[0], plan_cells(made_up_suite(**ONE_SET))[0]
    assert dropped.key != plain.key
    data, whole = load_dataset("embedded:diabetes", None, dropped.dropped), load_dataset("embedded:diabetes", None)
    assert data.feature_names == tuple(name for name in whole.feature_names if name != "bmi")
    place = whole.feature_names.index("s1")
    np.testing.assert_array_equal(data.X[:, data.feature_names.index("s1")], whole.X[:, place])


def test_columns_are_dropped_from_frames() -> None:
    pd = pytest.importorskip("pandas")
    whole = load_dataset("embedded:diabetes", None)
    frame = without_columns(whole, ())
    assert frame is whole
    framed = replace(whole, X=pd.DataFrame(whole.X, columns=whole.feature_names))
    assert list(without_columns(framed, ["age"]).X.columns) == list(whole.feature_names[1:])


@pytest.mark.parametrize(
    ("drop", "complaint"),
    [({"embedded:diabetis": ["bmi"]}, "data set to drop columns of"), ({"embedded:diabetes": "bmi"}, "array")],
)
def test_what_cannot_be_dropped_is_refused(drop: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        made_up_suite(**ONE_SET, drop=drop)


def test_columns_that_are_not_there_cannot_be_dropped() -> None:
    with pytest.raises(ValueError, match="Did you mean bmi"):
        load_dataset("embedded:diabetes", None, ("bmi_",))
    with pytest.raises(ValueError, match="at least one column"):
        load_dataset("embedded:diabetes", None, load_dataset("embedded:diabetes", None).feature_names)


def test_features_of_queries_are_a_data_set(shared_data: Path) -> None:
    with pytest.raises(ValueError, match="--data FOLDER"):
        check_datasets(["features:sql_cardinality"], None)
    with pytest.raises(ValueError, match="Did you mean features:sql_cardinality"):
        check_datasets(["features:sql_cardinalities"], shared_data)
    assert load_dataset("features:sql_cardinality", shared_data).y.min() >= 0


def test_trees_on_logarithms_predict_in_data_units() -> None:
    pytest.importorskip("catboost")
    X = np.repeat(np.arange(4.0), 50)[:, None]
    y = np.exp(3.0 * X[:, 0])
    trees = CatBoostCompetitor(log1p=True, iterations=200)
    trees.fit(X, y, (X, y))
    point, law = trees.predict(X[::50])
    assert law is None
    np.testing.assert_allclose(point, y[::50], rtol=0.2)
    with pytest.raises(ValueError, match="above -1"):
        trees.fit(X, y - 3.0, (X, y))


def test_the_report_shows_relative_errors_where_there_are_any() -> None:
    suite = made_up_suite()
    cells = plan_cells(suite)
    old = [made_up_record(cell, 1.0, 1.0) for cell in cells]
    assert "Relative errors" not in markdown_report(collect(suite, old), "run", "p.png")
    new = [{**record, "scores": {**record["scores"], **score(Y, Y, LAW, Y)}} for record in old]
    text = markdown_report(collect(suite, new), "run", "p.png")
    assert "## Relative errors" in text and "mass below 0" in text
    half = [*new[:6], *old[6:]]
    assert "## Relative errors" in markdown_report(collect(suite, half), "run", "p.png")
