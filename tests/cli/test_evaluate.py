"""``digitwise evaluate`` and ``digitwise report``: the figures of digitwise.metrics."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from digitwise import DecodingRegressor, metrics
from digitwise.cli.evaluate import SHOWN


def test_json_holds_the_metrics(run: Callable, model: Path, houses: Path) -> None:
    outcome = run("evaluate", model, houses, "--target", "price", "--json")
    found = json.loads(outcome.out)
    frame = pd.read_csv(houses, dtype={"code": str})
    frame["built"] = pd.to_datetime(frame["built"])
    fitted = DecodingRegressor.load(model)
    X, y = frame.drop(columns=["id", "price"]), frame["price"]
    expected = metrics.evaluate(y, fitted.predict(X), fitted.predict_distribution(X), SHOWN)
    assert found["rows"] == len(y)
    assert found["model"] == pytest.approx(expected)
    assert found["baseline"]["rmse"] == pytest.approx(y.std(ddof=0))
    assert found["baseline"]["spearman"] is None


def test_the_table_shows_every_figure(run: Callable, model: Path, houses: Path) -> None:
    outcome = run("evaluate", model, houses, "--target", "price")
    assert outcome.code == 0
    words = ("baseline", "60 rows", "of the targets lie outside the range", "Do the laws still hold?", "p-value")
    for word in (*SHOWN, *words):
        assert word in outcome.out


def test_targets_outside_the_range_are_counted(run: Callable, model: Path, houses: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(houses)
    frame["price"] = [1e6] * 15 + [400.0] * 45
    frame.to_csv(tmp_path / "far.csv", index=False)
    outcome = run("evaluate", model, tmp_path / "far.csv", "--target", "price", "--json")
    assert json.loads(outcome.out)["saturation_rate"] == 0.25


def test_report_writes_one_page(run: Callable, model: Path, houses: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    pytest.importorskip("jinja2")
    page = tmp_path / "report.html"
    options = ("--target", "price", "--out", page, "--title", "Houses & homes", "--unit", "EUR")
    outcome = run("report", model, houses, *options)
    assert (outcome.code, outcome.out) == (0, f"Wrote {page}.\n")
    text = page.read_text(encoding="utf-8")
    assert "Houses &amp; homes" in text and "price" in text and "EUR" in text


def test_report_of_a_model_that_is_conformal_by_group(run: Callable, model: Path, houses: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    pytest.importorskip("jinja2")
    frame = pd.read_csv(houses, dtype={"code": str})
    frame["built"] = pd.to_datetime(frame["built"])
    side = ["east", "west"] * 30
    grouped = DecodingRegressor.load(model).conformalize(
        frame.drop(columns=["id", "price"]), frame["price"], groups=side
    )
    grouped.save(tmp_path / "grouped")
    frame.assign(side=side).to_csv(tmp_path / "sides.csv", index=False)
    page = tmp_path / "report.html"
    options = ("--target", "price", "--out", page)
    told = run("report", tmp_path / "grouped", tmp_path / "sides.csv", *options, "--groups", "side")
    assert told.code == 0
    assert "east" in page.read_text("utf-8") and "conformal 90% intervals" in page.read_text("utf-8")
    run("report", tmp_path / "grouped", tmp_path / "sides.csv", *options)
    assert "was not given the group of each row" in page.read_text("utf-8")
    assert (
        "no group column"
        in run("report", tmp_path / "grouped", tmp_path / "sides.csv", *options, "--groups", "sied").err
    )


def test_drift_is_told_and_may_be_against_earlier_rows(
    run: Callable, model: Path, houses: Path, tmp_path: Path
) -> None:
    frame = pd.read_csv(houses)
    frame["price"] += 500.0
    frame.to_csv(tmp_path / "later.csv", index=False)
    options = ("--target", "price", "--json")
    drift = json.loads(run("evaluate", model, tmp_path / "later.csv", *options).out)["drift"]
    assert drift["has_drifted"] and len(drift["tests"]) == 4
    same = run("evaluate", model, houses, *options, "--reference", houses)
    assert json.loads(same.out)["drift"]["tests"]["place in the law (PIT)"]["p_value"] == 1.0
