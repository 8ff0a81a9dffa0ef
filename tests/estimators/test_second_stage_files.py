"""Two-stage models on disk: saved and loaded, logged, stopped and resumed."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from torch import Tensor

from digitwise import (
    CRPS,
    PPO,
    RAFT,
    CalibrationBudget,
    CrossEntropy,
    CustomReward,
    DecodingRegressor,
    Finetune,
    OnPolicy,
)
from digitwise.estimators import trains_networks
from digitwise.objectives import HuberReward
from digitwise.training import FitResult, Network, TrainingSettings
from digitwise.training import fit as train
from tests.estimators.two_stages import FEW_DRAWS, X, Y, assert_same, make


@pytest.mark.parametrize(
    "finetune",
    [
        "crps",
        FEW_DRAWS,
        CrossEntropy() + 10.0 * RAFT(),
        Finetune(objective=PPO(reward=HuberReward(delta=0.3), n_draws=4) + CRPS(), budget=CalibrationBudget()),
    ],
    ids=["name", "objective", "sum", "settings"],
)
def test_a_two_stage_model_survives_a_round_trip(finetune: Any, tmp_path: Path) -> None:
    model = make(finetune=finetune).fit(X, Y)
    model.save(tmp_path / "model")
    loaded = DecodingRegressor.load(tmp_path / "model")
    assert_same(model, loaded)
    assert loaded.get_params()["finetune"] == finetune
    assert loaded.finetune_summary_ == model.finetune_summary_
    assert loaded.fit_summary_ == model.fit_summary_
    assert loaded.network_.head.policy.line.standard.center == model.network_.head.policy.line.standard.center
    assert loaded.network_.head.policy.line.standard.spread == model.network_.head.policy.line.standard.spread
    assert_same(model.fine_tune(X, Y, finetune=FEW_DRAWS), loaded.fine_tune(X, Y, finetune=FEW_DRAWS))


def test_a_model_that_was_not_fine_tuned_has_no_summary_after_loading(tmp_path: Path) -> None:
    make().fit(X, Y).save(tmp_path / "model")
    assert not hasattr(DecodingRegressor.load(tmp_path / "model"), "finetune_summary_")


@pytest.mark.parametrize("place", ["finetune", "objective"])
def test_a_function_of_ones_own_cannot_be_saved(place: str, tmp_path: Path) -> None:
    """No pickle: it is refused, with its name, and nothing is left on disk."""
    own = OnPolicy(reward=CustomReward(function=lambda y, target: -(y - target).abs()), n_draws=4)
    model = make(**{place: own}, max_epochs=1).fit(X, Y)
    assert np.isfinite(model.predict(X)).all()
    with pytest.raises(TypeError, match=r"CustomReward\(.*\) cannot be saved"):
        model.save(tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_fine_tuning_by_hand_with_a_function_of_ones_own_leaves_a_model_that_can_be_saved(tmp_path: Path) -> None:
    own = OnPolicy(reward=CustomReward(function=lambda y, target: -(y - target).abs()), n_draws=4)
    model = make().fit(X, Y).fine_tune(X, Y, finetune=own)
    model.save(tmp_path / "model")
    assert_same(model, DecodingRegressor.load(tmp_path / "model"))


def test_the_log_holds_both_stages(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    model = make(finetune=FEW_DRAWS, log_path=log).fit(X, Y)
    assert [json.loads(line) for line in log.read_text().splitlines()] == model.history_
    model.fine_tune(X, Y, finetune="crps")
    assert [json.loads(line) for line in log.read_text().splitlines()] == model.history_
    assert len(model.history_) == 8


Loop = Callable[..., FitResult]


def stopping(second_stage: Callable[..., dict[str, Any]]) -> Loop:
    """Return the training loop with something changed in the second stage."""

    def loop(network: Network, rows: Any, settings: TrainingSettings, **options: Any) -> FitResult:
        if options.get("validate_start"):
            changes = second_stage(settings=settings, **options)
            settings = changes.pop("settings", settings)
            options |= changes
        return train(network, rows, settings, **options)

    return loop


def out_of_time(**options: Any) -> dict[str, Any]:
    return {"settings": replace(options["settings"], time_limit=1e-9)}


def interrupted_in_epoch(epoch: int) -> Callable[..., dict[str, Any]]:
    """Return what makes Ctrl-C come in an epoch; the first call of the validation is that of the start."""

    def change(**options: Any) -> dict[str, Any]:
        calls = iter(range(epoch + 1))

        def validate(network: Network) -> dict[str, float | int]:
            if next(calls) == epoch:
                raise KeyboardInterrupt
            return options["validate"](network)

        return {"validate": validate}

    return change


FINETUNE = Finetune(objective=PPO(n_draws=4, n_updates=2, kl_weight=0.05), max_epochs=3)


@pytest.mark.filterwarnings("ignore:Training was interrupted")
@pytest.mark.parametrize(
    ("how", "stopped_by"), [(out_of_time, "time_limit"), (interrupted_in_epoch(2), "interrupt")], ids=["time", "ctrl-c"]
)
def test_a_fit_stopped_in_its_second_stage_goes_on_there(
    how: Any, stopped_by: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first stage is restored, not trained again, and the second one goes on: the run that was never stopped."""
    whole = make(finetune=FINETUNE).fit(X, Y)
    model = make(finetune=FINETUNE, checkpoint_path=tmp_path / "state")
    with monkeypatch.context() as patch:
        patch.setattr(trains_networks, "fit", stopping(how))
        model.fit(X, Y)
    assert model.stopped_by_ == model.finetune_summary_["stopped by"] == stopped_by
    assert model.n_iter_ == 5
    assert sorted(path.name for path in tmp_path.iterdir()) == ["state", "state.finetune"]
    assert_same(whole, model.fit(X, Y))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("stage", ["state", "state.finetune"])
