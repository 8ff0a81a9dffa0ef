"""What fine-tuning asks of training: a start that may win, a watch, exact resumption."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from digitwise import CRPS, PPO, CrossEntropy, OnPolicy, ReMax
from digitwise.objectives import DecodingHead, Objective
from digitwise.training import FitResult, Network, TrainingSettings, fit
from digitwise.training.run_log import Row
from digitwise.training.watch import Watch
from tests.training.toy import (
    make_decoder,
    make_network,
    make_rows,
    make_settings,
    same_weights,
    scripted,
    stopped_in_epoch,
    validate,
    weights_of,
    without_seconds,
)

NAN = math.nan
OBJECTIVES: dict[str, Objective] = {
    "exact": CRPS(),
    "remax": ReMax(n_draws=4),
    "ppo": PPO(n_draws=4, n_updates=2),
    "kl": OnPolicy(n_draws=4, kl_weight=0.1),
    "sum": CrossEntropy() + ReMax(n_draws=4),
}


def run(network: Network, settings: TrainingSettings | None = None, **more: Any) -> FitResult:
    how = {"validate": validate, "select_by": "rmse"} | more
    return fit(network, make_rows(), settings or make_settings(max_epochs=4), **how)


def test_the_start_is_validated_before_anything_else() -> None:
    network = make_network()
    expected = {f"validation_{name}": value for name, value in validate(network).items()}
    result = run(network, validate_start=True)
    assert result.start == expected
    assert [row["epoch"] for row in result.history] == [1, 2, 3, 4]


def test_without_being_asked_for_there_is_no_start() -> None:
    result = run(make_network(), validate=scripted(3, 2, 1, 4), select_by="metric")
    assert (result.start, result.best_epoch) == (None, 3)


@pytest.mark.parametrize(
    ("metrics", "keep", "patience", "epochs", "best"),
    [  # the first figure is that of the start
        ((1, 2, 3), True, None, 2, 0),
        ((1, 2, 3), False, None, 2, 1),
        ((2, 3, 1), True, None, 2, 2),
        ((1, 1, 1), True, None, 2, 0),  # as good is not better
        ((1, 2, 3, 4, 5), True, 2, 2, 0),  # patience counts from the start
        ((1, 2, 3, 4, 5), False, 2, 3, 1),
        ((3, 4, 2, 4, 4, 4), True, 2, 4, 2),
        ((NAN, 3, 2), True, None, 2, 2),
        ((2, NAN, NAN), True, None, 2, 0),
        ((2, NAN, NAN), False, None, 2, 2),
    ],
)
@pytest.mark.filterwarnings("ignore:The validation metric 'metric' was NaN")
def test_the_start_may_win_where_it_may(
    metrics: tuple[float, ...], keep: bool, patience: int | None, epochs: int, best: int
) -> None:
    network = make_network()
    start, seen = weights_of(network), []
    figures = iter(metrics)

    def watching(network: Network) -> dict[str, float | int]:
        seen.append(weights_of(network))
        return {"metric": next(figures)}

    settings = make_settings(max_epochs=len(metrics) - 1, patience=patience)
    how: dict[str, Any] = {"validate": watching, "select_by": "metric"}
    result = run(network, settings, validate_start=True, keep_start=keep, **how)
    assert (len(result.history), result.best_epoch) == (epochs, best)
    assert result.start == {"validation_metric": pytest.approx(metrics[0], nan_ok=True)}
    assert same_weights(weights_of(network), seen[best])
    assert same_weights(seen[0], start)
    assert not network.training


def test_a_greater_start_wins_where_greater_is_better() -> None:
    how = {"select_by": "metric", "greater_is_better": True, "validate_start": True}
    settings = make_settings(max_epochs=2)
    assert run(make_network(), settings, validate=scripted(3, 1, 2), **how).best_epoch == 0
    assert run(make_network(), settings, validate=scripted(1, 2, 3), **how).best_epoch == 2


def test_an_interrupt_before_the_first_epoch_is_done_keeps_the_start() -> None:
    network = make_network()
    before = weights_of(network)
    with pytest.warns(UserWarning, match="interrupted in epoch 1; the weights of epoch 0 are kept"):
        result = run(network, validate=stopped_in_epoch(2, KeyboardInterrupt()), validate_start=True)
    assert (result.stopped_by, result.best_epoch, result.history) == ("interrupt", 0, [])
    assert same_weights(before, weights_of(network))


@dataclass
class Script:
    """Admits the named epochs, stops after one, and writes down what it sees."""

    admitted: Sequence[int]
    last: int = 99
    prepared: list[int] = field(default_factory=list)
    starts: list[Row] = field(default_factory=list)

    def admits(self, start: Row, row: Row) -> bool:
        self.starts.append(start)
        return row["epoch"] in self.admitted

    def stops(self, start: Row, history: Sequence[Row]) -> bool:
        return len(history) >= self.last

    def prepare(self, network: Network, start: Row, history: Sequence[Row]) -> None:
        self.prepared.append(len(history))


@pytest.mark.parametrize(
    ("admitted", "last", "epochs", "best", "stopped_by"),
    [
        ([1, 2, 3, 4], 99, 4, 4, "max_epochs"),
        ([1, 2, 3], 99, 4, 3, "max_epochs"),  # the best of all is not admitted
        ([2], 99, 4, 2, "max_epochs"),
        ([], 99, 4, 0, "max_epochs"),
        ([1, 2, 3, 4], 2, 2, 2, "watch"),
        ([1], 2, 2, 1, "watch"),
        ([], 1, 1, 0, "watch"),
        ([1, 2, 3, 4], 4, 4, 4, "watch"),  # where both hold, the watch is named
    ],
)
def test_a_watch_says_what_may_be_kept_and_when_to_stop(
    admitted: list[int], last: int, epochs: int, best: int, stopped_by: str
) -> None:
    watch = Script(admitted, last)
    assert isinstance(watch, Watch)
    how: dict[str, Any] = {"validate": scripted(5, 4, 3, 2, 1), "select_by": "metric"}
    result = run(make_network(), validate_start=True, watch=watch, **how)
    assert (len(result.history), result.best_epoch, result.stopped_by) == (epochs, best, stopped_by)
    assert watch.prepared == list(range(epochs))  # before every epoch, given those before it
    assert watch.starts == [{"validation_metric": 5}] * epochs


def test_epochs_that_are_not_admitted_use_up_patience() -> None:
    settings = make_settings(max_epochs=9, patience=2)
    how: dict[str, Any] = {"validate": scripted(5, 4, 3, 2, 1), "select_by": "metric"}
    result = run(make_network(), settings, validate_start=True, watch=Script([1]), **how)
    assert (len(result.history), result.best_epoch, result.stopped_by) == (3, 1, "patience")


def test_the_log_begins_with_the_rows_of_the_stage_before(tmp_path: Path) -> None:
    earlier = [{"epoch": 1, "train_loss": 7.0}, {"epoch": 2, "train_loss": 6.0}]
    log, state = tmp_path / "log.jsonl", tmp_path / "state"
    how: dict[str, Any] = {"log_path": log, "checkpoint_path": state, "earlier_rows": earlier}
    with pytest.raises(RuntimeError, match="killed"):
        run(make_network(), validate=stopped_in_epoch(3, RuntimeError("killed")), **how)
    assert [json.loads(line)["epoch"] for line in log.read_text().splitlines()] == [1, 2, 1, 2]
    result = run(make_network(), **how)
    rows = [json.loads(line) for line in log.read_text().splitlines()]
    assert rows == [*earlier, *result.history]
    assert [row["epoch"] for row in result.history] == [1, 2, 3, 4]


@pytest.mark.parametrize("changes", [{}, {"patience": 1, "learning_rate": 0.5}], ids=["max_epochs", "patience"])
def test_a_checkpoint_that_is_kept_restores_what_had_ended(tmp_path: Path, changes: dict[str, Any]) -> None:
    path, settings = tmp_path / "state", make_settings(**changes)
    whole, restored = make_network(), make_network(seed=99)
    first = run(whole, settings, checkpoint_path=path, keep_checkpoint=True)
    assert path.exists()
    never = stopped_in_epoch(1, RuntimeError("trained on"))
    second = run(restored, settings, checkpoint_path=path, keep_checkpoint=True, validate=never)
    assert (second.stopped_by, second.best_epoch) == (first.stopped_by, first.best_epoch)
    assert same_weights(weights_of(whole), weights_of(restored))
    run(restored, settings, checkpoint_path=path, validate=never)
    assert not path.exists()


@pytest.mark.parametrize("kind", list(OBJECTIVES))
@pytest.mark.parametrize("epochs", [1, 3])
def test_a_resumed_second_stage_is_the_uninterrupted_one(tmp_path: Path, kind: str, epochs: int) -> None:
    """Draws, dropout, start and reference included; the start of the resumed network does not matter."""
    path, reference = tmp_path / "state", make_decoder(CrossEntropy(), seed=3).eval()
    whole, stopped, resumed = (make_decoder(OBJECTIVES[kind], seed=seed) for seed in (0, 0, 99))
    how: dict[str, Any] = {"validate_start": True, "reference": reference}
    expected = run(whole, **how)
    with pytest.raises(RuntimeError, match="killed"):
        stop = stopped_in_epoch(epochs + 2, RuntimeError("killed"))
        run(stopped, checkpoint_path=path, validate=stop, **how)
    result = run(resumed, checkpoint_path=path, **how)
    assert _comparable(result.history) == _comparable(expected.history)
    assert same_weights(weights_of(whole), weights_of(resumed))
    assert result.start == expected.start
    assert (result.best_epoch, result.best_metric) == (expected.best_epoch, expected.best_metric)
    assert list(tmp_path.iterdir()) == []


def _comparable(history: list[dict[str, float | int]]) -> list[dict[str, float | int]]:
    """Leave out what depends on the clock."""
    return [{k: v for k, v in row.items() if k != "draws_per_second"} for row in without_seconds(history)]


def test_a_start_that_won_wins_after_resuming_too(tmp_path: Path) -> None:
    path, network = tmp_path / "state", make_network(seed=99)
    stop = iter([1, 2])

    def killed(network: Network) -> dict[str, float | int]:
        return {"metric": next(stop)}

    with pytest.raises(StopIteration):
        run(make_network(), validate=killed, select_by="metric", validate_start=True, checkpoint_path=path)
    result = run(network, validate=scripted(3, 4, 5), select_by="metric", validate_start=True, checkpoint_path=path)
    assert (result.best_epoch, result.best_metric, len(result.history)) == (0, 1, 4)
    assert same_weights(weights_of(network), weights_of(make_network()))


def test_what_a_watch_changes_is_changed_after_resuming_too(tmp_path: Path) -> None:
    """It looks at the history alone, so the epochs after the break have the objectives they would have had."""

    class Alternating(Script):
        def prepare(self, network: Network, start: Row, history: Sequence[Row]) -> None:
            assert isinstance(network.head, DecodingHead)
            network.head.objective = CRPS() if len(history) % 2 else CrossEntropy()

    path, whole, resumed = tmp_path / "state", make_decoder(CRPS()), make_decoder(CRPS(), seed=99)
    how: dict[str, Any] = {"validate_start": True, "watch": Alternating([1, 2, 3, 4])}
    expected = run(whole, **how)
    with pytest.raises(RuntimeError, match="killed"):
        run(make_decoder(CRPS()), checkpoint_path=path, validate=stopped_in_epoch(4, RuntimeError("killed")), **how)
    assert _comparable(run(resumed, checkpoint_path=path, **how).history) == _comparable(expected.history)
    assert same_weights(weights_of(whole), weights_of(resumed))
