"""What a report says of calibration, groups, decisions, digits and the worst rows is what the figures say."""

import re

import numpy as np
import pytest

from digitwise import DecodingRegressor, HistogramRegressor, metrics
from digitwise.codecs import NormalizedCodec, RepeatedCodec
from digitwise.distributions import GaussianMixture
from digitwise.report import write_report
from digitwise.report.changes import CONFORMAL, FITTED, LEVELS, RECALIBRATED, calibration_change
from digitwise.report.decisions import decision_value
from digitwise.report.digits import digit_trees
from digitwise.report.evidence import COVERAGE, Evidence, gather
from digitwise.report.finetuning import finetune_change
from digitwise.report.grouping import FEWEST_ROWS, groups_of
from digitwise.report.groups import group_coverage
from digitwise.report.numbers import percent, plain
from digitwise.report.scores import score_table
from digitwise.report.verdict import verdict
from digitwise.report.worst_rows import worst_rows


def normal_evidence(X, mean, y, std=1.0):
    mean = np.asarray(mean, dtype=np.float64)
    law = GaussianMixture(np.ones((len(mean), 1)), mean[:, None], np.full((len(mean), 1), std))
    return Evidence(
        model=None, X=X, y=y, prediction=mean, law=law, interval=law.interval(COVERAGE), target_name="y", unit=None
    )


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    X = rng.uniform(-1, 1, size=(700, 2))
    return X, 3 * X[:, 0] + (0.3 + np.abs(X[:, 1])) * rng.standard_normal(700)


@pytest.fixture(scope="module")
def decoder(table):
    X, y = table
    settings = {"preset": "plain", "max_epochs": 4, "finetune": "crps", "random_state": 0}
    return DecodingRegressor(**settings).fit(X[:300], y[:300])


@pytest.fixture(scope="module")
def calibrated(table):
    X, y = table
    model = HistogramRegressor(preset="plain", max_epochs=4, random_state=0).fit(X[:300], y[:300])
    return model.recalibrate(X[300:400], y[300:400]).conformalize(X[400:500], y[400:500])


def test_calibration_compares_the_model_without_and_with_it(calibrated, table):
    X, y = table[0][500:], table[1][500:]
    section = calibration_change(gather(calibrated, X, y, target_name=None, unit=None))
    assert section.table.columns[1:] == [FITTED, RECALIBRATED, CONFORMAL]
    rows = {row[0]: list(row[1:]) for row in section.table.rows}
    plain_law = calibrated.without_calibration().predict_distribution(X)
    law = calibrated.predict_distribution(X)
    after = plain(metrics.mean_crps(law, y))
    assert rows["CRPS"] == [plain(metrics.mean_crps(plain_law, y)), after, after]
    for level in LEVELS:
        ends = calibrated.predict_interval(X, level)
        assert rows[f"mean width, {level:.0%} intervals"][0] == plain(metrics.mean_width(plain_law, level))
        assert rows[f"mean width, {level:.0%} intervals"][2] == plain(np.diff(ends).mean())
        inside = (ends[:, 0] <= y) & (y <= ends[:, 1])
        assert rows[f"coverage, {level:.0%} intervals"] == [
            percent(metrics.coverage(plain_law, y, level)),
            percent(metrics.coverage(law, y, level)),
            percent(inside.mean()),
        ]
    assert len(section.pictures) == 2


def test_a_report_speaks_of_the_conformal_intervals(calibrated, table):
    X, y = table[0][500:], table[1][500:]
    evidence = gather(calibrated, X, y, target_name=None, unit=None)
    np.testing.assert_array_equal(evidence.interval, calibrated.predict_interval(X, COVERAGE))
    scores = score_table(evidence)
    assert scores["width_90"].model == np.diff(calibrated.predict_interval(X, 0.9)).mean()
    assert any("conformal 90% intervals" in sentence for sentence in verdict(evidence, scores))


@pytest.mark.filterwarnings("error")
def test_too_few_calibration_rows_are_told_and_nothing_infinite_is_drawn(calibrated, table, tmp_path):
    X, y = table
    few = calibrated.without_calibration().conformalize(X[300:305], y[300:305])
    evidence = gather(few, X[500:], y[500:], target_name=None, unit=None)
    assert np.isfinite(evidence.interval).all() and "infinite" in evidence.note
    some = calibrated.without_calibration().conformalize(X[300:312], y[300:312])
    section = calibration_change(gather(some, X[500:], y[500:], target_name=None, unit=None))
    assert section.table.rows[-1][-1] == "∞"
    assert any("infinite width" in sentence for sentence in section.sentences)
    write_report(few, X[500:], y[500:], tmp_path / "r.html")


def test_conformal_by_group_needs_the_groups(calibrated, table):
    X, y = table
    groups = np.where(X[:, 1] > 0, "high", "low")
    model = calibrated.without_calibration().conformalize(X[300:500], y[300:500], groups=groups[300:500])
    without = gather(model, X[500:], y[500:], target_name=None, unit=None)
    assert not without.is_conformal and "groups=" in without.note
    found = gather(model, X[500:], y[500:], target_name=None, unit=None, groups=groups[500:])
    np.testing.assert_array_equal(found.interval, model.predict_interval(X[500:], groups=groups[500:]))
    assert [row[:2] for row in group_coverage(found).table.rows[:2]] == [["group", "high"], ["", "low"]]


def test_without_calibration_or_fine_tuning_there_is_nothing_to_compare(decoder, calibrated, table):
    X, y = table[0][500:], table[1][500:]
    assert calibration_change(gather(decoder, X, y, target_name=None, unit=None)) is None
    assert finetune_change(gather(calibrated, X, y, target_name=None, unit=None)) is None


