"""What every metric checks first, and the weighted mean that most of them are."""

from typing import TypeAlias

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike, NDArray

FloatArray: TypeAlias = NDArray[np.float64]


def checked_vector(values: ArrayLike, name: str) -> Float[FloatArray, " row"]:
    """Return values as a float64 vector.

    Raises
    ------
    ValueError
        If there is not exactly one axis with at least one row, or NaN or infinity is among them.

    Examples
    --------
    >>> checked_vector([1, 2], "y")
    array([1., 2.])
    """
    vector = np.asarray(values, dtype=np.float64)
    if vector.ndim != 1 or len(vector) == 0:
        raise ValueError(f"{name} must be (row,) with at least 1 row, but got {vector.shape}.")
    n_bad = int(np.sum(~np.isfinite(vector)))
    if n_bad:
        raise ValueError(
            f"{name} must be finite, but {n_bad} of {len(vector)} rows hold NaN or infinity. Drop "
            "those rows from all arguments, or find out where they come from."
        )
    return vector


def checked_pair(y: ArrayLike, prediction: ArrayLike) -> tuple[Float[FloatArray, " row"], Float[FloatArray, " row"]]:
    """Return true and predicted values as float64 vectors of the same length.

    Raises
    ------
    ValueError
        If one of them is not a finite vector, or their lengths differ.
    """
    truth, point = checked_vector(y, "y"), checked_vector(prediction, "prediction")
    if truth.shape != point.shape:
        raise ValueError(f"y and prediction must have the same rows, but got {len(truth)} and {len(point)}.")
    return truth, point


def checked_weight(sample_weight: ArrayLike | None, n_rows: int) -> Float[FloatArray, " row"]:
    """Return one weight per row: ones by default.

    Raises
    ------
    ValueError
        If weights do not fit the rows, one is negative or not finite, or all are zero.

    Examples
    --------
    >>> checked_weight(None, 2)
    array([1., 1.])
    """
    if sample_weight is None:
        return np.ones(n_rows)
    weight = checked_vector(sample_weight, "sample_weight")
    if len(weight) != n_rows:
        raise ValueError(f"sample_weight must hold one weight per row, here {n_rows}, but got {len(weight)}.")
    if np.any(weight < 0.0) or not np.any(weight > 0.0):
        raise ValueError(
            "sample_weight must be at least 0 in every row and above 0 in some, but got weights "
            f"from {weight.min()} to {weight.max()}."
        )
    return weight


def weighted_mean(values: Float[FloatArray, " row"], sample_weight: ArrayLike | None) -> float:
    """Return the mean over rows; a row of weight 2 counts as the same row given twice.

    A row of weight 0 is absent, even where its value is infinite.

    Examples
    --------
    >>> weighted_mean(np.array([1.0, 4.0]), [2.0, 1.0])
    2.0
    """
    weight = checked_weight(sample_weight, len(values))
    present = weight > 0.0
    return float(np.average(values[present], weights=weight[present]))
