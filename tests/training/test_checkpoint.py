"""A run that was stopped and resumed is the run that was not, to the last bit."""

import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from digitwise.training import FitResult, Network, TrainingSettings, fit
from digitwise.training import checkpoint as module
from tests.training.toy import (
    make_network,
    make_rows,
    make_settings,
    same_weights,
    stopped_in_epoch,
    validate,
    weights_of,
    without_seconds,
)

PATIENT = {"max_epochs": 8, "patience": 2, "learning_rate": 0.1}


def run(network: Network, settings: TrainingSettings, **more: Any) -> FitResult:
    return fit(network, more.pop("rows", make_rows()), settings, select_by="rmse", **{"validate": validate} | more)


def stop_after(epochs: int, path: Path, settings: TrainingSettings, error: BaseException) -> None:
    """Train for some epochs, then stop as a killed process or a user would."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            run(make_network(), settings, checkpoint_path=path, validate=stopped_in_epoch(epochs + 1, error))
        except RuntimeError as raised:
            assert raised is error
    assert path.exists()


@pytest.mark.parametrize("changes", [{}, PATIENT], ids=["all epochs", "patience"])
@pytest.mark.parametrize("epochs", [1, 3])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("killed")], ids=["ctrl-c", "killed"])
def test_a_resumed_run_is_the_uninterrupted_one(
    tmp_path: Path, changes: dict[str, Any], epochs: int, error: BaseException
) -> None:
    settings, path = make_settings(**changes), tmp_path / "new folder" / "state"
    whole, resumed = make_network(), make_network(seed=99)  # the start of the resumed one does not matter
    expected = run(whole, settings)
    stop_after(epochs, path, settings, error)
    result = run(resumed, settings, checkpoint_path=path)
    assert same_weights(weights_of(whole), weights_of(resumed))
    assert without_seconds(result.history) == without_seconds(expected.history)
    assert (result.best_epoch, result.best_metric) == (expected.best_epoch, expected.best_metric)
    assert result.stopped_by == expected.stopped_by
    assert list(path.parent.iterdir()) == []


def test_it_may_be_stopped_many_times(tmp_path: Path) -> None:
    settings, path = make_settings(), tmp_path / "state"
    whole, network = make_network(), make_network(seed=99)
    run(whole, settings)
    for _ in range(3):
        stop_after(1, path, settings, RuntimeError("killed"))
    run(network, settings, checkpoint_path=path)
    assert same_weights(weights_of(whole), weights_of(network))


def test_time_goes_on_counting(tmp_path: Path) -> None:
    settings, path = make_settings(), tmp_path / "state"
    stop_after(3, path, settings, KeyboardInterrupt())
    seconds = [row["seconds"] for row in run(make_network(), settings, checkpoint_path=path).history]
    assert seconds == sorted(seconds)


def test_a_run_out_of_time_goes_on_with_a_longer_limit(tmp_path: Path) -> None:
    whole, path = make_network(), tmp_path / "state"
    run(whole, make_settings())
    assert run(make_network(), make_settings(time_limit=1e-9), checkpoint_path=path).stopped_by == "time_limit"
    network = make_network()
    assert run(network, make_settings(time_limit=1e9), checkpoint_path=path).stopped_by == "max_epochs"
    assert same_weights(weights_of(whole), weights_of(network))
    assert not path.exists()


@pytest.mark.parametrize(
    ("changes", "more", "message"),
    [
        ({"learning_rate": 0.5, "seed": 3}, {}, r"other settings \(learning_rate, seed\)\. Delete it"),
        ({"max_epochs": 7}, {}, r"other settings \(max_epochs\)\. Delete it"),
        ({}, {"rows": make_rows(40)}, r"other training rows\. Delete it"),
        ({}, {"rows": make_rows(50, seed=5)}, r"other training rows\. Delete it"),
        ({}, {"network": make_network(hidden_dim=16)}, r"another network\. Delete it"),
        ({}, {"network": make_network().double()}, r"another network\. Delete it"),
    ],
)
def test_the_checkpoint_of_another_run_is_refused(
    tmp_path: Path, changes: dict[str, Any], more: dict[str, Any], message: str
) -> None:
    path = tmp_path / "state"
    stop_after(2, path, make_settings(), KeyboardInterrupt())
    network = more.pop("network", make_network())
    content, before = path.read_bytes(), weights_of(network)
    with pytest.raises(ValueError, match=message):
        run(network, make_settings(**changes), checkpoint_path=path, **more)
    assert path.read_bytes() == content
    assert same_weights(before, weights_of(network))


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "state"
    stop_after(2, path, make_settings(), KeyboardInterrupt())
    content = path.read_bytes()
    for damaged in (b"", b"not a checkpoint", content[:100], content[:-1]):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"state must be a training checkpoint, but is not, or is damaged"):
            run(make_network(), make_settings(), checkpoint_path=path)


@pytest.mark.parametrize("metadata", [None, {"checkpoint": "{}"}, {"checkpoint": "["}])
def test_other_safetensors_files_are_no_checkpoints(tmp_path: Path, metadata: dict[str, str] | None) -> None:
    save_file({"weight": torch.zeros(2)}, tmp_path / "state", metadata)
    with pytest.raises(ValueError, match="must be a training checkpoint"):
        run(make_network(), make_settings(), checkpoint_path=tmp_path / "state")


def test_a_checkpoint_of_another_version_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state"
    stop_after(2, path, make_settings(), KeyboardInterrupt())
    monkeypatch.setattr(module, "SCHEMA", 99)
    with pytest.raises(ValueError, match="must be a checkpoint of schema 99, but says 2"):
        run(make_network(), make_settings(), checkpoint_path=path)


def test_a_failing_write_leaves_the_checkpoint_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings, path = make_settings(), tmp_path / "state"
    whole, network = make_network(), make_network(seed=99)
    run(whole, settings)
    stop_after(2, path, settings, KeyboardInterrupt())
    content = path.read_bytes()

    def full(tensors: object, target: Path, metadata: object) -> None:
        target.write_bytes(b"half a checkpoint")
        raise OSError("No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(module, "save_file", full)
        with pytest.raises(OSError, match="No space left"):
            run(make_network(), settings, checkpoint_path=path)
    assert path.read_bytes() == content
    run(network, settings, checkpoint_path=path)
    assert same_weights(weights_of(whole), weights_of(network))
    assert list(tmp_path.iterdir()) == []


def test_settings_may_be_numbers_of_numpy(tmp_path: Path) -> None:
    settings, path = make_settings(), tmp_path / "state"
    object.__setattr__(settings, "patience", np.int64(9))  # past the type checks that only tests switch on
    stop_after(2, path, settings, KeyboardInterrupt())
    assert len(run(make_network(), make_settings(patience=9), checkpoint_path=path).history) == 6


def test_a_run_that_had_ended_is_only_restored(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a process that was killed between its last checkpoint and the removal of the file."""
    whole, restored, path = make_network(), make_network(seed=99), tmp_path / "state"
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda self, missing_ok: None)
        run(whole, make_settings(), checkpoint_path=path)
    never = stopped_in_epoch(1, RuntimeError("trained on"))
    assert run(restored, make_settings(), checkpoint_path=path, validate=never).stopped_by == "max_epochs"
    assert same_weights(weights_of(whole), weights_of(restored))
    assert not path.exists()


def test_a_checkpoint_holds_no_training_rows(tmp_path: Path) -> None:
    sizes = []
    for n_rows in (50, 500):
        path = tmp_path / str(n_rows)
        stop = stopped_in_epoch(2, RuntimeError("killed"))
        with pytest.raises(RuntimeError, match="killed"):
            run(make_network(), make_settings(), rows=make_rows(n_rows), checkpoint_path=path, validate=stop)
        sizes.append(path.stat().st_size)
    assert abs(sizes[1] - sizes[0]) < 200
