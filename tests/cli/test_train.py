"""``digitwise train``: the model it saves, what it prints, and interruptions."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from digitwise import DecodingRegressor, PointwiseRegressor
from digitwise.estimators import DistributionalRegressor

QUICK = ("--max-epochs", 2, "--drop", "id")


def test_says_what_was_learnt(run: Callable, houses: Path, tmp_path: Path) -> None:
    outcome = run("train", houses, "--target", "price", "--out", tmp_path / "m", *QUICK)
    assert outcome.code == 0
    words = (
        "48 for training, 12 for validation",
        "scaling",
        "affine",
        "the best was",
        "crps",
        "rmse",
    )
    for word in words:
        assert word in outcome.out
    assert outcome.err == ""


def test_is_the_same_as_fitting_in_python(run: Callable, houses: Path, tmp_path: Path) -> None:
    run("train", houses, "--target", "price", "--out", tmp_path / "m", "--seed", 3, *QUICK)
    frame = pd.read_csv(houses).drop(columns=["id"])
    frame["built"] = pd.to_datetime(frame["built"])
    X, y = frame.drop(columns=["price"]), frame["price"]
    expected = DecodingRegressor(max_epochs=2, random_state=3).fit(X, y).predict(X)
    loaded = DecodingRegressor.load(tmp_path / "m")
    np.testing.assert_allclose(loaded.predict(X), expected)


def test_options_reach_the_estimator(run: Callable, houses: Path, tmp_path: Path) -> None:
    files = {"--checkpoint": tmp_path / "state", "--log": tmp_path / "log.jsonl"}
    outcome = run(
        *("train", houses, "--target", "price", "--out", tmp_path / "m", *QUICK),
        *("--scaling", "quantile", "--select-by", "mae", "--objective", "cross_entropy"),
        *("--time-limit", 100, *(word for pair in files.items() for word in pair)),
    )
    assert outcome.code == 0, outcome.err
    fitted = DecodingRegressor.load(tmp_path / "m")
    wanted = {
        "scaling": "quantile",
        "select_by": "mae",
        "objective": "cross_entropy",
        "time_limit": 100,
    }
    assert wanted.items() <= fitted.get_params().items()
    assert len((tmp_path / "log.jsonl").read_text().splitlines()) == 2
    assert "quantile: as asked" in outcome.out


@pytest.mark.parametrize("name", ["pointwise", "histogram", "mixture_density", "quantile"])
def test_baselines_are_trained_saved_and_evaluated(run: Callable, houses: Path, tmp_path: Path, name: str) -> None:
    folder = tmp_path / "m"
    options = ("--target", "price", "--out", folder, "--estimator", name, *QUICK)
    assert run("train", houses, *options).code == 0
    kind = type(DistributionalRegressor.load(folder)).__name__
    assert kind.lower() == f"{name.replace('_', '')}regressor"
    figures = json.loads(run("evaluate", folder, houses, "--target", "price", "--json").out)
    assert (figures["model"]["nll"] is None) == (name == "quantile")  # point masses have no density


def test_replaces_a_saved_model(run: Callable, houses: Path, tmp_path: Path) -> None:
    words = ("train", houses, "--target", "price", "--out", tmp_path / "m", *QUICK)
    assert run(*words).code == 0
    assert run(*words, "--estimator", "pointwise").code == 0
    assert isinstance(DistributionalRegressor.load(tmp_path / "m"), PointwiseRegressor)


def test_validation_data_choose_the_epoch(run: Callable, houses: Path, tmp_path: Path) -> None:
    held_out = tmp_path / "held_out.csv"
    pd.read_csv(houses).iloc[:10].to_csv(held_out, index=False)
    options = ("--target", "price", "--out", tmp_path / "m", "--validation-data", held_out)
    assert "60 for training, 10 for validation" in run("train", houses, *options, *QUICK).out


def test_rows_without_a_target_can_be_dropped(run: Callable, houses: Path, tmp_path: Path) -> None:
    frame = pd.read_csv(houses)
    frame.loc[:9, "price"] = np.nan
    frame.to_csv(tmp_path / "gaps.csv", index=False)
    options = ("--target", "price", "--out", tmp_path / "m", "--drop-missing-target", *QUICK)
    assert "40 for training, 10 for" in run("train", tmp_path / "gaps.csv", *options).out


def test_warns_of_columns_that_name_the_rows(run: Callable, houses: Path, tmp_path: Path) -> None:
    options = ("--target", "price", "--out", tmp_path / "m", "--max-epochs", 2)
    outcome = run("train", houses, *options)
    assert outcome.code == 0
    assert outcome.err.startswith("digitwise: note: The text column 'id' is different in every row.")


def interrupt_in_epoch(epoch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    module = sys.modules["digitwise.training.fit"]
    train_epoch = module.train_epoch  # type: ignore[attr-defined]

    def interrupted(*arguments: object) -> object:
        if arguments[4] == epoch:
            raise KeyboardInterrupt
        return train_epoch(*arguments)

    monkeypatch.setattr(module, "train_epoch", interrupted)


def test_an_interruption_keeps_the_best_weights(
    run: Callable, houses: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt_in_epoch(2, monkeypatch)
    outcome = run("train", houses, "--target", "price", "--out", tmp_path / "m", *QUICK)
    assert outcome.code == 0
    assert "the model of epoch 1 is saved" in outcome.out
    assert DecodingRegressor.load(tmp_path / "m").stopped_by_ == "interrupt"


def test_an_interruption_before_any_weights_leaves_nothing(
    run: Callable, houses: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt_in_epoch(1, monkeypatch)
    outcome = run("train", houses, "--target", "price", "--out", tmp_path / "m", *QUICK)
    assert (outcome.code, outcome.out, outcome.err) == (130, "", "digitwise: interrupted.\n")
    assert list(tmp_path.iterdir()) == []
