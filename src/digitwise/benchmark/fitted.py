"""Fitted methods, with the time it took; a first stage that others start from is trained once."""

import copy
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from digitwise.benchmark.methods import Competitor, EstimatorCompetitor, make_competitor
from digitwise.benchmark.results import Identity
from digitwise.estimators import DecodingRegressor, TextDecodingRegressor
from digitwise.estimators.component_json import from_json

if TYPE_CHECKING:
    from digitwise.benchmark.cell import Cell

KEPT = 4
"""First stages that a process remembers: those of one data set and seed, as a rule."""


@dataclass(frozen=True)
class Fitted:
    """A fitted method.

    Parameters
    ----------
    competitor
        The method.
    seconds
        What fitting took.
    """

    competitor: Competitor
    seconds: float


_first_stages: dict[Identity, Fitted] = {}


def fitted_first_stage(cell: "Cell", X: Any, y: np.ndarray, validation_data: tuple[Any, np.ndarray]) -> Fitted:
    """Return the fitted method of a cell, or the one it starts from; from memory where it is there."""
    first = cell.first_stage
    if first.identity not in _first_stages:
        competitor = make_competitor(first.suite, first.method, first.seed)
        started = time.perf_counter()
        competitor.fit(X, y, validation_data=validation_data)
        fitted = Fitted(competitor, time.perf_counter() - started)
        if all(method.starts_from != first.method.name for method in first.suite.methods):
            return fitted
        while len(_first_stages) >= KEPT:
            del _first_stages[next(iter(_first_stages))]
        _first_stages[first.identity] = fitted
    return _first_stages[first.identity]


def second_stage(cell: "Cell", first: Fitted, X: Any, y: np.ndarray, validation_data: tuple[Any, np.ndarray]) -> Fitted:
    """Return the method of a cell that starts from another one, fine-tuned from a copy of it.

    Raises
    ------
    TypeError
        If the other one is no decoder.
    KeyboardInterrupt
        If training was interrupted.
    """
    if not isinstance(first.competitor, EstimatorCompetitor) or not isinstance(
        first.competitor.estimator, DecodingRegressor | TextDecodingRegressor
    ):
        raise TypeError(f"{cell.method.name} can only start from a DecodingRegressor or a TextDecodingRegressor.")
    estimator = copy.deepcopy(first.competitor.estimator)
    started = time.perf_counter()
    estimator.fine_tune(X, y, finetune=from_json(cell.method.params["finetune"]), validation_data=validation_data)
    seconds = time.perf_counter() - started
    if estimator.stopped_by_ == "interrupt":
        raise KeyboardInterrupt
    return Fitted(EstimatorCompetitor(estimator), seconds)
