"""The quantile scaling: mostly the rank of a target among the training targets, a little its value.

Ranks spend the cells of a codec where the targets are, whatever the shape of their law. The
affine part keeps the slope away from zero, so that empty stretches stay reachable and the way
back loses no digits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np
from jaxtyping import Bool, Float, Int64

from digitwise.codecs.scaling import (
    Numbers,
    check_ends,
    check_margin,
    distinct_values,
    widened_range,
)

AFFINE_SHARE = 0.1
LARGEST_SHARE = 1 / 64
FEW_VALUES = 32
VALUES_PER_KNOT = 8
SMALLEST_GAP = 1e-9


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class QuantileScaling:
    """Straight lines between knots; beyond the first and last knot the end pieces go on.

    Parameters
    ----------
    knots_y
        Knots in data units, strictly increasing, at least two.
    knots_z
        Their places in scaled units, strictly increasing from 0 to 1.

    Raises
    ------
    ValueError
        If the knots are not as described.

    Examples
    --------
    >>> knots_y, knots_z = np.array([0.0, 1.0, 11.0]), np.array([0.0, 0.5, 1.0])
    >>> scaling = QuantileScaling(knots_y=knots_y, knots_z=knots_z)
    >>> scaling.forward([0.5, 6.0, 21.0]).tolist()
    [0.25, 0.75, 1.5]
    >>> scaling.inverse([-0.5, 0.75]).tolist()
    [-1.0, 6.0]
    """

    name: ClassVar[str] = "quantile"
    knots_y: Float[np.ndarray, " knot"]
    knots_z: Float[np.ndarray, " knot"]

    def __post_init__(self) -> None:
        """Take read-only float64 copies of the knots and check them."""
        for field in ("knots_y", "knots_z"):
            knots = np.array(getattr(self, field), dtype=np.float64)
            if knots.ndim != 1 or len(knots) < 2 or not (np.diff(knots) > 0).all():
                raise ValueError(f"{field} must be at least two strictly increasing numbers.")
            knots.setflags(write=False)
            object.__setattr__(self, field, knots)
        if self.knots_y.shape != self.knots_z.shape:
            raise ValueError(
                f"knots_y and knots_z must be equally many, but got {len(self.knots_y)} and {len(self.knots_z)}."
            )
        if self.knots_z[0] != 0 or self.knots_z[-1] != 1:
            raise ValueError(f"knots_z must run from 0 to 1, but got {self.knots_z[0]} to {self.knots_z[-1]}.")
        check_ends(self.low, self.high)

    @classmethod
    def fit(
        cls,
        y: Numbers,
        *,
        margin: float = 0.05,
        sample_weight: Numbers | None = None,
        n_knots: int = 128,
    ) -> "QuantileScaling":
        """Return the scaling through the quantiles of ``y``.

        At a knot, before the margins are added, ``z = 0.9 rank + 0.1 (y - min) / (max - min)``,
        so dz/dy is nowhere below a tenth of the affine slope. The rank is the middle of the step
        that the weighted empirical distribution function takes at the knot, rescaled so that it
        runs from 0 to 1. One value that many rows share needs one cell, not many: no value counts
        for more than 1/64 of the rows. All distinct values are knots if there are at most 32; of
        more, every eighth, by rank, between 32 and ``n_knots`` in all. Knots closer than 1e-9 of
        the range are merged. The margin is measured in this ``z``; the map reaches it along its
        end pieces.

        Parameters
        ----------
        y
            Training targets in data units, one per row.
        margin
            Length in ``z`` to add on each side, as a fraction of the training range's.
        sample_weight
            Weight of each row; a weight of 2 counts like the same row twice, and 0 like no row.
        n_knots
            Largest number of knots, at least 2.

        Raises
        ------
        ValueError
            If targets, weights, margin or n_knots are not as described.
        """
        check_margin(margin)
        if n_knots < 2:
            raise ValueError(f"A quantile scaling needs n_knots of at least 2, but got {n_knots}.")
        values, weights = distinct_values(y, sample_weight)
        width = float(values[-1] - values[0])
        chosen = np.empty(0, dtype=np.int64)
        if width > 0:
            ranks = _ranks(weights)
            chosen = _spread(ranks, n_knots)
            gap = max(SMALLEST_GAP * width, 8 * float(np.spacing(np.abs(values[[0, -1]]).max())))
            chosen = chosen[_far_apart(values[chosen], gap)]
        if len(chosen) < 2:  # a constant, or as good as one
            ends = widened_range(float(values[0]), float(values[-1]), margin)
            return cls(knots_y=np.array(ends), knots_z=np.array([0.0, 1.0]))
        knots_y, rank = values[chosen], ranks[chosen]
        raw = (1 - AFFINE_SHARE) * rank + AFFINE_SHARE * (knots_y - values[0]) / width
        first, last = (np.diff(knots_y) / np.diff(raw))[[0, -1]]
        knots_z = (raw + margin) / (1 + 2 * margin)
        knots_y[0] -= margin * first
        knots_y[-1] += margin * last
        knots_z[0], knots_z[-1] = 0.0, 1.0
        return cls(knots_y=knots_y, knots_z=knots_z)

    @property
    def low(self) -> float:
        """Number in data units at ``z = 0``."""
        return float(self.knots_y[0])

    @property
    def high(self) -> float:
        """Number in data units at ``z = 1``."""
        return float(self.knots_y[-1])

    def forward(self, y: Numbers) -> Float[np.ndarray, "..."]:
        """Return scaled units; numbers outside ``[low, high]`` lie outside the unit interval."""
        return _piecewise_linear(np.asarray(y, dtype=np.float64), self.knots_y, self.knots_z)

    def inverse(self, z: Numbers) -> Float[np.ndarray, "..."]:
        """Return data units."""
        return _piecewise_linear(np.asarray(z, dtype=np.float64), self.knots_z, self.knots_y)

    def derivative(self, y: Numbers) -> Float[np.ndarray, "..."]:
        """Return dz/dy; at a knot that of the piece above it."""
        piece = _piece(np.asarray(y, dtype=np.float64), self.knots_y)
        return np.asarray((np.diff(self.knots_z) / np.diff(self.knots_y))[piece])

    def to_dict(self) -> dict[str, Any]:
        """Return name and knots, as arrays."""
        return {"name": self.name, "knots_y": self.knots_y, "knots_z": self.knots_z}

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> "QuantileScaling":
        """Return the scaling that ``to_dict`` described; lists do instead of arrays."""
        return cls(knots_y=np.asarray(state["knots_y"]), knots_z=np.asarray(state["knots_z"]))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, QuantileScaling)
            and np.array_equal(self.knots_y, other.knots_y)
            and np.array_equal(self.knots_z, other.knots_z)
        )

    def __hash__(self) -> int:
        return hash((self.knots_y.tobytes(), self.knots_z.tobytes()))


def _ranks(weights: Float[np.ndarray, " value"]) -> Float[np.ndarray, " value"]:
    """Middle of each value's step in the distribution function, steps capped, from 0 to 1."""
    step = np.minimum(weights / weights.sum(), LARGEST_SHARE)
    middle = np.cumsum(step) - step / 2
    return np.asarray((middle - middle[0]) / (middle[-1] - middle[0]))


