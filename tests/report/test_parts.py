"""Sentences, numbers, columns and baselines that a report is made of."""

from datetime import date

import numpy as np
import pytest

from digitwise import metrics
from digitwise.distributions import Atoms, GaussianMixture
from digitwise.report.baseline import SameForAll, empirical_law, normal_law
from digitwise.report.columns import summarise, summarise_columns
from digitwise.report.evidence import Evidence
from digitwise.report.numbers import plain
from digitwise.report.pictures import rows_to_show
from digitwise.report.scores import score_table
from digitwise.report.verdict import coverage_mood, verdict


def evidence(n_rows=200, slope=1.0, spread=1.0):
    """Rows whose truth is ``slope * prediction + noise`` under laws of the given spread."""
    rng = np.random.default_rng(0)
    prediction = rng.uniform(-5, 5, n_rows)
    std = spread * np.linspace(0.9, 1.1, n_rows)
    law = GaussianMixture(np.ones((n_rows, 1)), prediction[:, None], std[:, None])
    return Evidence(
        model=None,
        X=None,
        y=slope * prediction + rng.standard_normal(n_rows),
        prediction=prediction,
        law=law,
        interval=law.interval(0.9),
        target_name="price",
        unit="EUR",
    )


@pytest.mark.parametrize(
    ("slope", "spread", "words"),
    [
        (1.0, 1.0, ["less than always answering the mean", "as promised", "better than one"]),
        (1.0, 0.4, ["too narrow"]),
        (1.0, 3.0, ["too wide"]),
        (-1.0, 1.0, ["no better than always answering the mean", "do not rely"]),
    ],
)
def test_the_verdict_says_what_the_figures_say(slope, spread, words):
    found = evidence(slope=slope, spread=spread)
    text = " ".join(verdict(found, score_table(found)))
    assert all(word in text for word in words), text


def test_scores_equal_the_metrics_and_the_baseline_is_the_mean():
    found = evidence()
    table = score_table(found)
    assert table["crps"].model == metrics.mean_crps(found.law, found.y)
    assert table["rmse"].baseline == pytest.approx(found.y.std())
    assert table["r2"].baseline == pytest.approx(0.0)
    assert table["coverage_90"].baseline == pytest.approx(0.9, abs=0.01)
    assert np.isnan(table["spearman"].baseline)


def test_one_law_for_all_answers_like_that_law_repeated():
    y = np.random.default_rng(0).standard_normal(30)
    repeated = Atoms(y, np.full((30, 30), 1 / 30))
    law = empirical_law(y)
    assert len(law) == 30
    np.testing.assert_allclose(law.crps(y), repeated.crps(y))
    np.testing.assert_allclose(law.cdf(y), repeated.cdf(y))
    np.testing.assert_allclose(law.interval(0.8), repeated.interval(0.8))
    np.testing.assert_allclose(law.quantile(0.3), repeated.quantile(0.3))
    normal = GaussianMixture(*(np.full((30, 1), v) for v in (1.0, y.mean(), y.std())))
    np.testing.assert_allclose(normal_law(y).log_prob(y), normal.log_prob(y))


def test_many_values_are_thinned_to_quantiles_without_changing_the_score():
    y = np.random.default_rng(0).standard_normal(3000)
    exact = np.abs(y[:, None] - y[None, :]).mean() / 2
    assert empirical_law(y).crps(y).mean() == pytest.approx(exact, rel=1e-3)


def test_one_law_for_all_needs_one_row():
    with pytest.raises(ValueError, match="one row, but got 2"):
        SameForAll(GaussianMixture(np.ones((2, 1)), np.zeros((2, 1)), np.ones((2, 1))), 5)


@pytest.mark.parametrize("n_rows", [2, 3, 8, 30])
def test_shown_rows_span_the_predictions_and_hold_the_extremes(n_rows):
    found = evidence()
    shown = rows_to_show(found, n_rows).tolist()
    assert len(shown) == len(set(shown)) == n_rows
    assert {int(found.width.argmin()), int(found.width.argmax())} <= set(shown)
    assert np.all(np.diff(found.prediction[shown]) >= 0)


@pytest.mark.parametrize(
    ("values", "kind", "missing", "content"),
    [
        ([1, 2, 3], "number", 0, "1 to 3, median 2"),
        ([1.0, float("nan"), None], "number", 2, "always 1"),
        ([True, False, True, True], "yes/no", 0, "yes in 75%"),
        (["a", "b", "a", None], "category", 1, "2 values: a (67%), b (33%)"),
        ([date(2020, 1, 2), date(2021, 3, 4)], "date", 0, "2020-01-02 to 2021-03-04"),
        ([f"text {i}" for i in range(50)], "text", 0, "50 different, 6.80 characters on average"),
        ([None, None], "other", 2, "empty"),
        ([np.float32(1.5), np.int64(2)], "number", 0, "1.50 to 2, median 1.75"),
    ],
)
def test_columns_in_words(values, kind, missing, content):
    summary = summarise("c", values)
    assert (summary.kind, summary.missing, summary.content) == (kind, missing, content)


def test_missing_values_of_pandas_are_missing():
    pd = pytest.importorskip("pandas")
    frame = pd.DataFrame(
        {
            "whole": pd.array([1, None, 3], dtype="Int64"),
            "group": pd.Categorical(["a", None, "b"]),
            "when": pd.to_datetime(["2020-01-01", None, "2020-01-03"]),
        }
    )
    found = summarise_columns(frame)
    assert [column.missing for column in found] == [1, 1, 1]
    assert [column.kind for column in found] == ["number", "category", "date"]
    assert found[2].content == "2020-01-01 to 2020-01-03"


def test_texts_are_one_column():
    (column,) = summarise_columns(["CCO", "CCN"])
    assert (column.name, column.content) == ("text", "2 values: CCO (50%), CCN (50%)")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.9999, "1.00"),
        (999.96, "1,000"),
        (0, "0"),
        (-12345.6, "-12,346"),
        (np.inf, "∞"),
        (1e20, "1e+20"),
    ],
)
def test_numbers_are_short(value, text):
    assert plain(value) == text


def test_coverage_is_judged_by_chance_and_by_size():
    assert coverage_mood(50, 0.84)[1] == "good"  # chance
    assert coverage_mood(100_000, 0.92) == ("close to what is promised", "good")
    assert coverage_mood(100_000, 0.80)[1] == "warn"
