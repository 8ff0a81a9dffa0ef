"""The loop: which epoch is kept, when training stops, and what Ctrl-C leaves behind."""

import math
import warnings
from collections.abc import Callable, Mapping

import pytest
import torch

from digitwise.training import FitResult, Network, fit
from tests.training.toy import (
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


def test_the_network_ends_with_the_weights_of_its_best_epoch() -> None:
    network, seen = make_network(), []
    figures = iter([3, 1, 4, 1, 5, 9])

    def watching(network: Network) -> dict[str, float | int]:
        seen.append(weights_of(network))
        return {"metric": next(figures), **validate(network)}

    result = fit(network, make_rows(), make_settings(), validate=watching, select_by="metric")
    assert same_weights(weights_of(network), seen[1])
    assert not same_weights(seen[1], seen[3])
    assert validate(network)["rmse"] == result.history[1]["validation_rmse"]
    assert not network.training


def test_the_direction_of_a_metric_is_heeded() -> None:
    def run(select_by: str, greater_is_better: bool) -> FitResult:
        settings = make_settings(learning_rate=0.1)
        how = {"select_by": select_by, "greater_is_better": greater_is_better}
        return fit(make_network(dropout=0.5), make_rows(), settings, validate=validate, **how)

    smaller, greater = run("rmse", False), run("minus_rmse", True)
    assert smaller.best_epoch == greater.best_epoch
    assert smaller.best_metric == -greater.best_metric


@pytest.mark.parametrize(
    ("metrics", "greater", "patience", "epochs", "best", "stopped_by"),
    [
        ((3, 2, 1, 0), False, None, 4, 4, "max_epochs"),
        ((3, 2, 1, 0), True, None, 4, 1, "max_epochs"),
        ((3, 1, 2, 2, 0), False, 2, 4, 2, "patience"),
        ((3, 1, 2, 0, 2), False, 2, 5, 4, "max_epochs"),
        ((1, 1, 1, 1), False, 2, 3, 1, "patience"),  # as good is not better
        ((1, 3, 2, 2, 9), True, 2, 4, 2, "patience"),
        ((1, 2, 0), False, 1, 2, 1, "patience"),
        ((1, 2, 2), False, 2, 3, 1, "max_epochs"),  # where both hold, the plan is what ended
        ((NAN, 3, 2, 4), False, None, 4, 3, "max_epochs"),  # NaN is worse than any number
        ((2, NAN, NAN, 1), False, 2, 3, 1, "patience"),
        ((2, NAN, 1, NAN), False, 2, 4, 3, "max_epochs"),
        ((math.inf, 1, 2), False, None, 3, 2, "max_epochs"),
        ((-math.inf, 1, 2), True, None, 3, 3, "max_epochs"),
    ],
)
def test_the_best_epoch_and_the_end(
    metrics: tuple[float, ...], greater: bool, patience: int | None, epochs: int, best: int, stopped_by: str
) -> None:
    settings = make_settings(max_epochs=len(metrics), patience=patience)
    how = {"validate": scripted(*metrics), "select_by": "metric", "greater_is_better": greater}
    result = fit(make_network(), make_rows(), settings, **how)
    assert (len(result.history), result.best_epoch, result.stopped_by) == (epochs, best, stopped_by)
    assert result.best_metric == metrics[best - 1]


def test_a_metric_that_is_never_a_number_is_warned_of_and_the_last_weights_stay() -> None:
    with pytest.warns(UserWarning, match="'metric' was NaN in every epoch"):
        result = fit(
            make_network(),
            make_rows(),
            make_settings(max_epochs=4, patience=2),
            validate=scripted(NAN, NAN, NAN, NAN),
            select_by="metric",
        )
    assert (result.best_epoch, result.stopped_by) == (4, "max_epochs")


def test_a_time_limit_stops_at_the_end_of_an_epoch() -> None:
    result = fit(make_network(), make_rows(), make_settings(time_limit=1e-9), validate=validate, select_by="rmse")
    assert (len(result.history), result.stopped_by) == (1, "time_limit")


def test_a_row_of_history_has_the_keys_that_are_documented() -> None:
    result = fit(make_network(), make_rows(), make_settings(), validate=validate, select_by="rmse")
    always = {"epoch", "train_loss", "grad_norm", "learning_rate", "seconds"}
    assert [set(row) for row in result.history] == [always | {"validation_rmse", "validation_minus_rmse"}] * 6
    assert [row["epoch"] for row in result.history] == [1, 2, 3, 4, 5, 6]
    seconds = [row["seconds"] for row in result.history]
    assert seconds == sorted(seconds)
    assert result.history[-1]["train_loss"] < result.history[0]["train_loss"]


def test_the_train_loss_is_the_mean_over_rows() -> None:
    """With a learning rate too small to matter and no dropout it is the loss of all rows at once."""
    network, rows = make_network(dropout=0.0), make_rows(50)
    settings = make_settings(max_epochs=1, learning_rate=1e-12)
    row = fit(network, rows, settings, validate=validate, select_by="rmse").history[0]
    assert row["train_loss"] == pytest.approx(network.loss(rows).loss.item(), rel=1e-5)


def test_the_same_seed_gives_the_same_run() -> None:
    def run(seed: int) -> tuple[FitResult, Network]:
        network = make_network(dropout=0.5)
        return fit(network, make_rows(), make_settings(seed=seed), validate=validate, select_by="rmse"), network

    (first, first_network), (second, second_network) = run(1), run(1)
    assert without_seconds(first.history) == without_seconds(second.history)
    assert same_weights(weights_of(first_network), weights_of(second_network))
    assert without_seconds(run(2)[0].history) != without_seconds(first.history)


def test_the_callers_random_state_is_left_alone() -> None:
    network = make_network()
    before = torch.get_rng_state()
    fit(network, make_rows(), make_settings(), validate=validate, select_by="rmse")
    assert torch.equal(torch.get_rng_state(), before)


def test_an_interrupt_keeps_the_best_weights_so_far() -> None:
    interrupted, cut_short = make_network(), make_network()
    with pytest.warns(UserWarning, match="interrupted in epoch 3; the weights of epoch 2 are kept"):
        result = fit(
            interrupted,
            make_rows(),
            make_settings(),
            validate=stopped_in_epoch(3, KeyboardInterrupt()),
            select_by="rmse",
        )
    assert (result.stopped_by, result.best_epoch, len(result.history)) == ("interrupt", 2, 2)
    assert validate(interrupted)["rmse"] == result.best_metric
    assert not interrupted.training
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        stop = stopped_in_epoch(5, KeyboardInterrupt())
        fit(cut_short, make_rows(), make_settings(), validate=stop, select_by="rmse")
    assert not same_weights(weights_of(interrupted), weights_of(cut_short))


def test_an_interrupt_before_the_first_validation_goes_through() -> None:
    with pytest.raises(KeyboardInterrupt):
        fit(
            make_network(),
            make_rows(),
            make_settings(),
            validate=stopped_in_epoch(1, KeyboardInterrupt()),
            select_by="rmse",
        )


@pytest.mark.parametrize("is_first", [True, False])
def test_an_interrupt_while_the_weights_are_copied(monkeypatch: pytest.MonkeyPatch, is_first: bool) -> None:
    """Whoever gets weights gets the row of figures that belongs to them."""
    network, calls = make_network(), []
    state_dict = Network.state_dict

    def interrupted(self: Network, *arguments: object, **more: object) -> object:
        calls.append(1)
        if len(calls) == (1 if is_first else 2):
            raise KeyboardInterrupt
        return state_dict(self, *arguments, **more)

    monkeypatch.setattr(Network, "state_dict", interrupted)
    run: Callable[[], FitResult] = lambda: fit(  # noqa: E731
        network, make_rows(), make_settings(), validate=scripted(3, 2, 1), select_by="metric"
    )
    if is_first:
        with pytest.raises(KeyboardInterrupt):
            run()
    else:
        with pytest.warns(UserWarning, match="the weights of epoch 1 are kept"):
            result = run()
        assert (result.best_epoch, result.best_metric, result.history[0]["validation_metric"]) == (1, 3, 3)


def test_a_metric_that_validation_does_not_return_is_named() -> None:
    with pytest.raises(ValueError, match=r"that validate returns \(rmse, minus_rmse\), but got 'crps'"):
        fit(make_network(), make_rows(), make_settings(), validate=validate, select_by="crps")


def test_a_diverging_run_names_the_learning_rate() -> None:
    rows = make_rows()
    rows.z[0] = math.inf
    with pytest.raises(FloatingPointError, match=r"learning_rate=0\.01"):
        fit(make_network(), rows, make_settings(), validate=validate, select_by="rmse")


def test_a_progress_bar_shows_the_figures(capsys: pytest.CaptureFixture[str]) -> None:
    fit(make_network(), make_rows(), make_settings(), validate=validate, select_by="rmse", show_progress=True)
    assert "epoch 6/6" in capsys.readouterr().out


def test_on_epoch_sees_every_row_and_may_end_the_run() -> None:
    class Enough(Exception):
        pass

    seen: list[float] = []

    def until_the_third(row: Mapping[str, float | int]) -> None:
        seen.append(row["validation_rmse"])
        if row["epoch"] == 3:
            raise Enough

    with pytest.raises(Enough):
        fit(
            make_network(),
            make_rows(),
            make_settings(),
            validate=validate,
            select_by="rmse",
            on_epoch=until_the_third,
        )
    assert len(seen) == 3
