"""What is plain to see of some targets: which rows count, and whether they are whole numbers."""

from typing import Literal

import numpy as np
from jaxtyping import Float

MOST_ROWS = 10_000
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


def thinned(
    y: Float[np.ndarray, " row"], weight: Float[np.ndarray, " row"]
) -> tuple[Float[np.ndarray, " kept"], Float[np.ndarray, " kept"]]:
    """Return at most 10,000 targets and their weights, always the same ones: enough to tell codecs apart."""
    if len(y) <= MOST_ROWS:
        return y, weight
    kept = np.sort(np.random.default_rng(0).permutation(len(y))[:MOST_ROWS])
    return y[kept], weight[kept]
