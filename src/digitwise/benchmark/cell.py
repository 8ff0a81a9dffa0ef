"""One cell of a suite: a method, trained and scored on one data set with one seed."""

import hashlib
import json
import re
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from digitwise.benchmark.calibrated import intervals_of
from digitwise.benchmark.fitted import FittingRows, fitted_method
from digitwise.benchmark.interval_scores import interval_scores
from digitwise.benchmark.methods import all_params
from digitwise.benchmark.results import Identity, Record
from digitwise.benchmark.scores import score
from digitwise.benchmark.sources import load_dataset
from digitwise.benchmark.suite import Suite
from digitwise.benchmark.suite_parts import Method
from digitwise.datasets import Dataset, Split, with_calibration
from digitwise.estimators.hardware import cpu_threads

FOLDERS = re.compile(r"(?<![\w.])(?:[A-Za-z]:)?(?:[/\\][\w.+-]+)*[/\\](?=[\w.+-])")


@dataclass(frozen=True, kw_only=True)
class Cell:
    """Which method, on what, with which seed.

    Parameters
    ----------
    suite
        The suite it belongs to.
    dataset, seed, method
        Its place in the suite.
    """

    suite: Suite
    dataset: str
    seed: int
    method: Method

    @property
    def key(self) -> str:
        """Hash of all settings that decide the figures, apart from data set and seed."""
        settings: dict[str, Any] = {
            "estimator": self.method.estimator,
            "params": all_params(self.suite, self.method),
            "max_train": self.suite.max_train,
            "threads": self.suite.threads,
        }
        if (source := self.source) is not None:
            settings["starts_from"] = source.key
        if self.method.splits_itself:
            settings["splits_itself"] = True
        if self.method.calibrate is not None:
            settings["calibrate"] = self.method.calibrate
        if self.suite.max_calibration is not None:
            settings["max_calibration"] = self.suite.max_calibration
        if self.suite.coverages:
            settings["coverages"] = self.suite.coverages
        if self.suite.max_validation is not None:
            settings["max_validation"] = self.suite.max_validation
        if self.dropped:
            settings["drop"] = self.dropped
        return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:12]

    @property
    def dropped(self) -> tuple[str, ...]:
        """The columns of the data set that are no features here."""
        return self.suite.drop.get(self.dataset, ())

    @property
    def source(self) -> "Cell | None":
        """The cell whose fitted model this one starts from; None if it starts from none."""
        if self.method.starts_from is None:
            return None
        return replace(self, method=self.suite.method(self.method.starts_from).on(self.dataset))

    @property
    def identity(self) -> Identity:
        """What the cell's record is found by."""
        return self.dataset, self.seed, self.method.name, self.key


def plan_cells(
    suite: Suite,
    only_datasets: Sequence[str] | None = None,
    only_methods: Sequence[str] | None = None,
) -> tuple[Cell, ...]:
    """Return the cells of a suite, all data sets and methods of the first seed first.

    So a run that is cut off has repeated every comparison about equally often.

    Raises
    ------
    ValueError
        If a filter names something that the suite does not have.
    """
    datasets, methods = suite.restrict(only_datasets, only_methods)
    return tuple(
        Cell(suite=suite, dataset=dataset, seed=seed, method=method)
        for seed in suite.seeds
        for dataset in datasets
        for method in suite.methods_on(dataset)
        if method.name in methods
    )


def run_cell(cell: Cell, folder: Path | None) -> Record:
    """Return the cell's record: scores, times and facts, or the error that it ended with."""
    record: Record = {
        "suite": cell.suite.name,
        "dataset": cell.dataset,
        "seed": cell.seed,
        "method": cell.method.name,
        "key": cell.key,
        "estimator": cell.method.estimator,
        "params": all_params(cell.suite, cell.method),
        "max_train": cell.suite.max_train,
        "threads": cell.suite.threads,
    }
    if cell.method.starts_from is not None:
        record["starts_from"] = cell.method.starts_from
    if cell.method.splits_itself:
        record["splits_itself"] = True
    if cell.method.calibrate is not None:
        record["calibrate"] = cell.method.calibrate
    try:
        with cpu_threads(cell.suite.threads):
            return {**record, "status": "ok", **_measure(cell, load_dataset(cell.dataset, folder, cell.dropped))}
    except Exception as error:  # one failing cell must not stop the others
        return {**record, "status": "failed", "error": describe_error(error)}


def describe_error(error: Exception) -> str:
    """Return an error in one line: kind, message, and the code line it came from; no folders.

    Examples
    --------
    >>> describe_error(ValueError("cannot read /home/me/data/a.csv"))
    'ValueError: cannot read a.csv'
    """
    message = FOLDERS.sub("", " ".join(str(error).split()))
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"{type(error).__name__}: {message}{where}"


def _measure(cell: Cell, data: Dataset) -> Record:
    split, kept_apart = with_calibration(
        data, cell.seed, cell.suite.max_train, cell.suite.max_validation, cell.suite.max_calibration
    )
    train, validation, test = (_rows(data, rows) for rows in split)
    fitted = fitted_method(cell, FittingRows(train, validation, _rows(data, kept_apart)))
    started = time.perf_counter()
    point, law = fitted.predictor.predict(test[0])
    predicted = time.perf_counter()

    return {
        "split": "random" if data.split is None else "published",
        "seed_decides": _seed_decides(data, split),
        "n_train": len(split.train),
        "n_validation": len(split.validation),
        "n_test": len(split.test),
        **({} if cell.suite.max_calibration is None else {"n_calibration": len(kept_apart)}),
        "n_features": data.n_features,
        "test_std": float(np.std(test[1])),
        "distinct_share": len(np.unique(data.y)) / data.n_rows,
        "scores": {
            **score(test[1], point, law, train[1]),
            **interval_scores(test[1], law, partial(intervals_of, fitted.predictor), cell.suite.coverages),
        },
        "fit_seconds": fitted.seconds,
        "predict_seconds": predicted - started,
        **fitted.predictor.facts(),
    }


def _rows(data: Dataset, rows: np.ndarray) -> tuple[Any, np.ndarray]:
    """Return features and targets of some rows."""
    return (data.X[rows] if isinstance(data.X, np.ndarray) else data.X.iloc[rows]), data.y[rows]


def _seed_decides(data: Dataset, split: Split) -> str:
    """Return in words what differs between the seeds."""
    if data.split is None:
        return "split and training"
    labels = data.split.tolist()
    if labels.count("validation") == 0 or len(split.train) < labels.count("train"):
        return "training rows and training"
    return "training"
