"""What fine-tuning may cost the law: budgets, penalties, and the warning where it has collapsed."""

import warnings
from dataclasses import replace
from typing import Any

import pytest

from digitwise import CRPS, CalibrationBudget, CrossEntropy, DecodingRegressor, Finetune, WeightedSum
from digitwise.estimators.finetune import WATCHED, BudgetWatch, warn_if_collapsed
from digitwise.training.watch import Watch
from tests.estimators.two_stages import FEW_DRAWS, X, Y, assert_same, make


def ruinous(**more: Any) -> Finetune:
    """Return a fine-tuning that soon passes any budget."""
    return Finetune(objective=FEW_DRAWS, max_epochs=6, learning_rate=0.3, patience=None, **more)


def beyond(model: DecodingRegressor, budget: CalibrationBudget) -> list[bool]:
    """Return, epoch by epoch, whether the second stage lay beyond the budget."""
    start = {f"validation_{name}": model.finetune_summary_[f"{name} before"] for name in WATCHED}
    return [bool(budget.passed(start, row)) for row in model.history_[4:]]


@pytest.mark.filterwarnings("ignore:Fine-tuning with")
@pytest.mark.parametrize("select_by", ["crps", "rmse"])
def test_a_budget_stops_what_passes_it_and_never_keeps_it(select_by: str) -> None:
    budget = CalibrationBudget(crps=0.02, coverage=0.02)
    model = make(finetune=ruinous(budget=budget, select_by=select_by)).fit(X, Y)
    passed, summary = beyond(model, budget), model.finetune_summary_
    assert summary["stopped by"] == model.stopped_by_ == "budget"
    assert passed == [False] * (len(passed) - 1) + [True]
    assert summary["best epoch"] < summary["epochs"]
    assert summary["crps after"] <= 1.02 * summary["crps before"]
    assert summary["coverage_90 after"] >= summary["coverage_90 before"] - 0.02


@pytest.mark.filterwarnings("ignore:Fine-tuning with")
def test_a_budget_that_penalises_goes_on_with_the_first_stages_objective_added() -> None:
    budget = CalibrationBudget(crps=0.02, coverage=0.02, action="penalise", penalty=0.5)
    model = make(finetune=ruinous(budget=budget, select_by="rmse")).fit(X, Y)
    passed, summary = beyond(model, budget), model.finetune_summary_
    assert (summary["stopped by"], len(passed)) == ("max_epochs", 6)
    assert any(passed)
    first = passed.index(True)
    with_anchor = ["loss_2" in row for row in model.history_[4:]]
    assert with_anchor[: first + 2] == [False] * (first + 1) + [True] * (first < 5)
    assert summary["best epoch"] == 0 or not passed[summary["best epoch"] - 1]
    assert model.network_.head.objective == model.objective_  # what a warm start goes on with


def test_a_wide_budget_changes_nothing() -> None:
    wide = CalibrationBudget(crps=99.0, coverage=1.0)
    finetune = Finetune(objective=FEW_DRAWS, max_epochs=3)
    assert_same(make(finetune=finetune).fit(X, Y), make(finetune=replace(finetune, budget=wide)).fit(X, Y))


def test_a_budget_needs_a_start_to_fall_back_on() -> None:
    with pytest.raises(ValueError, match="With a budget the start must be allowed to win"):
        Finetune(budget=CalibrationBudget(), keep_start=False)


@pytest.mark.parametrize(("objective", "collapses"), [("expected_reward", True), ("remax", True), ("crps", False)])
def test_a_collapse_is_warned_of(objective: str, collapses: bool) -> None:
    """A squared error is best served by a law without spread, a proper score is not."""
    settings: dict[str, Any] = {"max_epochs": 40, "learning_rate": 0.05, "patience": None, "keep_start": False}
    model = make(finetune=Finetune(objective=objective, select_by="rmse", **settings), max_epochs=10)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(X, Y)
    messages = [str(warning.message) for warning in caught if "collapsed" in str(warning.message)]
    summary = model.finetune_summary_
    assert bool(messages) == collapses
    if collapses:
        width = summary["width_90 after"] / summary["width_90 before"]
        assert f"hold {100 * summary['coverage_90 after']:.0f} % of the validation targets" in messages[0]
        assert f"({100 * summary['coverage_90 before']:.0f} % before) and are {width:.2g} times as wide" in messages[0]
        assert messages[0].startswith(f"Fine-tuning with {objective!r} has collapsed the law")
    else:
        assert summary["coverage_90 after"] > 0.7


@pytest.mark.parametrize(
    ("before", "after", "warns"),
    [(0.9, 0.69, True), (0.9, 0.71, False), (0.75, 0.66, False), (0.81, 0.69, True), (0.5, 0.45, False)],
)
def test_a_law_has_collapsed_if_it_lost_much_and_is_left_with_little(before: float, after: float, warns: bool) -> None:
    start = {"validation_coverage_90": before, "validation_width_90": 2.0}
    now = {"validation_coverage_90": after, "validation_width_90": 0.5}
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        warn_if_collapsed("remax", start, now)
    assert bool(caught) == warns
    if warns:
        assert "0.25 times as wide" in str(caught[0].message)


@pytest.mark.parametrize(
    ("beyond", "weights"),
    [
        ([False, False], [0.0, 0.0, 0.0]),
        ([True, True, True], [0.0, 0.1, 0.2, 0.4]),  # doubles after every epoch beyond
        ([True, False, False, False], [0.0, 0.1, 0.05, 0.025, 0.0]),  # halves within, and goes once it is tiny
        ([True, True, False, True], [0.0, 0.1, 0.2, 0.1, 0.2]),
        ([True, False, True], [0.0, 0.1, 0.05, 0.1]),  # never below the first once it is due
        ([False, True], [0.0, 0.0, 0.1]),
    ],
)
@pytest.mark.parametrize("action", ["penalise", "stop"])
def test_the_penalty_doubles_and_halves(beyond: list[bool], weights: list[float], action: Any) -> None:
    """It depends on the history alone, so that a resumed run has the one it would have had."""
    budget = CalibrationBudget(crps=0.1, coverage=None, action=action)
    watch = BudgetWatch(budget, (CRPS(),), (CrossEntropy(),))
    assert isinstance(watch, Watch)
    start, rows = {"validation_crps": 1.0}, [{"validation_crps": 2.0 if bad else 1.0} for bad in beyond]
    for done, weight in enumerate(weights):
        expected = weight if action == "penalise" else 0.0
        assert watch.penalty(start, rows[:done]) == pytest.approx(expected)
    for row, bad in zip(rows, beyond, strict=True):
        assert watch.admits(start, row) == (not bad)
        assert watch.stops(start, [row]) == (bad and action == "stop")


def test_the_penalty_is_the_first_stages_objective_times_its_weight() -> None:
    model = make(max_epochs=1).fit(X, Y)
    watch = BudgetWatch(CalibrationBudget(action="penalise", penalty=0.3), (CRPS(),), (CrossEntropy(),))
    start = {"validation_crps": 1.0, "validation_coverage_90": 0.9}
    watch.prepare(model.network_, start, [])
    assert model.network_.head.objective == CRPS()
    watch.prepare(model.network_, start, [start | {"validation_crps": 2.0}])
    assert model.network_.head.objective == WeightedSum(terms=((1.0, CRPS()), (0.3, CrossEntropy())))