def _spread(ranks: Float[np.ndarray, " value"], n_knots: int) -> Int64[np.ndarray, " knot"]:
    """Indices of the values that become knots, evenly spread over the ranks."""
    n = min(len(ranks), n_knots, max(FEW_VALUES, len(ranks) // VALUES_PER_KNOT))
    if n == len(ranks):
        return np.arange(n)
    chosen = np.searchsorted(ranks, np.linspace(0, 1, n))
    chosen[-1] = len(ranks) - 1
    return np.unique(chosen)


def _far_apart(knots_y: Float[np.ndarray, " knot"], gap: float) -> Bool[np.ndarray, " knot"]:
    """Mark knots at least ``gap`` above the last marked one; both ends stay where they can."""
    marked = np.zeros(len(knots_y), dtype=np.bool_)
    marked[0], previous = True, knots_y[0]
    for index in range(1, len(knots_y) - 1):  # knots, not rows
        marked[index] = min(knots_y[index] - previous, knots_y[-1] - knots_y[index]) >= gap
        previous = knots_y[index] if marked[index] else previous
    marked[-1] = knots_y[-1] - previous >= gap
    return marked


def _piece(x: Float[np.ndarray, "*shape"], knots: Float[np.ndarray, " knot"]) -> np.ndarray:
    """Index of the piece that each number lies in; beyond the knots, of the nearest piece."""
    return np.asarray(np.clip(np.searchsorted(knots, x, side="right") - 1, 0, len(knots) - 2))


def _piecewise_linear(
    x: Float[np.ndarray, "*shape"],
    knots: Float[np.ndarray, " knot"],
    values: Float[np.ndarray, " knot"],
) -> Float[np.ndarray, "*shape"]:
    piece = _piece(x, knots)
    slope = (np.diff(values) / np.diff(knots))[piece]
    return np.asarray(values[piece] + (x - knots[piece]) * slope)
