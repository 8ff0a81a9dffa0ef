"""Fitted methods, with the time it took; one that others start from is made once."""

import copy
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from digitwise.benchmark.calibrated import Predictor, calibrated
from digitwise.benchmark.methods import EstimatorCompetitor, make_competitor
from digitwise.benchmark.results import Identity
from digitwise.estimators import DecodingRegressor, TextDecodingRegressor
from digitwise.estimators.component_json import from_json
from digitwise.estimators.joined_rows import joined_rows
from digitwise.estimators.table_rows import TableRows

if TYPE_CHECKING:
    from digitwise.benchmark.cell import Cell

Part = tuple[Any, np.ndarray]

KEPT = 6
"""Fitted methods that a process remembers: those of one data set and seed, as a rule."""


@dataclass(frozen=True)
class FittingRows:
    """Features and targets that methods may learn from.

    Parameters
    ----------
    train, validation
        To train on, and to choose epochs by.
    calibration
        Kept apart for methods that calibrate; may be empty.
    """

    train: Part
    validation: Part
    calibration: Part


@dataclass(frozen=True)
class Fitted:
    """A fitted method.

    Parameters
    ----------
    predictor
        The method.
    seconds
        What fitting took, that of the method it starts from included.
    """

    predictor: Predictor
    seconds: float


_remembered: dict[Identity, Fitted] = {}


def fitted_method(cell: "Cell", rows: FittingRows) -> Fitted:
    """Return the fitted method of a cell; from memory where it is there."""
    if cell.identity in _remembered:
        return _remembered[cell.identity]
    fitted = (
        _fitted_first(cell, rows) if cell.source is None else _fitted_from(cell, fitted_method(cell.source, rows), rows)
    )
    if any(method.starts_from == cell.method.name for method in cell.suite.methods):
        while len(_remembered) >= KEPT:
            del _remembered[next(iter(_remembered))]
        _remembered[cell.identity] = fitted
    return fitted


def _fitted_first(cell: "Cell", rows: FittingRows) -> Fitted:
    competitor = make_competitor(cell.suite, cell.method, cell.seed)
    if cell.method.splits_itself:
        if not isinstance(competitor, EstimatorCompetitor):
            raise TypeError(f"{cell.method.name} cannot split rows by itself: only the package's own estimators can.")
        whole = joined_rows([TableRows(X, y, np.ones(len(y))) for X, y in (rows.train, rows.validation)])
        started = time.perf_counter()
        competitor.fit(whole.X, whole.y, validation_data=None)
    else:
        started = time.perf_counter()
        competitor.fit(*rows.train, validation_data=rows.validation)
    return Fitted(competitor, time.perf_counter() - started)


def _fitted_from(cell: "Cell", source: Fitted, rows: FittingRows) -> Fitted:
    """Return what a cell makes of the method it starts from, which stays as it is."""
    started = time.perf_counter()
    how = cell.method.calibrate
    made = (
        _fine_tuned(cell, source.predictor, rows)
        if how is None
        else calibrated(how, source.predictor, *rows.calibration)
    )
    return Fitted(made, source.seconds + time.perf_counter() - started)


def _fine_tuned(cell: "Cell", source: Predictor, rows: FittingRows) -> EstimatorCompetitor:
    """Return a copy of a decoder, fine-tuned.

    Raises
    ------
    TypeError
        If the method is no decoder.
    KeyboardInterrupt
        If training was interrupted.
    """
    if not isinstance(source, EstimatorCompetitor) or not isinstance(
        source.estimator, DecodingRegressor | TextDecodingRegressor
    ):
        raise TypeError(f"{cell.method.name} can only start from a DecodingRegressor or a TextDecodingRegressor.")
    estimator = copy.deepcopy(source.estimator)
    stage = from_json(cell.method.params["finetune"])
    estimator.fine_tune(*rows.train, finetune=stage, validation_data=rows.validation)
    if estimator.stopped_by_ == "interrupt":
        raise KeyboardInterrupt
    return EstimatorCompetitor(estimator)
