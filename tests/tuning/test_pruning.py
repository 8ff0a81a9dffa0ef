"""A trial that is given up stops training in that very epoch."""

import math
import sys
from typing import Any

import pytest

from digitwise.tuning import FloatRange
from digitwise.tuning.strategy import make_pruner
from tests.tuning.problems import search, small

HOPELESS = {"learning_rate": FloatRange(1e-9, 1e-2, log=True)}  # most of it learns nothing


def hopeless_search(**options: Any) -> Any:
    usual = {"estimator": small(learning_rate=1e-2, max_epochs=12, patience=None), "space": HOPELESS, "n_trials": 6}
    return search(**usual | {"n_warmup_epochs": 2} | options)


def test_pruned_trials_train_no_further(monkeypatch: pytest.MonkeyPatch) -> None:
    count = 0
    loop: Any = sys.modules["digitwise.training.fit"]
    train_epoch = loop.train_epoch

    def counted(*arguments: Any) -> Any:
        nonlocal count
        count += 1
        return train_epoch(*arguments)

    monkeypatch.setattr(loop, "train_epoch", counted)
    trials = hopeless_search().trials
    pruned = [trial for trial in trials if trial.state == "pruned"]
    assert pruned and all(2 < trial.epochs < 12 for trial in pruned)
    assert all(math.isfinite(trial.value) for trial in pruned)
    assert all(trial.epochs == 12 for trial in trials if trial.state == "complete")
    assert count == sum(trial.epochs for trial in trials)


def test_nothing_is_pruned_unless_asked_for() -> None:
    assert {trial.state for trial in hopeless_search(pruning="none").trials} == {"complete"}


def test_no_trial_is_pruned_while_warming_up() -> None:
    assert {trial.state for trial in hopeless_search(n_warmup_epochs=12).trials} == {"complete"}


def test_hyperband() -> None:
    assert any(trial.state == "pruned" for trial in hopeless_search(pruning="hyperband", n_trials=8).trials)


def test_a_pruned_trial_is_never_the_best() -> None:
    assert hopeless_search().best_trial.state == "complete"


def test_wrong_names() -> None:
    with pytest.raises((ValueError, TypeError), match="pruning"):
        make_pruner("guess", 10, 5)  # type: ignore[arg-type]
