"""Reports of suites with peers: who beats whom, which ranks differ, what accuracy costs, and groups of data sets."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitwise.benchmark.board import Board, collect
from digitwise.benchmark.cell import plan_cells
from digitwise.benchmark.critical_difference import critical_difference, ranking_sentences
from digitwise.benchmark.head_to_head import head_to_head_table
from digitwise.benchmark.pareto import cost_and_error, draw_pareto, non_dominated
from digitwise.benchmark.report import write_benchmark_report
from digitwise.benchmark.suite import Suite
from digitwise.benchmark.suite_file import parse_suite
from digitwise.benchmark.tables import group_table, summary
from digitwise.benchmark.win_rates import win_rate_table, win_rates
from tests.benchmark.records import made_up_record

METHODS = {
    "catboost": "catboost",
    "decoding": "DecodingRegressor",
    "forest": "forest",
    "pointwise": "PointwiseRegressor",
    "constant": "constant",
}
SETS = ["synthetic:line", "synthetic:step", "synthetic:bimodal"]


def peers(**changes: Any) -> Suite:
    methods = [{"name": name, "estimator": kind} for name, kind in METHODS.items()]
    table = {
        "name": "peers",
        "datasets": SETS,
        "methods": methods,
        "references": {"rmse": "catboost", "crps": "forest"},
    }
    return parse_suite({**table, **changes})


def board(suite: Suite | None = None, n_cells: int | None = None) -> Board:
    """RMSE and seconds grow with the method's place; CRPS and widths only where there are laws."""
    suite = suite or peers()
    records = []
    for cell in plan_cells(suite)[:n_cells]:
        place = list(METHODS).index(cell.method.name)
        has_law = cell.method.name not in ("catboost", "constant")
        record = made_up_record(cell, 1.0 + place, 1.0 + place if has_law else None)
        scores = {**record["scores"], "width_at_coverage_90": 2.0 * (1 + place) if has_law else None}
        records.append({**record, "scores": scores, "fit_seconds": 10.0 ** (1 - place)})
    return collect(suite, records)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(st.sampled_from([1.0, 2.0, 3.0, np.nan]), min_size=4, max_size=4), min_size=1, max_size=6))
def test_win_rates_of_a_pair_sum_to_one(rows: list[list[float]]) -> None:
    rates = win_rates(np.array(rows))
    np.testing.assert_allclose((rates + rates.T)[np.isfinite(rates)], 1.0)
    assert (np.isfinite(rates) == np.isfinite(rates.T)).all()


def test_the_table_of_win_rates_starts_with_the_best() -> None:
    header, _, *rows = win_rate_table(board(), "rmse").splitlines()
    assert [cell.strip() for cell in header.split("|")[1:-1]] == ["better than", "1", "2", "3", "4", "5", "mean"]
    assert [re.split(r" +\| +", row.strip("| "))[0] for row in rows] == [
        f"{i} {name}" for i, name in enumerate(METHODS, start=1)
    ]
    assert rows[1].replace(" ", "") == "|2decoding|0|–|100|100|100|75|"


def test_one_against_each_of_the_others_on_shared_cells() -> None:
    _, _, *rows = head_to_head_table(board(), "decoding").splitlines()
    found = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    n_cells = str(len(SETS) * len(peers().seeds))
    assert found[0] == ["catboost", n_cells, "2.000", "0 of 3", "–", "–", "–", "–"]
    assert found[1] == ["forest", n_cells, "0.667", "3 of 3", "0.667", "3 of 3", "0.667", "3 of 3"]
    assert [row[0] for row in found] == ["catboost", "forest", "pointwise", "constant"]


def test_what_is_not_there_is_not_compared() -> None:
    rates = win_rates(np.array([[1.0, np.nan, 2.0], [np.nan, 1.0, 2.0]]))
    assert np.isnan(rates[0, 1])
    assert rates[0, 2] == rates[1, 2] == 1.0


@pytest.mark.parametrize(("n_methods", "q"), [(2, 1.960), (5, 2.728), (10, 3.164)])
def test_the_critical_difference_is_that_of_the_published_table(n_methods: int, q: float) -> None:
    expected = q * np.sqrt(n_methods * (n_methods + 1) / (6 * 7))
    assert critical_difference(n_methods, 7) == pytest.approx(expected, rel=1e-3)


