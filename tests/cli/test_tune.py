"""``digitwise tune``: the model it saves, what it prints, and going on with a stored search."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from digitwise import DecodingRegressor, PointwiseRegressor
from digitwise.estimators import DistributionalRegressor
from digitwise.tuning import DEFAULT_SPACE
from tests.tuning.problems import Interrupting

QUICK = ("--drop", "id", "--set", "preset=plain", "max_epochs=2", "hidden_dim=8", "finetune=none")
TWO = (*QUICK, "--trials", 2)


def test_says_what_was_found(run: Callable, houses: Path, tmp_path: Path) -> None:
    outcome = run("tune", houses, "--target", "price", "--out", tmp_path / "m", *TWO)
    assert outcome.code == 0, outcome.err
    words = (
        "the best of 2 trials",
        "0 (defaults)",
        "learning_rate",
        "48 for training, 12 for validation",
        "validation crps, defaults",
        "validation crps, best",
        "best parameters",
        "saved to",
    )
    for word in words:
        assert word in outcome.out
    assert outcome.err == ""


def test_the_model_has_the_settings_and_the_best_parameters(run: Callable, houses: Path, tmp_path: Path) -> None:
    outcome = run("tune", houses, "--target", "price", "--out", tmp_path / "m", *TWO, "--seed", 3, "--select-by", "mae")
    fitted = DecodingRegressor.load(tmp_path / "m")
    wanted = {"max_epochs": 2, "hidden_dim": 8, "finetune": None, "random_state": 3, "select_by": "mae"}
    assert wanted.items() <= fitted.get_params().items()
    assert "hidden_dim=" not in outcome.out
    for name in set(DEFAULT_SPACE) - {"hidden_dim"}:
        assert f"{name}=" in " ".join(outcome.out.split())


def test_one_trial_is_the_defaults(run: Callable, houses: Path, tmp_path: Path) -> None:
    options = ("--target", "price", "--out", tmp_path / "m", "--estimator", "pointwise", "--drop", "id", "--trials", 1)
    assert run("tune", houses, *options, "--set", "max_epochs=2").code == 0
    frame = pd.read_csv(houses).drop(columns=["id"])
    frame["built"] = pd.to_datetime(frame["built"])
    X, y = frame.drop(columns=["price"]), frame["price"]
    expected = PointwiseRegressor(max_epochs=2, random_state=0).fit(X, y).predict(X)
    np.testing.assert_allclose(DistributionalRegressor.load(tmp_path / "m").predict(X), expected)


@pytest.mark.parametrize("name", ["study.log", "study.db"])
def test_the_same_command_goes_on(run: Callable, houses: Path, tmp_path: Path, name: str) -> None:
    words = ("tune", houses, "--target", "price", "--out", tmp_path / "m", *QUICK, "--storage", tmp_path / name)
    assert run(*words, "--trials", 1).code == 0
    assert "the best of 2 trials" in run(*words, "--trials", 2).out


def test_validation_data_and_time_budget(run: Callable, houses: Path, tmp_path: Path) -> None:
    held_out = tmp_path / "held_out.csv"
    pd.read_csv(houses).iloc[:10].to_csv(held_out, index=False)
    options = ("--target", "price", "--out", tmp_path / "m", "--validation-data", held_out, "--time-budget", 0.001)
    outcome = run("tune", houses, *options, *QUICK)
    assert "the best of 1 trial\n" in outcome.out
    assert "60 for training, 10 for validation" in outcome.out


def test_an_interruption_keeps_the_best_so_far(
    run: Callable, houses: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Interrupting(monkeypatch, {1: KeyboardInterrupt()})
    outcome = run("tune", houses, "--target", "price", "--out", tmp_path / "m", *QUICK)
    assert outcome.code == 0
    assert outcome.err == "digitwise: note: The search was interrupted. Complete so far: 1; the best of them is kept.\n"
    assert (tmp_path / "m").is_dir()


def test_an_interruption_of_the_first_trial_leaves_nothing(
    run: Callable, houses: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Interrupting(monkeypatch, {0: KeyboardInterrupt()})
    outcome = run("tune", houses, "--target", "price", "--out", tmp_path / "m", *QUICK)
    assert (outcome.code, outcome.out, outcome.err) == (130, "", "digitwise: interrupted.\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--set", "n_layer=3"), "has no parameter 'n_layer'. Did you mean n_layers"),
        (("--set", "random_state=3"), "has an option of its own: use --seed."),
        (("--set", "log_path=x"), "Trials cannot share the file of log_path."),
        (("--trials", 0), "n_trials and n_startup_trials must be at least 1"),
        (("--select-by", "guess"), "metric must be one of"),
        (("--time-budget", 0), "time_budget must be positive"),
        (("--storage", "no/study.log"), "there is no folder 'no'"),
    ],
)
def test_what_cannot_be(fails: Callable, houses: Path, tmp_path: Path, options: tuple, words: str) -> None:
    assert words in fails("tune", houses, "--target", "price", "--out", tmp_path / "m", "--drop", "id", *options)
    assert list(tmp_path.iterdir()) == []


def test_a_stored_search_of_other_data_is_refused(fails: Callable, run: Callable, houses: Path, tmp_path: Path) -> None:
    words = ("--target", "price", "--out", tmp_path / "m", *QUICK, "--storage", tmp_path / "study.log", "--trials", 1)
    assert run("tune", houses, *words).code == 0
    pd.read_csv(houses).iloc[1:].to_csv(tmp_path / "other.csv", index=False)
    assert "differs in: data" in fails("tune", tmp_path / "other.csv", *words)
