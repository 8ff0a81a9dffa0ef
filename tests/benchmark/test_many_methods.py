"""Suites of many methods: means of all scores, ranks, and what cannot be told apart."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from digitwise.benchmark.board import Board, collect
from digitwise.benchmark.cell import plan_cells
from digitwise.benchmark.critical_difference import (
    MOST_METHODS_SIDE_BY_SIDE,
    draw_critical_difference,
    friedman_sentence,
    ranked_methods,
)
from digitwise.benchmark.figure import _looks
from digitwise.benchmark.report import markdown_report, write_benchmark_report
from digitwise.benchmark.scores import draw_errors
from digitwise.benchmark.suite import Suite
from digitwise.benchmark.suite_file import parse_suite
from digitwise.benchmark.tables import means_table
from digitwise.distributions import Atoms
from tests.benchmark.records import made_up_board, made_up_record, made_up_suite

NAMES = [f"m{i}" for i in range(MOST_METHODS_SIDE_BY_SIDE + 1)]
DATASETS = ["synthetic:line", "synthetic:step", "synthetic:bimodal", "synthetic:heavy_tail"]


def many(datasets: list[str] = DATASETS) -> Suite:
    return parse_suite(
        {
            "name": "many",
            "datasets": datasets,
            "methods": [{"name": name, "estimator": "DecodingRegressor"} for name in NAMES],
            "references": {"rmse": "m0", "crps": "m0"},
            "focus": ["m1"],
        }
    )


def board(missing: tuple[str, str] | None = None, datasets: list[str] = DATASETS) -> Board:
    """Method k has rank k + 1 on every data set."""
    scores = {(d, name): [1.0 + place + 10 * i] for i, d in enumerate(datasets) for place, name in enumerate(NAMES)}
    if missing is not None:
        del scores[missing]
    return made_up_board(scores, many(datasets))


def test_ranks_leave_out_methods_with_gaps() -> None:
    names, values = ranked_methods(board(missing=(DATASETS[1], "m3")), "rmse")
    assert names == [name for name in NAMES if name != "m3"]
    assert values.shape == (4, 8)


def test_the_friedman_test_finds_a_clear_order_and_none_in_noise() -> None:
    assert "χ² = 32.0 over 4 data sets and 9 methods, p = 9.3e-05" in friedman_sentence(board(), "rmse")
    assert "too few data sets" in friedman_sentence(board(datasets=DATASETS[:1]), "rmse")


def test_the_diagram_names_every_method_at_its_rank() -> None:
    figure = draw_critical_difference(board())
    texts = [text.get_text() for text in figure.axes[0].texts]
    for place, name in enumerate(NAMES):
        assert any(name in text and str(place + 1) in text for text in texts), (name, texts)
    figure.clear()


@pytest.mark.parametrize("datasets", [DATASETS, DATASETS[:1]])
def test_a_report_of_many_methods_shows_ranks(datasets: list[str], tmp_path: Path) -> None:
    made = board(datasets=datasets)
    write_benchmark_report(made.suite, made.records, tmp_path / "REPORT.md", "command")
    text = (tmp_path / "REPORT.md").read_text(encoding="utf-8")
    assert (tmp_path / "figures" / "many_ranks.png").stat().st_size > 5000
    assert "figures/many_ranks.png" in text
    assert "### m1" in text
    assert "### m2" not in text  # out of focus


def test_without_focus_there_is_no_verdict() -> None:
    made = board()
    suite = parse_suite(
        {
            "name": "many",
            "datasets": DATASETS,
            "methods": [{"name": name, "estimator": "DecodingRegressor"} for name in NAMES],
            "references": {"rmse": "m0", "crps": "m0"},
            "focus": [],
        }
    )
    text = markdown_report(Board(suite=suite, records=made.records, failed=(), n_cells=36), "command", "x.png")
    assert "not ahead" not in text


def test_means_are_over_the_same_sets_for_all() -> None:
    header, _, *rows = means_table(board(missing=(DATASETS[0], "m2"))).splitlines()
    assert "coverage 90" in header
    place = [cell.strip() for cell in header.split("|")].index("coverage 90")
    cells = [[cell.strip() for cell in row.split("|")] for row in rows]
    assert [row[place] for row in cells] == ["0.900", "0.900", "–", *["0.900"] * 6]


def test_draws_are_judged_one_by_one_and_by_the_best() -> None:
    y = np.array([0.0, 1.0])
    sure = Atoms(values=np.array([3.0, 4.0]), probs=np.array([[1.0, 0.0], [0.0, 1.0]]))
    assert draw_errors(y, sure) == (3.0, 3.0)
    unsure = Atoms(values=np.array([-10.0, 0.0, 1.0, 10.0]), probs=np.full((2, 4), 0.25))
    one, best = draw_errors(y, unsure)
    assert one > 5
    assert best < one / 5


def test_many_decoders_look_different() -> None:
    suite = made_up_suite()
    more = [replace(suite.methods[0], name=f"decoding-{number}") for number in range(5)]
    suite = replace(suite, methods=(*suite.methods, *more))
    board = collect(suite, [made_up_record(cell, 1.0, 1.0) for cell in plan_cells(suite)])
    looks = [(look.colour, look.marker) for name, look in _looks(board).items() if name.startswith("decoding")]
    assert len(looks) == len(set(looks)) == 6
