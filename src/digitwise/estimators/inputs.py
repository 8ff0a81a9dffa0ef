"""Checking what users hand in, as scikit-learn does, for arrays and for data frames."""

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from jaxtyping import Float
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_consistent_length, check_X_y, validate_data

from digitwise.datasets import QualifiedTargets


def check_features(estimator: BaseEstimator, X: Any, *, reset: bool) -> Any:
    """Return the features, checked: a data frame as it is, anything else as a 2-D array.

    Missing values are allowed, infinite ones are not. With ``reset`` the estimator notes names and number of the
    features, otherwise they must be the same.
    """
    if isinstance(X, list | tuple) and any(isinstance(cell, str) for row in X if _is_sequence(row) for cell in row):
        X = np.array(X, dtype=object)
    if _is_table(X):
        if reset and len(X) < 2:
            raise ValueError(f"fit needs at least 2 rows, but got n_samples={len(X)}: add rows.")
        validate_data(estimator, X, reset=reset, skip_check_array=True)
        return X
    return validate_data(
        estimator, X, reset=reset, dtype="numeric", ensure_all_finite="allow-nan", ensure_min_samples=2 if reset else 1
    )


def check_targets(X: Any, y: Any, special: Sequence[str] = ()) -> Float[np.ndarray, " row"]:
    """Return the targets as finite float64, one per row of ``X``; of `QualifiedTargets` the low ends.

    Parameters
    ----------
    X, y
        Features and targets.
    special
        Which of ``"nan"``, ``"inf"`` and ``"-inf"`` may come too.

    Raises
    ------
    ValueError
        If they are missing, not numbers, not finite, or not as many as the rows.
    """
    if y is None:
        raise ValueError("requires y to be passed, but the target y is None.")
    if isinstance(y, QualifiedTargets):
        check_consistent_length(X, y)
        return y.low
    if hasattr(y, "to_numpy"):
        y = y.to_numpy()
    array = np.asarray(y)
    if array.dtype.kind in "OUS":
        try:
            array = array.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"Targets must be numbers, but y holds {array.dtype} values: {error}. Texts such as '< 10' are read by "
                "QualifiedTargets.parse."
            ) from error
    if np.iscomplexobj(array):
        raise ValueError("Complex data not supported: targets must be real numbers.")
    if array.ndim == 2 and array.shape[1] > 1:
        raise ValueError(
            f"y must hold one target per row, shape (rows,), but has shape {array.shape}. Use JointDecodingRegressor "
            "for several targets."
        )
    allowed = np.zeros(array.shape, dtype=bool)
    for name in special:
        allowed |= np.isnan(array) if name == "nan" else array == float(name)
    _, checked = check_X_y(np.zeros((len(array), 1)), np.where(allowed, 0, array), y_numeric=True)
    check_consistent_length(X, checked)
    return np.where(allowed.ravel(), array.ravel(), np.asarray(checked, dtype=np.float64))


def check_high_ends(estimator: BaseEstimator, y: Any, *, allowed: bool) -> Float[np.ndarray, " row"] | None:
    """Return the high ends of targets of which only an interval is known; None if all are numbers.

    Raises
    ------
    TypeError
        If the estimator needs numbers and ``y`` is `QualifiedTargets`.
    """
    if not isinstance(y, QualifiedTargets):
        return None
    if not allowed:
        raise TypeError(
            f"{type(estimator).__name__} needs numbers, but y is QualifiedTargets, of which "
            f"{int((~y.is_exact).sum())} of {len(y)} rows are intervals. Use DecodingRegressor, or the rows whose "
            "number is known: X[y.is_exact] and y.low[y.is_exact]."
        )
    return None if y.is_exact.all() else y.high


def check_weights(sample_weight: Any, n_rows: int) -> Float[np.ndarray, " row"]:
    """Return the weights as float64, ones by default.

    Raises
    ------
    ValueError
        If they are negative, not finite, all zero, or not one per row.
    """
    if sample_weight is None:
        return np.ones(n_rows)
    weight = np.asarray(sample_weight, dtype=np.float64)
    if weight.ndim == 0:
        weight = np.full(n_rows, float(weight))
    if weight.shape != (n_rows,):
        raise ValueError(f"sample_weight must hold one weight per row ({n_rows}), but has shape {weight.shape}.")
    if not np.isfinite(weight).all() or (weight < 0).any():
        raise ValueError("sample_weight must be finite and non-negative.")
    if not (weight > 0).any():
        raise ValueError("sample_weight must have a positive entry, but all weights are zero.")
    return weight


def _is_sequence(row: Any) -> bool:
    return isinstance(row, list | tuple)


def _is_table(X: Any) -> bool:
    """Whether the columns may differ in type: a data frame, or an array that holds text."""
    if nw.dependencies.is_into_dataframe(X):
        return True
    return isinstance(X, np.ndarray) and (
        X.dtype.kind in "US" or (X.dtype.kind == "O" and any(isinstance(value, str) for value in X.flat))
    )
