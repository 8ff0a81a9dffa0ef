"""The one check that every law's probabilities go through, their running sum and expectations."""

from typing import TypeAlias

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike, NDArray

FloatArray: TypeAlias = NDArray[np.float64]

TOLERANCE = 1e-6  # float32 softmax output over many leaves still passes
_ROUNDING = 1e-12  # rows this close to one are left as they are, so that indexing changes no bit


def checked_probabilities(probs: ArrayLike, name: str, axis: str) -> Float[FloatArray, "row outcome"]:
    """Return probabilities as float64 rows that sum to one, up to rounding.

    Parameters
    ----------
    probs
        Non-negative, each row summing to 1 within 1e-6.
    name, axis
        What to call the array and its second axis in an error.

    Raises
    ------
    ValueError
        If the array is not ``(row, axis)``, or holds negative or non-finite numbers, or a row does
        not sum to 1.

    Examples
    --------
    >>> checked_probabilities([[0.25, 0.75]], "probs", "leaf")
    array([[0.25, 0.75]])
    """
    rows = np.array(probs, dtype=np.float64, order="C")
    if rows.ndim != 2 or rows.shape[1] == 0:
        raise ValueError(f"{name} must be (row, {axis}), but got shape {rows.shape}.")
    if not np.all(np.isfinite(rows) & (rows >= 0.0)):
        raise ValueError(
            f"{name} must be non-negative and finite, but the smallest is {rows.min()}. "
            "Pass probabilities, not logits or log-probabilities."
        )
    total = rows.sum(axis=1, keepdims=True)
    off = np.abs(total - 1.0)
    if np.any(off > TOLERANCE):
        worst = int(off[:, 0].argmax())
        raise ValueError(
            f"{name} must sum to 1 in every row (within {TOLERANCE:g}), but row {worst} sums to "
            f"{total[worst, 0]!r}. Divide by the sum, or take the softmax in float64."
        )
    return np.where(off > _ROUNDING, rows / total, rows)


def running_sum(probs: Float[FloatArray, "row outcome"]) -> Float[FloatArray, "row node"]:
    """Return ``0, p1, p1 + p2, …``, ending exactly at 1 (one entry more than ``probs``).

    Examples
    --------
    >>> running_sum(np.array([[0.25, 0.0, 0.75]]))
    array([[0.  , 0.25, 0.25, 1.  ]])
    """
    total = np.zeros((probs.shape[0], probs.shape[1] + 1))
    np.cumsum(probs, axis=1, out=total[:, 1:])
    total /= total[:, -1:]
    return total


def expectation(
    probs: Float[FloatArray, "row outcome"], values: Float[FloatArray, "*row outcome"]
) -> Float[FloatArray, " row"]:
    """Return the probability-weighted sum of each row.

    Not a matrix product: a row's answer must not depend, in its last bit, on the rows beside it.

    Examples
    --------
    >>> expectation(np.array([[0.25, 0.75]]), np.array([0.0, 4.0]))
    array([3.])
    """
    total: FloatArray = np.sum(probs * values, axis=1)
    return total
