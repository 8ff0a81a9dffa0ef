"""Refitting: what held-out rows have settled is trained once more, on all rows."""

import time
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import torch

from digitwise.estimators.boosting import train_boosted
from digitwise.estimators.hardware import choose_device
from digitwise.estimators.joined_rows import joined_rows
from digitwise.estimators.table_rows import TableRows
from digitwise.training import Network, fit_for
from digitwise.training.boosted_fit import BoostingResult

if TYPE_CHECKING:
    from digitwise.estimators.mixed_model import MixedModelRegressor


def refit(
    estimator: "MixedModelRegressor", train: TableRows, validation: TableRows, seed: int, trees: BoostingResult | None
) -> None:
    """Train a fitted estimator anew on training and validation rows.

    Digits, columns, epochs, trees, the share of the boosted law and the sharpness stay as the validation rows have
    settled them. If training fails or is interrupted, the estimator stays as it was.
    """
    started = time.monotonic()
    whole = joined_rows([train, validation])
    (part,) = estimator.parts_
    before = estimator.network_, estimator._boosted
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            estimator._build_networks()
        if estimator._boosted is not None:
            rows = estimator._encode(whole, 1.0)
            train_boosted(estimator._boosted, rows, rows, seed, like=trees)
            estimator._boosted.settle_precision()
        if part.network is not None:
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
    network = None if part.network is None else estimator.network_
    estimator.parts_ = [replace(part, network=network, boosted=estimator._boosted)]
    estimator.fit_summary_ |= {"refitted rows": len(whole), "refit: seconds": round(time.monotonic() - started, 2)}


def has_time(estimator: "MixedModelRegressor", seconds: float) -> bool:
    """Return whether there is as much time left as fitting has taken; warn if there is not."""
    if estimator.time_limit is None or estimator.time_limit >= 2 * seconds:
        return True
    warnings.warn(
        f"The model is not refitted on all rows: fitting took {seconds:.0f} of the {estimator.time_limit:.0f} seconds "
        "that time_limit allows.",
        stacklevel=5,
    )
    return False


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
