"""The search: its first trial, what it returns, its limits, and what goes wrong on the way."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from digitwise import PointwiseRegressor
from digitwise.datasets import QualifiedTargets
from digitwise.estimators import mixed_model
from digitwise.estimators import refit as refit_module
from digitwise.tuning import Choice, FloatRange, IntegerRange, tune
from tests.tuning.problems import Interrupting, make_table, search, small


def test_the_first_trial_is_the_estimator_as_it_is() -> None:
    X, y = make_table()
    result = search()
    first = result.trials[0]
    fitted = small(random_state=0).fit(X, y)
    assert first.is_own_settings and not any(trial.is_own_settings for trial in result.trials[1:])
    assert first.params == {"learning_rate": 1e-3, "n_layers": 1, "batch_size": "auto"}
    assert first.value == result.own_value == fitted.history_[fitted.best_epoch_ - 1]["validation_crps"]
    assert result.best_value <= result.own_value


def test_the_result_is_the_best_trial() -> None:
    X, y = make_table()
    result = search(n_trials=5, pruning="none")
    assert result.best_trial.value == result.best_value == min(trial.value for trial in result.trials)
    again = small(random_state=0, **result.best_params).fit(X, y)
    np.testing.assert_array_equal(result.best_estimator.predict(X), again.predict(X))
    refitted = search(n_trials=5, pruning="none", refit=True).best_estimator
    np.testing.assert_array_equal(refitted.predict(X), again.predict(X))


@pytest.mark.parametrize("in_space", [False, True])
def test_only_the_best_model_is_refitted_on_all_rows(monkeypatch: pytest.MonkeyPatch, in_space: bool) -> None:
    X, y = make_table()
    calls, estimator = [], small(refit=True)
    original = refit_module.refit
    for module in (mixed_model, refit_module):
        monkeypatch.setattr(module, "refit", lambda *args: calls.append(args) or original(*args))
    space = {"learning_rate": FloatRange(1e-3, 1e-1, log=True)} | ({"refit": Choice((True,))} if in_space else {})
    result = search(estimator=estimator, space=space, n_trials=3, pruning="none")
    assert len(calls) == (3 if in_space else 1)
    assert result.best_estimator.refit is True
    again = small(random_state=0, **{"refit": True} | result.best_params).fit(X, y)
    np.testing.assert_array_equal(result.best_estimator.predict(X), again.predict(X))
    assert result.best_estimator.fit_summary_["refitted rows"] == len(X)


def test_metrics_that_are_better_when_greater() -> None:
    result = search(select_by="spearman", n_trials=4, pruning="none")
    assert result.best_value == max(trial.value for trial in result.trials)
    assert result.best_estimator.select_by == "spearman"


def test_the_same_seed_is_the_same_search() -> None:
    def trials(seed: int) -> list[Any]:
        return [(trial.params, trial.value) for trial in search(n_trials=4, random_state=seed).trials]

    assert trials(0) == trials(0)
    assert trials(0) != trials(1)


def test_the_estimator_stays_as_it_is() -> None:
    estimator = small(time_limit=60, verbose=0, random_state=3)
    before = estimator.get_params()
    result = search(estimator=estimator, random_state=None, time_budget=50.0)
    assert estimator.get_params() == before
    assert not hasattr(estimator, "network_")
    assert result.best_estimator.get_params() == before | result.best_params
    assert "_after_epoch" not in vars(result.best_estimator)


def test_validation_data_score_the_trials() -> None:
    result = search(validation_data=make_table(20, seed=1))
    assert result.best_estimator.fit_summary_["training rows"] == 60
    assert result.best_estimator.fit_summary_["validation rows"] == 20


def test_other_tables_targets_and_estimators() -> None:
    X, y = make_table()
    frame = pd.DataFrame({"a": X[:, 0], "town": np.where(X[:, 1] > 0, "Rome", "Bern")})
    search(frame, QualifiedTargets.right_censored(y, y > 1), sample_weight=np.ones(60), n_trials=1)
    pointwise = PointwiseRegressor(hidden_dim=8, max_epochs=2)
    result = tune(frame, y, estimator=pointwise, n_trials=2)
    assert isinstance(result.best_estimator, PointwiseRegressor)
    assert "hidden_dim" in result.best_params


def test_a_choice_may_be_of_objects() -> None:
    space = {"objective": Choice(("smoothed_cross_entropy", "crps")), "codec": Choice((small().codec, "integer"))}
    assert search(space=space, n_trials=1).best_params == {
        "objective": "smoothed_cross_entropy",
        "codec": small().codec,
    }


def test_the_second_stage_is_part_of_a_trial() -> None:
    result = search(estimator=small(finetune="crps", max_epochs=4), n_trials=1)
    assert result.trials[0].epochs == 4 + 2


def test_no_trial_begins_after_the_time_is_up() -> None:
    result = search(n_trials=1000, time_budget=1e-3)
    assert [trial.epochs for trial in result.trials] == [1]
    assert result.trials[0].reason == "time_limit"


def test_the_time_left_limits_the_trial_under_way() -> None:
    result = search(estimator=small(max_epochs=100_000, patience=None), n_trials=2, time_budget=0.5)
    assert len(result.trials) == 1
    assert result.trials[0].seconds < 10


def test_a_diverging_trial_fails_and_the_search_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    Interrupting(monkeypatch, {0: FloatingPointError("The loss is not finite."), 2: ValueError("no such pair")})
    result = search(n_trials=4)
    assert [trial.state == "failed" for trial in result.trials] == [True, False, True, False]
    assert result.trials[0].reason == "FloatingPointError: The loss is not finite."
    assert math.isnan(result.trials[0].value)
    assert result.own_value is None


def test_if_all_trials_fail_it_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    Interrupting(monkeypatch, {number: FloatingPointError("Not finite.") for number in range(3)})
    with pytest.raises(ValueError, match=r"No trial of 3 came to an end.* FloatingPointError: Not finite"):
        search()


def test_data_that_the_estimator_refuses_are_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    counted = Interrupting(monkeypatch, {})
    X, y = make_table()
    with pytest.raises(ValueError, match="NaN"):
        search(X, np.where(y > 0, y, np.nan))
    assert counted.count == 1


def test_an_interruption_keeps_what_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    Interrupting(monkeypatch, {2: KeyboardInterrupt()})
    with pytest.warns(UserWarning, match=r"interrupted. Complete so far: 2; the best of them is kept"):
        result = search(n_trials=9, pruning="none")
    assert len(result.trials) == 2
    result.best_estimator.predict(make_table()[0])


def test_an_interruption_before_anything_was_found_goes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    Interrupting(monkeypatch, {0: KeyboardInterrupt()})
    with pytest.raises(KeyboardInterrupt):
        search()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"space": {"learning_rat": FloatRange(1e-3, 1e-1)}},
            "no parameter 'learning_rat'. Did you mean learning_rate",
        ),
        ({"space": {"random_state": IntegerRange(0, 9)}}, "random_state cannot be searched: all trials share"),
        ({"space": {"n_layers": IntegerRange(2, 3)}}, "range of n_layers must hold its own setting, 1, but is"),
        ({"space": {}}, "at least one parameter, but is empty"),
        ({"n_trials": 0}, "n_trials and n_startup_trials must be at least 1"),
        ({"n_warmup_epochs": -1}, "n_warmup_epochs must be at least 0"),
        ({"time_budget": 0.0}, "time_budget must be positive"),
        ({"select_by": "guess"}, "metric must be one of"),
        ({"estimator": small(checkpoint_path="state")}, "cannot share the file of checkpoint_path"),
        ({"estimator": small(validation_fraction=0)}, "needs rows to validate on"),
        ({"sample_weight": np.arange(60) < 9}, "needs rows to validate on, but holds none out of 9"),
    ],
)
def test_what_cannot_be_is_said_before_any_trial(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], words: str
) -> None:
    counted = Interrupting(monkeypatch, {})
    with pytest.raises(ValueError, match=words):
        search(**options)
    assert counted.count == 0


def test_a_range_must_be_one() -> None:
    with pytest.raises(TypeError, match="n_layers"):
        search(space={"n_layers": (1, 2)})
