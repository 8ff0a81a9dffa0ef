"""Every plot draws without warnings, on the axes it is given, with labels and units."""

import sys

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from digitwise import metrics, plots
from digitwise.distributions import Atoms, Histogram
from digitwise.plots.style import DARK, LIGHT, Palette, axes_or_new

HISTORY = [{"epoch": i + 1, "train_loss": 2.0 / (i + 1), "validation_crps": 30.0 + 1.0 / (i + 1)} for i in range(5)]
NOMINAL = np.array([0.5, 0.8, 0.9])
STAGES = {"as fitted": ([0.4, 0.8], [1.0, 2.0]), "conformal": ([0.5, 0.9], [1.2, np.inf])}
# name: a call with everything but ax, expected labels
DRAWINGS = {
    "density": (
        lambda law, x, y, **k: plots.predicted_density(law[:4], y[:4], target_name="price", unit="EUR", **k),
        ("price (EUR)", ""),
    ),
    "density of one row, no truth": (
        lambda law, x, y, **k: plots.predicted_density(law[:1], **k),
        ("target", ""),
    ),
    "fan of regions": (
        lambda law, x, y, **k: plots.predicted_fan(law, x, y, feature_name="dose", feature_unit="mg", unit="mV", **k),
        ("dose (mg)", "target (mV)"),
    ),
    "fan of quantiles": (
        lambda law, x, y, **k: plots.predicted_fan(law, x, kind="quantile", **k),
        ("x", "target"),
    ),
    "predicted against true": (
        lambda law, x, y, **k: plots.predicted_against_true(law.mean(), y, interval=law.interval(), unit="m", **k),
        ("true target (m)", "predicted target (m)"),
    ),
    "pit": (
        lambda law, x, y, **k: plots.pit_histogram(metrics.pit(law, y), **k),
        ("cdf of the predicted law at the true value", "share of rows"),
    ),
    "reliability": (
        lambda law, x, y, **k: plots.reliability_curve(*metrics.reliability(law, y), n_rows=len(y), **k),
        ("nominal coverage", "observed coverage"),
    ),
    "recalibration": (
        lambda law, x, y, **k: plots.recalibration(metrics.pit(law, y) ** 2, metrics.pit(law, y), **k),
        ("predicted level", "share of outcomes below"),
    ),
    "coverage": (
        lambda law, x, y, **k: plots.coverage_against_width(law.interval(0.8), y, coverage=0.8, **k),
        ("width of the 80% interval", "observed coverage"),
    ),
    "coverage by group": (
        lambda law, x, y, **k: plots.coverage_by_group(["a", "b"], [30, 180], [50, 200], **k),
        ("coverage of the 90% intervals", ""),
    ),
    "coverage by stage": (
        lambda law, x, y, **k: plots.coverage_by_stage([0.5, 0.9], STAGES, n_rows=40, unit="m", **k),
        ("mean width of the intervals (m)", "observed coverage"),
    ),
    "decisions": (
        lambda law, x, y, **k: plots.decision_curve([0.1, 0.9], [1.0, 2.0], [2.0, 2.0], constant=[3.0, 4.0], **k),
        ("decision quantile (0.9: too little costs nine times as much)", "cost, relative to the point prediction"),
    ),
    "learning, two curves": (
        lambda law, x, y, **k: plots.learning_curve(HISTORY, best_epoch=3, **k),
        ("epoch", ""),
    ),
    "learning, one curve": (
        lambda law, x, y, **k: plots.learning_curve(HISTORY, ["validation_crps"], **k),
        ("epoch", "validation crps"),
    ),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", DRAWINGS)
def test_draws_on_the_given_axes_with_labels(name, law, x, y):
    draw, labels = DRAWINGS[name]
    figure, ax = plt.subplots()
    before = dict(matplotlib.rcParams)
    assert draw(law, x, y, ax=ax) is ax
    figure.canvas.draw()
    assert (ax.get_xlabel(), ax.get_ylabel()) == labels
    assert ax.get_legend() is not None
    assert plt.get_fignums() == [figure.number], "no other figure is made"
    assert dict(matplotlib.rcParams) == before, "no global setting is changed"


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("name", DRAWINGS)
def test_makes_axes_when_none_are_given(name, law, x, y):
    ax = DRAWINGS[name][0](law, x, y)
    ax.figure.canvas.draw()
    assert len(plt.get_fignums()) == 1


def test_colours_come_from_one_source(law, x, y):
    ax = plots.predicted_against_true(law.mean(), y)
    used = {matplotlib.colors.to_hex(line.get_color()) for line in ax.lines}
    assert used <= set(vars(LIGHT).values())


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    "laws",
    [
        Histogram(np.linspace(0, 1, 257), np.random.default_rng(0).dirichlet(np.ones(256), size=6)),
        Atoms([0.0, 0.5, 1.0], np.full((6, 3), 1 / 3)),
        Atoms([2.0], np.ones((6, 1))),  # no spread at all
    ],
    ids=["many narrow leaves", "atoms", "one atom"],
)
def test_laws_of_any_kind_can_be_drawn(laws):
    plots.predicted_density(laws, np.full(6, 0.5)).figure.canvas.draw()
    plots.predicted_fan(laws, np.arange(6.0)).figure.canvas.draw()


