"""Methods that are corrected on rows kept apart, and how honest they are scored to be."""

from typing import Any

import numpy as np
import pytest

from digitwise.benchmark.board import collect
from digitwise.benchmark.calibrated import Calibrated, calibrated, intervals_of
from digitwise.benchmark.cell import plan_cells, run_cell
from digitwise.benchmark.fitted import FittingRows, fitted_method
from digitwise.benchmark.honesty_section import honesty_section
from digitwise.benchmark.interval_scores import interval_scores, score_name, uniform_distance
from digitwise.benchmark.methods import Facts
from digitwise.benchmark.suite_file import parse_suite
from digitwise.calibration import SplitConformal
from digitwise.datasets import load_diabetes, train_validation_test, with_calibration
from digitwise.distributions import GaussianMixture
from digitwise.metrics import interval_score

METHODS: list[dict[str, Any]] = [
    {"name": "raw", "estimator": "DecodingRegressor", "params": {"objective": "cross_entropy"}},
    {
        "name": "tuned",
        "estimator": "DecodingRegressor",
        "starts_from": "raw",
        "params": {"finetune": {"component": "stage/finetune", "objective": "raft", "max_epochs": 1}},
    },
    *(
        {"name": f"{name}-{how}", "estimator": "DecodingRegressor", "starts_from": name, "calibrate": how}
        for name, how in (("raw", "smooth"), ("raw", "digits"), ("raw", "intervals"), ("tuned", "conformal"))
    ),
]
TABLE: dict[str, Any] = {
    "name": "honest",
    "datasets": ["embedded:diabetes"],
    "methods": METHODS,
    "shared": {"preset": "plain", "max_epochs": 3, "hidden_dim": 8},
    "max_train": 100,
    "max_calibration": 60,
    "coverages": [0.5, 0.9],
    "references": {"rmse": "raw", "crps": "raw"},
}


class Overconfident:
    """Laws of half the width that they should have."""

    def predict(self, X: np.ndarray) -> tuple[np.ndarray, GaussianMixture]:
        return X[:, 0], GaussianMixture(np.ones((len(X), 1)), X, np.full((len(X), 1), 0.5))

    def facts(self) -> Facts:
        return {}


def rows(n_rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, 1))
    return X, X[:, 0] + rng.normal(size=n_rows)


@pytest.mark.parametrize("how", ["smooth", "conformal", "intervals", "mapie"])
def test_each_way_mends_laws_that_are_too_narrow(how: str) -> None:
    (X, y), base = rows(2000, 1), Overconfident()
    made = calibrated(how, base, *rows(1000, 0))
    before, after = (
        interval_scores(y, law, lambda law, c, p=p: intervals_of(p, law, c), [0.5, 0.9])  # type: ignore[misc]
        for p, law in ((base, base.predict(X)[1]), (made, made.predict(X)[1]))
    )
    assert before["coverage_at_90"] < 0.65  # type: ignore[operator]
    for coverage in (0.5, 0.9):
        assert after[score_name("coverage", coverage)] == pytest.approx(coverage, abs=0.04)
        name = score_name("interval_score_per_std", coverage)
        assert after[name] < before[name]  # type: ignore[operator]
    changes_laws = how in ("smooth", "conformal")
    assert (after["pit_distance"] < 0.5 * before["pit_distance"]) == changes_laws  # type: ignore[operator]


def test_mapie_s_intervals_are_our_own_by_distance() -> None:
    base = Overconfident()
    X, _ = rows(50, 2)
    made = calibrated("mapie", base, *rows(200, 0))
    law = made.predict(X)[1]
    assert isinstance(made, Calibrated) and law is not None
    ours = SplitConformal.fit(base.predict(rows(200, 0)[0])[1], rows(200, 0)[1], score="distance")
    np.testing.assert_allclose(made.interval(law, 0.9), ours.interval(law, 0.9), rtol=1e-9)


def test_scores_are_those_of_the_metrics() -> None:
    X, y = rows(100, 3)
    law = Overconfident().predict(X)[1]
    found = interval_scores(y, law, lambda law, coverage: law.interval(coverage), [0.8])
    assert found["interval_score_at_80_per_std"] == pytest.approx(interval_score(law, y, 0.8) / np.std(y))
    assert interval_scores(y, law, lambda law, coverage: law.interval(coverage), []) == {}
    assert set(interval_scores(y, None, lambda law, coverage: law.interval(coverage), [0.8]).values()) == {None}


def test_the_distance_from_a_uniform_is_scipy_s() -> None:
    from scipy.stats import kstest

    places = np.random.default_rng(0).beta(2, 3, 50)
    assert uniform_distance(places) == pytest.approx(kstest(places, "uniform").statistic)


