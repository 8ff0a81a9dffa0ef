"""Refitting: what held-out rows have settled is trained once more, on all rows."""

import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import torch

from digitwise.estimators.hardware import choose_device
from digitwise.estimators.table_rows import TableRows
from digitwise.estimators.text_encoders import text_reading
from digitwise.training import Network, fit_for

if TYPE_CHECKING:
    from digitwise.estimators.mixed_model import MixedModelRegressor

MOST_ROWS = 5000
"""Up to so many rows a refit is automatic: the more there are, the less a quarter more of them adds."""


def wants_refit(estimator: "MixedModelRegressor", train: TableRows, validation: TableRows, seconds: float) -> bool:
    """Return whether a model that took some seconds to fit is to be trained once more on all rows."""
    if estimator.refit is False or validation is train or estimator.stopped_by_ == "interrupt":
        return False
    has_time = estimator.time_limit is None or estimator.time_limit >= 2 * seconds
    if estimator.refit is True:
        if not has_time:
            warnings.warn(
                f"The model is not refitted on all rows: fitting took {seconds:.3g} of the {estimator.time_limit:.3g} "
                "seconds that time_limit allows.",
                stacklevel=5,
            )
        return has_time
    return (
        has_time
        and estimator._recipe.refit
        and estimator._is_plain()
        and not estimator.warm_start
        and text_reading(estimator.encoder).sequence is None
        and not estimator._has_second_stage(train)
        and (estimator._boosted is None or bool(validation.is_number.all()))
        and len(train) + len(validation) <= MOST_ROWS
        and train.taken is not None
        and validation.taken is not None
        and train.taken.whole is validation.taken.whole  # not those that were given
    )


def refit(estimator: "MixedModelRegressor", train: TableRows, validation: TableRows, seed: int) -> None:
    """Train a fitted estimator anew on training and validation rows.

    Digits, columns, epochs, trees, the share of the boosted law and the sharpness stay as the validation rows have
    settled them. If training fails or is interrupted, the estimator stays as it was.
    """
    started = time.monotonic()
    whole = estimator._joined([train, validation])
    (chosen,) = estimator.parts_
    before = estimator.network_, estimator._boosted
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            estimator._build_networks()
        if estimator._boosted is not None:
            estimator._boost(estimator._boosted, whole, whole, seed, like=estimator._boosting)
        if chosen.network is not None:
            _train_again(estimator, estimator.network_, whole, len(train), seed)
    except BaseException as error:
        estimator.network_, estimator._boosted = before
        if not isinstance(error, KeyboardInterrupt):
            raise
        estimator.stopped_by_ = "interrupt"
        warnings.warn(
            "The refit on all rows was interrupted; the model that validation rows have chosen is kept.", stacklevel=4
        )
        return
    network = None if chosen.network is None else estimator.network_
    estimator.parts_, estimator._chosen = [replace(chosen, network=network, boosted=estimator._boosted)], chosen
    estimator.fit_summary_ |= {
        "refitted rows": len(whole),
        "seconds of the refit": round(time.monotonic() - started, 2),
    }


def refit_later(
    estimator: "MixedModelRegressor", data: tuple[Any, Any, Any], validation_data: tuple[Any, ...] | None
) -> None:
    """Train a fitted estimator on the rows of its fit once more, where its settings ask for it now and did not then.

    So many models can be compared before one of them is refitted. The rows are split as in `fit` if ``random_state`` is
    an integer.
    """
    if len(estimator.parts_) > 1 or estimator._chosen is not None:
        return
    train, validation, seed = estimator._tables(*data, validation_data, reset=False)
    with estimator._fitting():
        if wants_refit(estimator, train, validation, float(estimator.fit_summary_["seconds"])):
            refit(estimator, train, validation, seed)
            estimator._after_fit()


@contextmanager
def as_chosen(estimator: "MixedModelRegressor") -> Iterator[None]:
    """Go back to the model that held-out rows have chosen, for training that they judge; if that fails, return."""
    before = estimator.network_, estimator._boosted, estimator.parts_, estimator._chosen
    if estimator._chosen is not None:
        estimator.network_ = estimator._chosen.leading
        estimator._boosted, estimator.parts_, estimator._chosen = estimator._chosen.boosted, [estimator._chosen], None
    try:
        yield
    except BaseException:
        estimator.network_, estimator._boosted, estimator.parts_, estimator._chosen = before
        raise
    for name in ("refitted rows", "seconds of the refit"):
        estimator.fit_summary_.pop(name, None)


def _train_again(
    estimator: "MixedModelRegressor", network: Network, whole: TableRows, n_planned_for: int, seed: int
) -> None:
    """Train a network for as many epochs as were best, along the same plan."""
    device = choose_device(estimator.device)
    network.float().to(device)
    rows = estimator._encode(whole, len(whole) / whole.weight.sum()).to(device)
    settings = estimator._settings(n_planned_for, seed)
    fit_for(estimator.best_epoch_, network, rows, settings, show=estimator.verbose >= 1)
    network.settle_precision()