def test_ranks_are_put_into_words() -> None:
    text = ranking_sentences(board(), "crps")
    assert "over 3 data sets and 3 methods" in text
    assert f"at least {critical_difference(3, 3):.2f} apart" in text
    assert "Not ranked" not in text  # methods without laws are no methods with a gap
    assert "Not ranked, for want of a data set that others have: `constant`" in ranking_sentences(
        board(n_cells=14), "rmse"
    )


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=8))
def test_the_front_is_what_nothing_beats(points: list[tuple[int, int]]) -> None:
    cost, error = np.array(points, dtype=np.float64).T
    front = non_dominated(cost, error)
    assert front.any()
    for i, (mine, is_front) in enumerate(zip(points, front.tolist(), strict=True)):
        beaten = any(o[0] <= mine[0] and o[1] <= mine[1] and o != mine for o in points[:i] + points[i + 1 :])
        assert is_front != beaten


def test_the_picture_names_every_method_but_the_constant() -> None:
    names, cost, error = cost_and_error(board())
    assert names == ["catboost", "decoding", "forest", "pointwise"]
    np.testing.assert_allclose(cost, [10.0, 1.0, 0.1, 0.01])
    np.testing.assert_allclose(error, [1.0, 2.0, 3.0, 4.0])
    figure = draw_pareto(board())
    assert sorted(text.get_text() for text in figure.axes[0].texts) == sorted(names)
    assert figure.axes[0].get_xscale() == "log"
    figure.clear()


def test_names_do_not_cover_each_other() -> None:
    made = board()
    crowded = tuple({**record, "fit_seconds": 1.0 + 0.001 * i} for i, record in enumerate(made.records))
    figure = draw_pareto(replace(made, records=crowded))
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert not any(one.overlaps(two) for i, one in enumerate(boxes) for two in boxes[:i])
    figure.clear()


def test_the_summary_has_widths_and_speed() -> None:
    header, _, *rows = (line.replace(" ", "").split("|")[1:-1] for line in summary(board()).splitlines())
    figures = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    assert figures["pointwise"]["fairwidth/forest"] == "1.333"
    assert figures["catboost"]["fairwidth/forest"] == "–"
    assert figures["pointwise"]["coverage90"] == "0.900"
    assert figures["pointwise"]["rows/s"] == "10,000"  # 20 rows in 0.002 s
    assert "fair width" not in summary(board(n_cells=1))


def test_groups_are_looked_at_separately() -> None:
    suite = peers(groups={"chosen_on": SETS[:1], "confirmed_on": SETS[1:]})
    made = board(suite)
    worse = tuple(
        {**record, "scores": {**record["scores"], "rmse": 8.0}}
        if (record["dataset"], record["method"]) == (SETS[0], "decoding")
        else record
        for record in made.records
    )
    header, _, *rows = (
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in group_table(replace(made, records=worse)).splitlines()
    )
    assert header[1:3] == ["RMSE, chosen_on (1)", "RMSE, confirmed_on (2)"]
    assert rows[1][:3] == ["decoding", "8.000", "2.000"]


@pytest.mark.parametrize(
    ("groups", "complaint"),
    [
        ({"chosen": ["synthetic:lime"]}, "no data set of group chosen 'synthetic:lime'. Did you mean"),
        ({"chosen": []}, "each named once"),
        ({"Chosen on": SETS}, "small letters"),
        ({"chosen": "synthetic:line"}, "array"),
    ],
)
def test_groups_that_make_no_sense_are_refused(groups: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        peers(groups=groups)


def test_without_the_reference_there_is_still_a_report(tmp_path: Path) -> None:
    records = [record for record in board().records if record["method"] != "catboost"]
    write_benchmark_report(peers(), records, tmp_path / "REPORT.md", "command")
    text = (tmp_path / "REPORT.md").read_text(encoding="utf-8")
    assert "12 of 15 cells finished" in text
    assert "none yet of `catboost`;" in text


@pytest.mark.parametrize("n_cells", [1, 2, 7, 15])
def test_any_part_of_a_run_can_be_reported(n_cells: int, tmp_path: Path) -> None:
    suite = peers(groups={"chosen_on": SETS[:1], "confirmed_on": SETS[1:]})
    write_benchmark_report(suite, board(suite, n_cells).records, tmp_path / "REPORT.md", "command")
    text = (tmp_path / "REPORT.md").read_text(encoding="utf-8")
    assert f"{n_cells} of 15 cells finished" in text
    for heading in ("By group of data sets", "Who beats whom", "Which ranks differ", "What accuracy costs"):
        assert f"## {heading}\n" in text
    for picture in re.findall(r"\]\((figures/.*)\)", text):
        assert (tmp_path / picture).is_file()
    assert ("none yet of `decoding`" in text) == (n_cells == 1)
    for block in re.findall(r"(?:^\|.*\n?)+", text, flags=re.MULTILINE):
        assert len({len(line) for line in block.splitlines()}) == 1, block