def test_a_fit_killed_in_either_stage_goes_on_there(
    stage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = make(finetune=FINETUNE).fit(X, Y)
    model = make(finetune=FINETUNE, checkpoint_path=tmp_path / "state")

    def killed(network: Network, rows: Any, settings: TrainingSettings, **options: Any) -> FitResult:
        calls = iter(range(9))

        def validate(network: Network) -> dict[str, float | int]:
            if next(calls) == 2 and str(options["checkpoint_path"]).endswith(stage):
                raise RuntimeError("killed")
            return figures(network)

        figures = options.pop("validate")
        return train(network, rows, settings, validate=validate, **options)

    with monkeypatch.context() as patch:
        patch.setattr(trains_networks, "fit", killed)
        with pytest.raises(RuntimeError, match="killed"):
            model.fit(X, Y)
    assert (tmp_path / stage).exists()
    assert_same(whole, make(finetune=FINETUNE, checkpoint_path=tmp_path / "state").fit(X, Y))
    assert list(tmp_path.iterdir()) == []


def test_a_fit_out_of_time_in_its_first_stage_is_the_uninterrupted_one_after_resuming(tmp_path: Path) -> None:
    """Whatever was fine-tuned from half a first stage must not be taken for the second stage of the whole one."""
    whole = make(finetune=FINETUNE).fit(X, Y)
    model = make(finetune=FINETUNE, checkpoint_path=tmp_path / "state", time_limit=1e-9).fit(X, Y)
    assert_same(whole, model.set_params(time_limit=None).fit(X, Y))
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_in_the_first_epoch_of_fine_tuning_leaves_the_first_stages_model(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = make().fit(X, Y)
    monkeypatch.setattr(trains_networks, "fit", stopping(interrupted_in_epoch(1)))
    with pytest.warns(UserWarning, match="interrupted in epoch 1; the weights of epoch 0 are kept"):
        model = make(finetune=FINETUNE).fit(X, Y)
    np.testing.assert_array_equal(model.predict_quantiles(X, [0.1, 0.9]), first.predict_quantiles(X, [0.1, 0.9]))
    assert (model.stopped_by_, model.finetune_summary_["epochs"], model.n_iter_) == ("interrupt", 0, 4)
    assert model.network_.dtype == first.network_.dtype


def test_an_interrupt_in_the_first_stage_ends_the_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who stops the first stage does not wait for a second one."""

    def interrupted(network: Network, rows: Any, settings: TrainingSettings, **options: Any) -> FitResult:
        change = {} if options.get("validate_start") else interrupted_in_epoch(2)(**options)
        return train(network, rows, settings, **options | change)

    monkeypatch.setattr(trains_networks, "fit", interrupted)
    with pytest.warns(UserWarning, match="interrupted in epoch 3; the weights of epoch"):
        model = make(finetune=FINETUNE).fit(X, Y)
    assert (model.stopped_by_, model.n_iter_) == ("interrupt", 2)
    assert not hasattr(model, "finetune_summary_")


@pytest.mark.parametrize("calls_before_it_fails", [0, 3])
def test_a_fine_tuning_that_fails_leaves_the_model_as_it_was(calls_before_it_fails: int) -> None:
    """As with a reward of one's own that is infinite for a number that is drawn late."""
    model, calls = make().fit(X, Y), []

    def failing(prediction: Tensor, target: Tensor) -> Tensor:
        calls.append(1)
        return -(prediction - target).abs() / (len(calls) <= calls_before_it_fails)

    before = model.predict_quantiles(X, [0.1, 0.5, 0.9])
    own = OnPolicy(reward=CustomReward(function=failing), baseline="leave_one_out", n_draws=4)
    with pytest.raises(ValueError, match="Rewards must be finite"):
        model.fine_tune(X, Y, finetune=own)
    np.testing.assert_array_equal(model.predict_quantiles(X, [0.1, 0.5, 0.9]), before)


def test_fine_tuning_by_hand_is_resumed_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = make().fit(X, Y).fine_tune(X, Y, finetune=FINETUNE)
    model = make(checkpoint_path=tmp_path / "state").fit(X, Y)
    model.save(tmp_path / "model")
    with monkeypatch.context() as patch:
        patch.setattr(trains_networks, "fit", stopping(out_of_time))
        model.fine_tune(X, Y, finetune=FINETUNE)
    again = DecodingRegressor.load(tmp_path / "model")
    assert_same(whole, again.fine_tune(X, Y, finetune=FINETUNE))
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_the_checkpoint_of_another_fine_tuning_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One first stage serves several second ones, and they must not go on from each other's half-way states."""
    model = make(checkpoint_path=tmp_path / "state").fit(X, Y)
    with monkeypatch.context() as patch:
        patch.setattr(trains_networks, "fit", stopping(out_of_time))
        model.fine_tune(X, Y, finetune=Finetune(objective="raft", max_epochs=3))
    with pytest.raises(ValueError, match="Delete it"):
        model.fine_tune(X, Y, finetune=Finetune(objective="crps", max_epochs=3))
