"""What is plain to see of some targets: which rows count, whether they are whole numbers, how far they range."""

from typing import Literal

import numpy as np
from jaxtyping import Float

from digitwise.codecs.scaling import distinct_values

LARGEST_INTEGER = 2.0**50
"""Beyond it float64 has no room for the halves between whole numbers."""

Whole = bool | Literal["auto"]
"""Whether a target is a whole number by nature, or ``"auto"``: if all its training targets are."""


def present_rows(
    y: Float[np.ndarray, " row"], sample_weight: Float[np.ndarray, " row"] | None
) -> tuple[Float[np.ndarray, " present"], Float[np.ndarray, " present"]]:
    """Return the targets and weights of the rows whose weight is not 0, float64.

    Raises
    ------
    ValueError
        If there are none.
    """
    y = np.asarray(y, dtype=np.float64)
    weight = np.ones_like(y) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
    if not (weight > 0).any():
        raise ValueError("A codec needs at least one row of positive weight, but got none.")
    return y[weight > 0], weight[weight > 0]


def is_whole(y: Float[np.ndarray, " row"]) -> bool:
    """Return whether all targets are whole numbers, small enough for float64 to tell them apart.

    Examples
    --------
    >>> is_whole(np.array([0.0, 3.0])), is_whole(np.array([0.0, 0.5]))
    (True, False)
    """
    return bool((np.abs(y) < LARGEST_INTEGER).all() and (y == np.round(y)).all())


def whole_by_nature(y: Float[np.ndarray, " row"], integer: Whole) -> bool:
    """Return whether to take a target for whole numbers.

    Raises
    ------
    ValueError
        If it should be whole, but some targets are not.
    """
    if integer == "auto":
        return is_whole(y)
    if integer and not is_whole(y):
        raise ValueError("integer=True needs whole numbers as targets, but some have digits behind the point.")
    return bool(integer)


def orders_of_magnitude(y: Float[np.ndarray, " row"], sample_weight: Float[np.ndarray, " row"] | None = None) -> float:
    """Return how many powers of ten lie between the 5th and the 95th percentile of the sizes that are not 0.

    Examples
    --------
    >>> orders_of_magnitude(np.array([0.0, 0.01, -10.0]))
    3.0
    """
    sizes, weights = distinct_values(np.abs(y), sample_weight)
    present = sizes > 0
    if not present.any():
        return 0.0
    logs, share = np.log10(sizes[present]), np.cumsum(weights[present]) / weights[present].sum()
    first, last = logs[np.searchsorted(share, 0.05)], logs[min(np.searchsorted(share, 0.95), len(logs) - 1)]
    return float(last - first)
