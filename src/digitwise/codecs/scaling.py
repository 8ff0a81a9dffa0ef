"""Scalings: strictly increasing maps between data units ``y`` and scaled units ``z``.

A codec writes numbers of the unit interval; a scaling, fitted to the training targets, brings
them there and back. All scalings share two rules, both written down here: how far the training
range is widened, and which rows count. Outside ``[low, high]`` a scaling goes on as a straight
line with the slope it has at that end, so that every real number has a ``z`` and every ``z`` a
number; saturating is the codec's job.
"""

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

CONSTANT_HALF_WIDTH = 1e-3

Numbers = np.ndarray | np.generic | Sequence[Any] | float | int


@runtime_checkable
class Scaling(Protocol):
    """What every fitted scaling offers.

    The laws: ``forward`` is strictly increasing; ``inverse(forward(y))`` is ``y`` up to rounding,
    on all reals; ``derivative`` is the slope of ``forward``; ``forward(low)`` is 0 and
    ``forward(high)`` is 1. Each class of this package also has the class methods ``fit(y, *,
    margin, sample_weight)`` and ``from_dict(state)``.
    """

    @property
    def name(self) -> str:
        """The word that chooses this scaling."""
        ...

    @property
    def low(self) -> float:
        """Number in data units at ``z = 0``."""
        ...

    @property
    def high(self) -> float:
        """Number in data units at ``z = 1``."""
        ...

    def forward(self, y: Numbers) -> Float[np.ndarray, "..."]:
        """Scaled units of numbers in data units."""
        ...

    def inverse(self, z: Numbers) -> Float[np.ndarray, "..."]:
        """Data units of numbers in scaled units."""
        ...

    def derivative(self, y: Numbers) -> Float[np.ndarray, "..."]:
        """Slope dz/dy at numbers in data units."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """Name and fitted values: floats, and float64 arrays where there are many."""
        ...


def distinct_values(
    y: Numbers, sample_weight: Numbers | None = None
) -> tuple[Float[np.ndarray, " value"], Float[np.ndarray, " value"]]:
    """Return the distinct training targets in increasing order, and the total weight of each.

    Every statistic of the targets is computed from these two arrays, so that a row of weight 2
    counts exactly as the same row given twice, a row of weight 0 is absent, and the order of rows
    does not matter.

    Parameters
    ----------
    y
        Targets in data units, one per row.
    sample_weight
        Weight of each row, at least 0; None for equal weights.

    Raises
    ------
    ValueError
        If the shapes do not fit, a weight is negative or not finite, no row is left, or a target
        is not finite.

    Examples
    --------
    >>> values, weights = distinct_values([3.0, 1.0, 3.0], sample_weight=[1.0, 0.5, 1.0])
    >>> values.tolist(), weights.tolist()
    ([1.0, 3.0], [0.5, 2.0])
    """
    targets = np.asarray(y, dtype=np.float64)
    if targets.ndim != 1:
        raise ValueError(f"Targets must have one axis, a number per row, but got shape {targets.shape}.")
    weights = np.ones_like(targets)
    if sample_weight is not None:
        weights = np.asarray(sample_weight, dtype=np.float64)
        if weights.shape != targets.shape:
            raise ValueError(
                f"sample_weight must hold one weight per row, but got shape {weights.shape} for {len(targets)} rows."
            )
        if not (np.isfinite(weights).all() and (weights >= 0).all()):
            raise ValueError("sample_weight must be finite and at least 0 in every row.")
    present = weights > 0
    targets, weights = targets[present], weights[present]
    if len(targets) == 0:
        raise ValueError("A scaling needs at least one row of positive weight, but got none.")
    n_bad = int((~np.isfinite(targets)).sum())
    if n_bad:
        raise ValueError(
            f"Targets must be finite, but {n_bad} of {len(targets)} are NaN or infinite. Drop these rows first."
        )
    values, row_value = np.unique(targets, return_inverse=True)
    return values, np.bincount(row_value, weights=weights)


def check_margin(margin: float) -> None:
    """Raise a ValueError unless ``margin`` is finite and at least 0."""
    if not 0 <= margin < np.inf:
        raise ValueError(f"margin must be finite and at least 0, but got {margin}.")


def widened_range(smallest: float, largest: float, margin: float) -> tuple[float, float]:
    """Return the ends of a range after widening it by a fraction of itself on each side.

    The two numbers are in the units in which the scaling is a straight line (data units for
    affine, logs for log). A constant has no range: it gets ``CONSTANT_HALF_WIDTH * max(1,
    |value|)`` on each side, whatever the margin, and so sits in the middle.

    Parameters
    ----------
    smallest, largest
        Ends of the training range.
    margin
        Fraction of the range to add on each side.

    Raises
    ------
    ValueError
        If the margin is negative or not finite.

    Examples
    --------
    >>> widened_range(0.0, 10.0, 0.1)
    (-1.0, 11.0)
    >>> widened_range(5.0, 5.0, 0.1)
    (4.995, 5.005)
    """
    check_margin(margin)
    extra = margin * (largest - smallest)
    if largest == smallest:
        extra = CONSTANT_HALF_WIDTH * max(1.0, abs(smallest))
    return smallest - extra, largest + extra


def check_ends(low: float, high: float) -> None:
    """Raise a ValueError unless float64 can divide by the width of ``[low, high]``."""
    width = high - low
    if not (np.isfinite([low, high, width]).all() and width > np.finfo(np.float64).tiny):
        raise ValueError(
            f"A scaling needs finite ends with low < high, and a width that float64 can hold, "
            f"but got low={low}, high={high}. Change the units of the targets."
        )