def test_rows_of_a_fan_may_come_in_any_order(law, x, y):
    order = np.random.default_rng(0).permutation(len(x))
    sorted_ax = plots.predicted_fan(law, x, kind="quantile")
    mixed_ax = plots.predicted_fan(law[order], x[order], kind="quantile")
    for one, other in zip(sorted_ax.lines, mixed_ax.lines, strict=True):
        np.testing.assert_allclose(one.get_xydata(), other.get_xydata())


def test_pit_bars_add_up_and_the_reliability_curve_shows_the_metric(law, y):
    ax = plots.pit_histogram(metrics.pit(law, y), n_bins=8)
    bars = [p.get_height() for p in ax.patches if p.get_width() == pytest.approx(1 / 8)]
    assert len(bars) == 8 and sum(bars) == pytest.approx(1.0)
    nominal, observed = metrics.reliability(law, y)
    drawn = plots.reliability_curve(nominal, observed, n_rows=len(y)).lines[-1].get_xydata()
    np.testing.assert_allclose(drawn, np.stack([nominal, observed], axis=1))


def test_recalibration_shows_the_share_below_each_level():
    ax = plots.recalibration([0.9, 0.1], [0.5, 0.25, 0.75, 1.0])
    before, after = (line.get_xydata().tolist() for line in ax.lines[-2:])
    assert before == [[0.0, 0.0], [0.1, 0.5], [0.9, 1.0], [1.0, 1.0]]
    assert after == [[0.0, 0.0], [0.25, 0.25], [0.5, 0.5], [0.75, 0.75], [1.0, 1.0], [1.0, 1.0]]


def test_only_groups_that_are_below_the_promise_stand_out():
    ax = plots.coverage_by_group(["fine", "bad", "few"], [88, 70, 2], [100, 100, 4])
    drawn = {line.get_label(): line.get_xydata().tolist() for line in ax.lines}
    assert drawn["below the promise"] == [[0.7, 1.0]]
    assert drawn["observed"] == [[0.88, 2.0], [0.5, 0.0]]


def test_stages_leave_out_what_is_infinite():
    ax = plots.coverage_by_stage([0.5, 0.9], STAGES, n_rows=40)
    drawn = {line.get_label(): line.get_xydata().tolist() for line in ax.lines}
    assert drawn["as fitted"] == [[1.0, 0.4], [2.0, 0.8]]
    assert drawn["conformal"] == [[1.2, 0.5]]
    assert sum(text.arrow_patch is not None for text in ax.texts) == 1, "one arrow: the other end is at infinity"


def test_decisions_are_drawn_relative_to_the_point_prediction():
    ax = plots.decision_curve([0.1, 0.9], [1.0, 6.0], [2.0, 3.0], expected=[1.0, 1.5])
    drawn = {line.get_label(): list(line.get_ydata()) for line in ax.lines}
    assert drawn["the law's quantile"] == [0.5, 2.0]
    assert drawn["as the law expects"] == [0.5, 0.5]
    assert ax.get_ylim()[1] > 2.0, "the curve that counts is never cut off"


def test_groups_of_similar_width_share_out_all_rows(law, y):
    ax = plots.coverage_against_width(law.interval(), y, n_groups=4)
    shares = ax.lines[-1].get_ydata()
    assert np.mean(shares) == pytest.approx(metrics.coverage(law, y, 0.9))


def test_intervals_of_one_width_are_one_group(law, y):
    ends = law.mean()[:, None] + np.array([-2.0, 2.0])
    ax = plots.coverage_against_width(ends, y)
    hit = (ends[:, 0] <= y) & (y <= ends[:, 1])
    np.testing.assert_allclose(ax.lines[-1].get_xydata(), [[4.0, hit.mean()]])


