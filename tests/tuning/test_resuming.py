"""A stored search goes on where it stopped, and only as it began."""

from pathlib import Path
from typing import Any

import optuna
import pytest

from digitwise.tuning import FloatRange
from tests.tuning.problems import SPACE, Interrupting, make_table, search, small

STORAGES = ["study.log", "study.db"]


def summary(result: Any) -> list[Any]:
    return [(trial.params, trial.value, trial.state, trial.is_own_settings) for trial in result.trials]


@pytest.mark.parametrize("name", STORAGES)
def test_finished_trials_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    counted = Interrupting(monkeypatch, {})
    whole = search(n_trials=5)
    assert counted.count == 5
    search(n_trials=2, storage=tmp_path / name)
    resumed = search(n_trials=5, storage=tmp_path / name)
    assert summary(resumed) == summary(whole)
    is_retrained = resumed.best_trial.number < 2
    assert counted.count == 5 + 2 + 3 + is_retrained


def test_the_best_model_of_an_earlier_call_is_trained_again(tmp_path: Path) -> None:
    first = search(n_trials=3, storage=tmp_path / "study.log")
    again = search(n_trials=3, storage=tmp_path / "study.log")
    X = make_table()[0]
    assert again.best_estimator.predict(X).tolist() == first.best_estimator.predict(X).tolist()
    assert summary(again) == summary(first)


@pytest.mark.parametrize("killed", [0, 1])
def test_a_trial_under_way_when_killed_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, killed: int
) -> None:
    class Killed(BaseException):
        pass

    path = tmp_path / "study.db"
    with monkeypatch.context() as patch:
        patch.setattr("digitwise.tuning.trial._cut_off", lambda *arguments: None)  # the process is gone
        Interrupting(patch, {killed: Killed()})
        with pytest.raises(Killed):
            search(storage=path)
    stored = optuna.load_study(study_name="digitwise", storage=f"sqlite:///{path}")
    assert stored.trials[-1].state == optuna.trial.TrialState.RUNNING
    assert summary(search(storage=path)) == summary(search())


def test_an_interrupted_trial_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        Interrupting(patch, {0: KeyboardInterrupt()})
        with pytest.raises(KeyboardInterrupt):
            search(storage=tmp_path / "study.log")
    assert summary(search(storage=tmp_path / "study.log")) == summary(search())


def test_without_a_random_state_it_goes_on_with_the_seed_of_the_study(tmp_path: Path) -> None:
    path = tmp_path / "study.log"
    first = search(storage=path, random_state=None, n_trials=1)
    again = search(storage=path, random_state=None, n_trials=2)
    assert summary(again)[0] == summary(first)[0]
    assert again.best_estimator.random_state == first.best_estimator.random_state


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"space": SPACE | {"dropout": FloatRange(0.0, 0.5)}}, "search space"),
        ({"estimator": small(max_epochs=4)}, "estimator's settings"),
        ({"random_state": 1}, "random state"),
        ({"sample_weight": [2.0] * 60}, "data"),
        ({"validation_data": make_table(20)}, "validation data"),
        ({"select_by": "rmse"}, "validation metric"),
    ],
)
def test_other_searches_are_refused(tmp_path: Path, changes: dict[str, Any], words: str) -> None:
    path = tmp_path / "study.log"
    search(storage=path, n_trials=1)
    with pytest.raises(ValueError, match=f"differs in: {words}. Choose another"):
        search(**{"storage": path, "n_trials": 2} | changes)
    assert len(search(storage=path, study_name="another", n_trials=1).trials) == 1


def test_other_rows_and_directions_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "study.log"
    search(storage=path, n_trials=1)
    with pytest.raises(ValueError, match="differs in: data"):
        search(*make_table(seed=1), storage=path)
    with pytest.raises(ValueError, match="would minimize its metric"):
        search(storage=path, select_by="spearman")


def test_settings_that_change_no_result_may_change(tmp_path: Path) -> None:
    path = tmp_path / "study.log"
    search(storage=path, n_trials=1)
    search(storage=path, n_trials=1, estimator=small(n_jobs=1), pruning="none", n_startup_trials=5)


def test_studies_of_others_are_refused(tmp_path: Path) -> None:
    storage = f"sqlite:///{tmp_path / 'study.db'}"
    study = optuna.create_study(storage=storage, study_name="digitwise")
    study.add_trial(optuna.create_trial(value=1.0))
    with pytest.raises(ValueError, match="was not made by digitwise"):
        search(storage=storage)


def test_places_where_nothing_can_be_stored(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        search(storage=tmp_path / "no" / "study.log")
    with pytest.raises(ValueError, match="is a folder"):
        search(storage=tmp_path)
