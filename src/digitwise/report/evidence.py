"""What a report is about: the rows, the predictions for them, and the model, collected once."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from digitwise.calibration import GroupConformal
from digitwise.distributions import Distribution
from digitwise.plots.style import with_unit

COVERAGE = 0.9  # nominal coverage of the intervals a report speaks of


@dataclass(frozen=True, kw_only=True, eq=False)
class Evidence:
    """Predictions of a fitted model beside the truth.

    Parameters
    ----------
    model : object
        A fitted estimator of the package.
    X : frame or array
        Features of the rows.
    y : array, shape (row,)
        True values in data units.
    prediction : array, shape (row,)
        Point predictions in data units.
    law : Distribution
        Predicted laws in data units.
    interval : array, shape (row, 2)
        90 % intervals: those that the model answers with, conformal ones if it has them.
    target_name : str
    unit : str, optional
        Unit of the target.
    groups : array, shape (row,), optional
        Group of each row, as conformal intervals by group need it.
    is_conformal : bool
        Whether the intervals are conformal.
    note : str
        What a reader should know about the intervals; empty if nothing.
    """

    model: Any
    X: Any
    y: Float[np.ndarray, " row"]
    prediction: Float[np.ndarray, " row"]
    law: Distribution
    interval: Float[np.ndarray, "row 2"]
    target_name: str
    unit: str | None
    groups: Any = None
    is_conformal: bool = False
    note: str = ""

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.y)

    @property
    def label(self) -> str:
        """Name of the target with its unit."""
        return with_unit(self.target_name, self.unit)

    @property
    def width(self) -> Float[np.ndarray, " row"]:
        """Width of each row's interval, in data units."""
        return np.diff(self.interval, axis=1).ravel()


def gather(model: Any, X: Any, y: Any, *, target_name: str | None, unit: str | None, groups: Any = None) -> Evidence:
    """Return the model's predictions for some rows beside the truth.

    Raises
    ------
    ValueError
        If there are fewer than two rows, ``y`` does not have one finite value per row, or the model
        does not predict one law per row.
    """
    truth = np.asarray(y, dtype=np.float64)
    truth = truth.reshape(-1) if truth.ndim == 2 and truth.shape[1] == 1 else truth
    if truth.ndim != 1 or len(truth) < 2 or not np.isfinite(truth).all():
        raise ValueError(
            "A report needs the true values of at least two rows, one finite number each, but "
            "got an array of shape "
            f"{truth.shape} with {np.isfinite(truth).sum()} finite values."
        )
    law = model.predict_distribution(X)
    if len(law) != len(truth):
        raise ValueError(f"X and y must have the same rows, but X has {len(law)} and y has {len(truth)}.")
    name = target_name or getattr(model, "target_name_", None) or getattr(y, "name", None) or "target"
    interval, note = law.interval(COVERAGE), ""
    if getattr(model, "is_conformal_", False):
        interval, note = _conformal_or_reason(model, X, groups, interval)
    return Evidence(
        model=model,
        X=X,
        y=truth,
        prediction=np.asarray(model.predict(X), dtype=np.float64),
        law=law,
        interval=interval,
        target_name=str(name),
        unit=unit or None,
        groups=groups,
        is_conformal=getattr(model, "is_conformal_", False) and not note,
        note=note,
    )


def _conformal_or_reason(
    model: Any, X: Any, groups: Any, of_law: Float[np.ndarray, "row 2"]
) -> tuple[Float[np.ndarray, "row 2"], str]:
    """Return the conformal intervals, or those of the laws and why."""
    if groups is None and isinstance(model.conformal_, GroupConformal):
        return of_law, (
            "The model is conformal by group, and this report was not given the group of each row: its intervals are "
            "those of the laws. Give write_report(groups=…) to see the conformal ones."
        )
    interval = conformal_interval(model, X, COVERAGE, groups)
    n_infinite = int(np.isinf(interval).any(axis=1).sum())
    if n_infinite:
        return of_law, (
            f"The conformal {COVERAGE:.0%} intervals of {n_infinite:,} rows are infinite, as too few rows calibrated "
            "them: the intervals of this report are those of the laws."
        )
    return interval, ""


def conformal_interval(model: Any, X: Any, coverage: float, groups: Any) -> Float[np.ndarray, "row 2"]:
    """Return the intervals of a conformal model; infinite ones are told on the page, not warned about."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*intervals are infinite")
        return np.asarray(model.predict_interval(X, coverage, **({} if groups is None else {"groups": groups})))
