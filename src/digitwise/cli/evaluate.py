"""``digitwise evaluate``: how good a model is on rows whose target is known."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from digitwise.calibration import DriftTest, drift_tests, has_drifted
from digitwise.cli.console import figure, print_table, say
from digitwise.cli.options import Column, DataFile, Flag, ModelFolder, OptionalFile
from digitwise.cli.saved import features_for, load_model, read_for
from digitwise.cli.targets import split_target
from digitwise.codecs import saturation_rate
from digitwise.estimators import DistributionalRegressor
from digitwise.report.evidence import gather
from digitwise.report.scores import score_table

SHOWN = ("rmse", "mae", "r2", "spearman", "crps", "nll", "coverage_90", "width_90")


def evaluate(
    model: ModelFolder,
    data: DataFile,
    /,
    *,
    target: Column,
    reference: OptionalFile = None,
    drop_missing_target: Flag = False,
    json: Flag = False,
) -> None:
    """Score a model on rows whose target is known, and test its laws.

    Use rows that it was not trained on.

    The baseline gives every row the same answer: the mean and the law of the target in these rows.

    Parameters
    ----------
    model
        Folder that digitwise train wrote.
    data
        Table with the model's columns and the target: CSV (also .csv.gz) or Parquet.
    target
        Column with the true values.
    reference
        Earlier rows that the model was not trained on: the tests of drift then compare with them, instead of with laws
        that are right.
    drop_missing_target
        Leave out rows whose target is missing, instead of stopping.
    json
        Print JSON instead of a table; figures that are not defined or infinite are null.

    Raises
    ------
    ValueError
        If the data or the model cannot be used.
    OSError
        If a file cannot be read.
    """
    fitted = load_model(model)
    X, y = read_labelled(fitted, data, target, drop_missing=drop_missing_target)
    figures, baseline = scores(fitted, X, y)
    saturated = saturation_rate(y, fitted.scaling_.low, fitted.scaling_.high)
    tests = drift_of(fitted, X, y, reference, target, drop_missing=drop_missing_target)
    if json:
        told = {test.name: {"found": test.found, "expected": test.expected, "p_value": test.p_value} for test in tests}
        drift = {"tests": told, "has_drifted": has_drifted(tests)}
        print(as_json(rows=len(y), model=figures, baseline=baseline, saturation_rate=saturated, drift=drift))
        return
    print_table(
        f"{type(fitted).__name__} on {len(y):,} rows of {data}",
        ["", "model", "baseline"],
        [[name, figure(figures[name]), figure(baseline[name])] for name in SHOWN],
    )
    say(f"\n{saturated:.1%} of the targets lie outside the range of the model.\n")
    against = "laws that are right" if reference is None else f"{reference}"
    print_table(
        f"Do the laws still hold? These rows against {against}",
        ["", "found", "expected", "p-value"],
        [[test.name, figure(test.found), figure(test.expected), f"{test.p_value:.2g}"] for test in tests],
    )
    verdict = "They do not: train again, or recalibrate." if has_drifted(tests) else "Nothing speaks against it."
    say(f"\n{verdict} (All tests together call sound laws wrong once in a hundred times.)")


def drift_of(
    model: DistributionalRegressor,
    X: Any,
    y: np.ndarray,
    reference: Path | None,
    target: str,
    *,
    drop_missing: bool,
) -> tuple[DriftTest, ...]:
    """Return the tests of drift of a model on some rows.

    Parameters
    ----------
    model
        A fitted model.
    X, y
        Rows and their true values in data units.
    reference
        File with earlier rows; None compares with laws that are right.
    target
        Column of that file with the true values.
    drop_missing
        Whether its rows without a target are left out.
    """
    low, high = sorted((model.scaling_.low, model.scaling_.high))
    earlier = None
    if reference is not None:
        X_before, y_before = read_labelled(model, reference, target, drop_missing=drop_missing)
        earlier = (model.predict_distribution(X_before), y_before)
    return drift_tests(
        model.predict_distribution(X),
        y,
        outside=((y < low) | (y > high)).astype(float),
        expected_outside=model.saturation_rate_,
        reference=earlier,
    )


def read_labelled(
    model: DistributionalRegressor, path: Path, target: str, *, drop_missing: bool
) -> tuple[Any, np.ndarray]:
    """Return features and targets of a table for a model.

    Parameters
    ----------
    model
        A fitted model.
    path
        CSV or Parquet file.
    target
        Column with the true values.
    drop_missing
        Whether rows without a target are left out.

    Raises
    ------
    ValueError
        If columns are missing, the target is not numeric, or there are fewer than two rows.
    """
    rest, y = read_rows(model, path, target, drop_missing=drop_missing)
    return features_for(model, rest, path), y


def read_rows(model: DistributionalRegressor, path: Path, target: str, *, drop_missing: bool) -> tuple[Any, np.ndarray]:
    """Return the other columns of a table, all of them, and the targets; see `read_labelled`."""
    rest, y = split_target(read_for(model, path), target, path, drop_missing=drop_missing)
    if len(y) < 2:
        raise ValueError(f"Scores need at least two rows with a target, but '{path}' has {len(y)}.")
    return rest, y


def scores(model: DistributionalRegressor, X: Any, y: np.ndarray) -> tuple[dict[str, float], dict[str, float]]:
    """Return the figures of the model and those of the baseline, by the names of `SHOWN`.

    Parameters
    ----------
    model
        A fitted model.
    X, y
        Rows and their true values in data units.
    """
    evidence = gather(model, X, y, target_name=None, unit=None)
    table = score_table(evidence)
    return {name: table[name].model for name in SHOWN}, {name: table[name].baseline for name in SHOWN}


def as_json(**content: Any) -> str:
    """Return JSON in which every number that is not finite is null.

    Parameters
    ----------
    **content
        Numbers, and dicts of numbers.

    Examples
    --------
    >>> as_json(rows=2, model={"nll": math.inf})
    '{"rows": 2, "model": {"nll": null}}'
    """

    def plain(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: plain(part) for name, part in value.items()}
        return None if isinstance(value, float) and not math.isfinite(value) else value

    return json.dumps(plain(content))
