"""The report says what the results say."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitwise.benchmark.board import collect, geometric_mean, mean_over_seeds, mean_ranks, ratios
from digitwise.benchmark.cell import plan_cells
from digitwise.benchmark.figure import draw_ratios
from digitwise.benchmark.markdown import score_rows, table
from digitwise.benchmark.report import markdown_report, write_benchmark_report
from digitwise.benchmark.verdict import where_not_ahead
from tests.benchmark.records import made_up_board, made_up_record, made_up_suite

LINE, STEP = "synthetic:line", "synthetic:step"
SCORES = {
    (LINE, "decoding"): [1.0, 3.0],
    (LINE, "pointwise"): [2.0, 2.0],
    (LINE, "histogram"): [4.0, 4.0],
    (STEP, "decoding"): [30.0, 10.0],
    (STEP, "pointwise"): [10.0, 10.0],
    (STEP, "histogram"): [40.0, 40.0],
}
positive = st.floats(0.01, 100.0)


def test_ratios_are_over_the_seeds_that_both_have() -> None:
    values = np.array([[[1.0, 9.0], [2.0, np.nan]], [[np.nan, 1.0], [1.0, np.nan]]])
    np.testing.assert_allclose(ratios(values, reference=1), [[0.5, 1.0], [np.nan, 1.0]])


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(positive, positive, positive), min_size=1, max_size=5))
def test_laws_of_ratios_and_ranks(rows: list[tuple[float, float, float]]) -> None:
    values = np.array(rows)[:, :, None]
    mean, std = mean_over_seeds(values)
    quotients = ratios(values, reference=0)
    np.testing.assert_allclose(quotients[:, 0], 1.0)
    np.testing.assert_allclose(geometric_mean(quotients)[0], 1.0)
    np.testing.assert_allclose(  # the ratio of the other way round is the inverse
        geometric_mean(ratios(values, reference=1))[0], 1 / geometric_mean(quotients)[1]
    )
    np.testing.assert_allclose(mean_ranks(mean).sum(), 6.0)  # 1 + 2 + 3, ties or not
    np.testing.assert_array_equal(mean_ranks(mean), mean_ranks(8 * mean))  # units do not matter (8: without rounding)
    assert np.isnan(std).all()


def test_nothing_is_made_of_nothing() -> None:
    values = np.full((2, 2, 3), np.nan)
    mean, std = mean_over_seeds(values)
    for result in (mean, std, ratios(values, 0), geometric_mean(mean), mean_ranks(mean)):
        assert np.isnan(result).all()


def test_a_board_ignores_answers_to_other_questions() -> None:
    suite = made_up_suite()
    cells = plan_cells(suite)
    stale = [made_up_record(cell, 9.0, 9.0) | {"key": "old"} for cell in cells]
    failed = made_up_record(cells[0], 1.0, 1.0) | {"status": "failed", "error": "no"}
    board = collect(suite, [*stale, failed, made_up_record(cells[1], 2.0, None)])
    assert (len(board.records), len(board.failed), board.n_cells) == (1, 1, 12)
    assert board.methods == ("pointwise",)
    np.testing.assert_array_equal(board.score("rmse"), [[[2.0, np.nan]]])
    assert np.isnan(board.score("crps")).all()


def test_the_verdict_lists_exactly_the_sets_behind() -> None:
    text = where_not_ahead(made_up_board(SCORES))
    against_pointwise, against_histogram = text.split("\n\n")[1:4:2][0], text.split("\n\n")[3]
    assert against_pointwise == "RMSE against `pointwise`: behind on 1 of 2 data sets."
    assert f"- `{STEP}`: 100.0 % higher (ratio 2.000), worse with 1 of 2 seeds" in text
    assert against_histogram == "CRPS against `histogram`: nowhere behind on the 2 data sets compared."
    assert f"Another method has the lowest RMSE: `pointwise` on `{STEP}`." in text
    assert text.count("- `") == 1
    assert "hold between 85 % and 95 % of the test targets everywhere" in text


def test_every_decoder_gets_its_own_verdict() -> None:
    suite = made_up_suite()
    second = replace(suite.methods[0], name="decoding-two")
    suite = replace(suite, methods=(*suite.methods, second))
    scores = {**SCORES, (LINE, "decoding-two"): [5.0, 5.0]}
    text = where_not_ahead(made_up_board(scores, suite))
    assert re.findall(r"### (\S+)", text) == ["decoding", "decoding-two"]
    assert f"- `{LINE}`: 150.0 % higher" in text


def test_a_table_lines_up_and_marks_the_lowest() -> None:
    mean, std = np.array([[0.5, 0.25], [1234.0, np.nan]]), np.array([[0.1, 0.01], [np.nan] * 2])
    text = table(["data set", "a", "long name"], score_rows(["x", "y"], mean, std))
    assert len({len(line) for line in text.splitlines()}) == 1
    assert "0.500 ± 0.100 | **0.250 ± 0.010**" in text
    assert re.search(r"\*\*1,234\*\* +\| +– \|", text)


def test_all_tables_of_a_report_line_up() -> None:
    text = markdown_report(made_up_board(SCORES), "python benchmarks/run.py x.toml", "x.png")
    tables = re.findall(r"(?:^\|.*\n?)+", text, flags=re.MULTILINE)
    assert len(tables) == 11
    for block in tables:
        assert len({len(line) for line in block.splitlines()}) == 1, block


def test_a_report_names_command_seeds_commit_and_machine() -> None:
    text = markdown_report(made_up_board(SCORES), "python benchmarks/run.py x.toml", "x.png")
    for fact in (
        "    python benchmarks/run.py x.toml\n",
        "12 of 12 cells finished; seeds 0, 1; no cap on training rows",
        "lowest validation RMSE",
        "`0123456789ab`",
        "Linux on x86_64, 2 cores, no accelerator, one cell at a time; 1 thread a cell",
    ):
        assert fact in text


@pytest.mark.parametrize(
    "present",
    [
        [(LINE, "decoding")],
        [(LINE, "pointwise"), (STEP, "histogram")],
        [(LINE, "decoding"), (LINE, "pointwise"), (STEP, "decoding")],
    ],
)
def test_half_a_run_can_be_reported(present: list[tuple[str, str]], tmp_path: Path) -> None:
    suite = made_up_suite()
    records = made_up_board({place: SCORES[place] for place in present}).records
    absent = [c for c in plan_cells(suite) if (c.dataset, c.method.name) not in present]
    failed = made_up_record(absent[0], 1.0, 1.0)
    failed |= {"status": "failed", "error": "ValueError: no"}
    write_benchmark_report(suite, [*records, failed], tmp_path / "REPORT.md", "command")
    text = (tmp_path / "REPORT.md").read_text(encoding="utf-8")
    assert f"{2 * len(present)} of 12 cells finished, 1 failed" in text
    assert "## Failed cells" in text
    assert (tmp_path / "figures" / "made_up_ratios.png").is_file()


def test_the_same_results_give_the_same_report() -> None:
    suite = made_up_suite()
    records = list(made_up_board(SCORES).records)
    texts = [markdown_report(collect(suite, r), "c", "x.png") for r in (records, records[::-1])]
    assert texts[0] == texts[1]


def test_the_picture_shows_each_method_at_its_ratio() -> None:
    figure = draw_ratios(made_up_board(SCORES))
    rmse = figure.axes[0]
    dots = np.concatenate([line.get_xdata() for line in rmse.lines if line.get_marker() == "o"])
    np.testing.assert_allclose(sorted(dots), sorted([1.0, 2.0, 2.0**0.5]))
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "decoding",
        "pointwise",
        "histogram",
    ]
    rmse.figure.clear()