def test_a_large_scatter_is_stored_as_pixels():
    ax = plots.predicted_against_true(np.arange(5000.0), np.arange(5000.0))
    assert ax.lines[-1].get_rasterized()


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda law, x, y: plots.predicted_density(law, y), "Between 1 and 30 rows"),
        (lambda law, x, y: plots.predicted_density(law[:3], y), "3 rows and 40 values"),
        (lambda law, x, y: plots.predicted_density(law[:2], labels=["a"]), "1 labels for 2 rows"),
        (lambda law, x, y: plots.predicted_density(law[:1], [np.nan]), "must be finite"),
        (lambda law, x, y: plots.predicted_fan(law, x[:-1]), "one value per row"),
        (lambda law, x, y: plots.predicted_fan(law, np.zeros(40)), "two or more values"),
        (lambda law, x, y: plots.predicted_fan(law, x, kind="heat"), "'heat'"),
        (lambda law, x, y: plots.predicted_fan(law, x, levels=(50.0,)), "between 0 and 1"),
        (lambda law, x, y: plots.predicted_against_true(y, y[1:]), "one value per row"),
        (lambda law, x, y: plots.pit_histogram([0.5, 1.5]), "between 0 and 1"),
        (lambda law, x, y: plots.pit_histogram([]), "0 values"),
        (lambda law, x, y: plots.recalibration([0.5], [0.5, np.nan]), "after must hold one value"),
        (lambda law, x, y: plots.reliability_curve([0.5], [0.5, 0.6], n_rows=9), "equally many"),
        (lambda law, x, y: plots.reliability_curve([0.5], [0.5], n_rows=0), "at least 1"),
        (
            lambda law, x, y: plots.coverage_against_width(law.interval(), y, n_groups=41),
            "41 groups",
        ),
        (lambda law, x, y: plots.coverage_by_group([], [], []), "0 names"),
        (lambda law, x, y: plots.coverage_by_group(["a"], [3], [2]), "at most as many hits"),
        (lambda law, x, y: plots.coverage_by_stage([0.5], {"a": ([0.5], [1.0])}, n_rows=9), "two or three stages"),
        (lambda law, x, y: plots.coverage_by_stage([0.5], STAGES, n_rows=9), "each of the 1 promised"),
        (lambda law, x, y: plots.coverage_by_stage([0.5, 0.9], STAGES, n_rows=0), "at least 1"),
        (lambda law, x, y: plots.decision_curve([0.5], [1.0, 2.0], [1.0]), "one cost for each of the 1 levels"),
        (lambda law, x, y: plots.decision_curve([1.0], [1.0], [1.0]), "strictly between"),
        (lambda law, x, y: plots.decision_curve([0.5], [1.0], [0.0]), "costs nothing"),
        (lambda law, x, y: plots.digit_tree(law, [[0, 1, 2]]), "40 rows"),
        (lambda law, x, y: plots.digit_tree(law[:1], []), "Each level needs"),
        (lambda law, x, y: plots.digit_tree(law[:1], [[0, 1, 2], [0, 2]]), "all borders of the one before"),
        (lambda law, x, y: plots.digit_tree(law[:1], [[0, 2, 1]]), "must increase"),
        (lambda law, x, y: plots.learning_curve([]), "at least one row"),
        (lambda law, x, y: plots.learning_curve(HISTORY, ["loss"]), "'loss'"),
        (lambda law, x, y: plots.learning_curve(HISTORY, []), "Between 1 and 4 keys"),
    ],
)
def test_errors_say_what_must_hold(call, sentence, law, x, y):
    with pytest.raises(ValueError, match=sentence):
        call(law, x, y)
    assert not plt.get_fignums(), "nothing is drawn before the arguments are checked"


def test_a_missing_matplotlib_is_a_sentence_with_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ModuleNotFoundError, match=r"digitwise\[plot\]"):
        axes_or_new(None)


def test_a_palette_tells_its_meanings_apart():
    colours = vars(LIGHT)
    with pytest.raises(ValueError, match="its own colour"):
        Palette(**{**colours, "truth": LIGHT.law})
    with pytest.raises(ValueError, match="#rrggbb"):
        Palette(**{**colours, "truth": "red"})
    assert vars(DARK).keys() == colours.keys()


def test_a_learning_curve_breaks_between_runs_and_marks_the_epoch_over_all() -> None:
    history = [{"epoch": epoch, "train_loss": loss} for epoch, loss in ((1, 3.0), (2, 2.0), (1, 0.5), (2, 0.4))]
    ax = plots.learning_curve(history, best_epoch=3)
    curve, mark = ax.lines
    np.testing.assert_array_equal(curve.get_xdata(), [1, 2, np.nan, 3, 4])
    np.testing.assert_array_equal(curve.get_ydata(), [3.0, 2.0, np.nan, 0.5, 0.4])
    assert mark.get_xdata()[0] == 3