def test_a_suite_of_stages_runs_and_raw_rows_are_the_same_for_all() -> None:
    records = [run_cell(cell, None) for cell in plan_cells(parse_suite(TABLE))]
    assert [record["status"] for record in records] == ["ok"] * 6, records
    assert {(record["n_train"], record["n_calibration"]) for record in records} == {(100, 60)}
    by_name = {record["method"]: record for record in records}
    assert by_name["raw-intervals"]["scores"]["crps"] == by_name["raw"]["scores"]["crps"]
    assert by_name["raw-smooth"]["scores"]["crps"] != by_name["raw"]["scores"]["crps"]
    assert by_name["tuned-conformal"]["fit_seconds"] > by_name["tuned"]["fit_seconds"] > by_name["raw"]["fit_seconds"]
    assert len({record["key"] for record in records}) == 6


def test_points_of_corrected_laws_are_what_the_estimator_predicts() -> None:
    table = {**TABLE, "shared": {**TABLE["shared"], "point_estimate": "median"}, "methods": METHODS[:3]}
    cell = next(cell for cell in plan_cells(parse_suite(table)) if cell.method.name == "raw-smooth")
    data = load_diabetes()
    parts = FittingRows(*((data.X[rows], data.y[rows]) for rows in np.split(np.arange(300), [150, 200])))
    point, law = fitted_method(cell, parts).predictor.predict(data.X[300:])
    assert law is not None
    np.testing.assert_array_equal(point, law.median())
    assert not np.array_equal(point, law.mean())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"max_calibration": None}, "max_calibration"),
        ({"coverages": [1.0]}, "between 0 and 1"),
        ({"methods": [*METHODS, {**METHODS[2], "name": "late", "starts_from": "raw-smooth"}]}, "method to calibrate"),
        ({"methods": [*METHODS, {**METHODS[2], "name": "late", "starts_from": None}]}, "another method"),
        ({"methods": [*METHODS, {**METHODS[2], "name": "late", "params": {"codec": "auto"}}]}, "no parameters"),
    ],
)
def test_stages_that_make_no_sense_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_suite({**TABLE, **changes})


def test_points_alone_cannot_be_calibrated() -> None:
    class Points(Overconfident):
        def predict(self, X: np.ndarray) -> tuple[np.ndarray, None]:  # type: ignore[override]
            return X[:, 0], None

    with pytest.raises(TypeError, match="points alone"):
        calibrated("smooth", Points(), *rows(20, 0))
    with pytest.raises(TypeError, match="write digits"):
        calibrated("digits", Overconfident(), *rows(20, 0))


def test_rows_kept_apart_leave_the_split_as_it_is_where_there_are_enough() -> None:
    data = load_diabetes()
    split, apart = with_calibration(data, 0, 100, None, 60)
    for ours, plain in zip(split, train_validation_test(data, 0, 100), strict=True):
        np.testing.assert_array_equal(ours, plain)
    assert len(apart) == 60 and not set(apart) & {*split.train, *split.validation, *split.test}
    short, apart = with_calibration(data, 0, None, None, 60)
    whole = train_validation_test(data, 0)
    np.testing.assert_array_equal(np.sort([*short.train, *apart]), whole.train)
    with pytest.raises(ValueError, match="leaves none"):
        with_calibration(data, 0, None, None, data.n_rows)


def test_the_report_says_how_honest_intervals_are() -> None:
    records = {cell.method.name: run_cell(cell, None) for cell in plan_cells(parse_suite(TABLE))}
    board = collect(parse_suite(TABLE), records.values())
    text = "\n".join(honesty_section(board))
    rows = [line for line in text.splitlines() if line.startswith("| raw-smooth")]
    scores = records["raw-smooth"]["scores"]
    shares = [100 * scores["coverage_at_50"], 100 * scores["coverage_at_90"]]
    assert [f"{share:.1f}" in rows[0] for share in shares] == [True, True]
    assert f"{(abs(shares[0] - 50) + abs(shares[1] - 90)) / 2:.1f}" in rows[0]
    for row, kind in zip(rows[1:], ("interval_score_per_std", "width_per_std"), strict=True):
        name = score_name(kind, 0.9)
        assert f"{scores[name] / records['raw']['scores'][name]:.3f}" in row
    plain = parse_suite({**TABLE, "methods": METHODS[:1], "coverages": []})
    assert honesty_section(collect(plain, [run_cell(cell, None) for cell in plan_cells(plain)])) == []