def test_fine_tuning_shows_what_the_summary_says(decoder, table):
    section = finetune_change(gather(decoder, *table, target_name=None, unit=None))
    found = decoder.finetune_summary_
    rows = {row[0]: list(row[1:]) for row in section.table.rows}
    assert rows["CRPS"] == [plain(found["crps before"]), plain(found["crps after"])]
    assert rows["coverage, 90%"] == [percent(found["coverage_90 before"]), percent(found["coverage_90 after"])]


def test_a_group_that_is_served_badly_is_marked():
    rng = np.random.default_rng(0)
    group = np.repeat(["calm", "wild"], 200)
    y = rng.standard_normal(400) * np.where(group == "calm", 0.9, 2.0)
    X = [[name, value] for name, value in zip(group.tolist(), y, strict=True)]
    section = group_coverage(normal_evidence(X, rng.uniform(-0.1, 0.1, 400), y))
    rows = section.table.rows
    marked = [rows[k] for k in sorted(section.table.marked)]
    assert rows[0][:3] == ["column 0", "calm", "200"] and rows[1][1] == "wild"
    assert marked[0] == rows[1] and "below the promise" in rows[1]
    assert "wild" in section.sentences[0] and "calm" not in section.sentences[0]


def test_groups_follow_the_rule():
    n = 240
    rng = np.random.default_rng(0)
    prediction = np.linspace(0.0, 1.0, n)
    numbers = np.column_stack(
        [rng.uniform(size=n), -prediction, rng.uniform(size=n), prediction**2, rng.uniform(size=n)]
    )
    by_numbers = groups_of(numbers, prediction)
    names = list(dict.fromkeys(group.column for group in by_numbers))
    assert set(names[:2]) == {"column 1", "column 3"} and len(names) == 4 and names[-1] == "prediction"
    assert [len(group.rows) for group in by_numbers if group.column == "column 1"] == [60] * 4
    kinds = np.array(["a", "b", "rare"], dtype=object)[np.r_[np.zeros(150), np.ones(85), np.full(5, 2)].astype(int)]
    mixed = [[kind, bool(k % 2), number] for k, (kind, number) in enumerate(zip(kinds, prediction, strict=True))]
    by_category = groups_of(mixed, prediction)
    assert {group.column for group in by_category} == {"column 0", "column 1", "prediction"}
    assert [(g.value, len(g.rows)) for g in by_category if g.column == "column 0"] == [("a", 150), ("b", 85)]
    assert all(len(group.rows) >= FEWEST_ROWS for group in by_category)


def test_missing_values_are_a_group_and_few_rows_are_none():
    values = [None] * 30 + ["x"] * 30 + ["z"] * 30
    found = groups_of([[value] for value in values], np.ones(90))
    assert [group.value for group in found if group.column == "column 0"] == ["x", "z", "missing"]
    assert "too few rows" in group_coverage(normal_evidence([["a"], ["b"]], [0.0, 1.0], np.zeros(2))).sentences[0]


def test_the_worst_rows_come_first_with_their_place_in_the_law():
    y = np.zeros(50)
    y[[7, 3]] = 9.0, -6.0
    X = [[f"text number {k} that is long", float(k)] for k in range(50)]
    table = worst_rows(normal_evidence(X, np.zeros(50), y)).table
    first, second = table.rows[0], table.rows[1]
    assert [first[0], first[1], second[0], second[1]] == ["7", "9.00", "3", "-6.00"]
    assert (first[5], second[5]) == ("100%", "0.0%")
    assert first[7] == "text number 7…" and first[8] == "7"
    assert 7 in table.texts and 8 not in table.texts


def test_decisions_say_when_the_laws_are_too_sure():
    rng = np.random.default_rng(0)
    mean = rng.uniform(-3, 3, 600)
    y = mean + rng.standard_normal(600)
    assert not any("too sure" in sentence for sentence in decision_value(normal_evidence(None, mean, y)).sentences)
    sure = decision_value(normal_evidence(None, mean, y, std=0.3))
    assert any("too sure" in sentence for sentence in sure.sentences)
    exact = normal_evidence(None, mean, mean)
    assert decision_value(exact) is None, "there is nothing to save"


def test_digits_are_drawn_for_ordered_codecs_and_explained_otherwise(decoder, calibrated, table):
    X, y = table[0][500:], table[1][500:]
    section = digit_trees(gather(decoder, X, y, target_name=None, unit=None))
    drawn = section.pictures[0].svg
    shown = re.findall(r">([01]+) · (\d+)%<", drawn)
    assert len(section.pictures) == 2 and {"0", "1"} & {digits for digits, _ in shown}
    assert digit_trees(gather(calibrated, X, y, target_name=None, unit=None)) is None, "it writes no digits"
    repeated = DecodingRegressor(
        preset="plain",
        codec=RepeatedCodec(NormalizedCodec(base=2, length=3), n_copies=2),
        decoder="transformer",
        max_epochs=1,
        random_state=0,
    )
    X, y = table[0][:60], table[1][:60]
    said = digit_trees(gather(repeated.fit(X, y), X, y, target_name=None, unit=None))
    assert not said.pictures and "cover no interval" in said.sentences[0]


def test_all_of_it_is_on_the_page(decoder, calibrated, table, tmp_path):
    X, y = table[0][500:], table[1][500:]
    for model, n_pictures, headings in (
        (decoder, 12, ["What did fine-tuning change?", "How are numbers written?"]),
        (calibrated, 11, ["What did calibration change?"]),
    ):
        text = write_report(model, X, y, tmp_path / "r.html").read_text("utf-8")
        for heading in (*headings, "Does every group", "What are the laws worth", "Where is it most wrong?"):
            assert heading in text
        assert text.count("<svg") == n_pictures
