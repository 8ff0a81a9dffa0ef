"""Logarithmic scalings, for targets that spread over orders of magnitude.

Equal steps in ``z`` are equal *ratios* in ``y``: a codec then spends as many cells on 1 to 10 as
on 10 to 100. The log scaling wants positive targets; the symlog scaling is straight near zero and
logarithmic far from it, on both sides. Outside the widened training range both go on as straight
lines, so that a far-off ``z`` is never exponentially far.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np
from jaxtyping import Float

from digitwise.codecs.scaling import Numbers, check_ends, distinct_values, widened_range

THRESHOLD_QUANTILE = 0.25
SMALLEST_THRESHOLD = 1e-6


@final
@dataclass(frozen=True, kw_only=True)
class LogScaling:
    """``z = log(y / low) / log(high / low)`` between the ends, straight lines outside.

    Parameters
    ----------
    low
        Number in data units at ``z = 0``, above 0.
    high
        Number in data units at ``z = 1``, above ``low``.

    Raises
    ------
    ValueError
        If the ends are not positive and finite, or not in order.

    Examples
    --------
    >>> scaling = LogScaling(low=1.0, high=100.0)
    >>> scaling.forward([1.0, 10.0, 100.0]).tolist()
    [0.0, 0.5, 1.0]
    >>> scaling.inverse(scaling.forward([-3.0, 0.0, 250.0])).round(9).tolist()
    [-3.0, 0.0, 250.0]
    """

    name: ClassVar[str] = "log"
    low: float
    high: float

    def __post_init__(self) -> None:
        """Turn the ends into floats and check them."""
        object.__setattr__(self, "low", float(self.low))
        object.__setattr__(self, "high", float(self.high))
        check_ends(self.low, self.high)
        if self.low <= 0:
            raise ValueError(f"A log scaling needs low above 0, but got low={self.low}. Use symlog.")
        if self.high / self.low == np.inf:
            raise ValueError(f"float64 cannot hold the ratio of high={self.high} to low={self.low}. Use symlog.")

    @classmethod
    def fit(cls, y: Numbers, *, margin: float = 0.05, sample_weight: Numbers | None = None) -> "LogScaling":
        """Return the scaling whose unit interval is the widened range of ``log(y)``.

        Parameters
        ----------
        y
            Training targets in data units, one per row, all above 0.
        margin
            Fraction of the range of ``log(y)`` to add on each side.
        sample_weight
            Weight of each row; only whether it is 0 (row absent) matters here.

        Raises
        ------
        ValueError
            If a target is 0 or negative, or targets, weights or margin are not as described.
        """
        values, _ = distinct_values(y, sample_weight)
        if values[0] <= 0:
            raise ValueError(
                f"A log scaling needs every target above 0, but the smallest is {values[0]:g}. "
                f"Use symlog, which takes zeros and negative targets."
            )
        low, high = widened_range(float(np.log(values[0])), float(np.log(values[-1])), margin)
        return cls(low=float(np.exp(low)), high=float(np.exp(high)))

    @property
    def _width(self) -> float:
        return float(np.log(self.high / self.low))

    def forward(self, y: Numbers) -> Float[np.ndarray, "..."]:
        """Return scaled units; numbers outside ``[low, high]`` lie outside the unit interval."""
        y = np.asarray(y, dtype=np.float64)
        inside = np.clip(y, self.low, self.high)
        return np.asarray((np.log(inside / self.low) + (y - inside) / inside) / self._width)

    def inverse(self, z: Numbers) -> Float[np.ndarray, "..."]:
        """Return data units."""
        z = np.asarray(z, dtype=np.float64)
        inside = np.clip(z, 0.0, 1.0)
        nearest = self.low * np.exp(inside * self._width)
        return np.asarray(nearest * (1.0 + (z - inside) * self._width))

    def derivative(self, y: Numbers) -> Float[np.ndarray, "..."]:
        """Return dz/dy; outside ``[low, high]`` that of the nearer end."""
        inside = np.clip(np.asarray(y, dtype=np.float64), self.low, self.high)
        return np.asarray(1.0 / (inside * self._width))

    def to_dict(self) -> dict[str, Any]:
        """Return name and ends."""
        return {"name": self.name, "low": self.low, "high": self.high}

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> "LogScaling":
        """Return the scaling that ``to_dict`` described."""
        return cls(low=state["low"], high=state["high"])


@final
@dataclass(frozen=True, kw_only=True)
class SymlogScaling:
    """``z`` affine in ``sign(y) log(1 + |y| / linear_threshold)``, straight lines outside.

    Parameters
    ----------
    low
        Number in data units at ``z = 0``.
    high
        Number in data units at ``z = 1``, above ``low``.
    linear_threshold
        Where the map turns from straight to logarithmic, in data units, above 0.

    Raises
    ------
    ValueError
        If the ends are not finite or not in order, or the threshold is not positive.

    Examples
    --------
    >>> scaling = SymlogScaling(low=-99.0, high=99.0, linear_threshold=1.0)
    >>> scaling.forward([-99.0, -9.0, 0.0, 9.0, 99.0]).round(9).tolist()
    [0.0, 0.25, 0.5, 0.75, 1.0]
    """

    name: ClassVar[str] = "symlog"
    low: float
    high: float
    linear_threshold: float

    def __post_init__(self) -> None:
        """Turn the values into floats and check them."""
        for field in ("low", "high", "linear_threshold"):
            object.__setattr__(self, field, float(getattr(self, field)))
        check_ends(self.low, self.high)
        if not 0 < self.linear_threshold < np.inf:
            raise ValueError(f"linear_threshold must be above 0 and finite, but got {self.linear_threshold}.")

    @classmethod
    def fit(cls, y: Numbers, *, margin: float = 0.05, sample_weight: Numbers | None = None) -> "SymlogScaling":
        """Return the scaling whose unit interval is the widened range of the symlog of ``y``.

        The threshold is the lower quartile of ``|y|`` over the non-zero targets, so that three
        quarters of them lie where the map is closer to a log; it is at least a millionth of the
        largest ``|y|``, so that rounding noise around zero does not count as orders of magnitude,
        and 1 if all targets are zero.

        Parameters
        ----------
        y
            Training targets in data units, one per row.
        margin
            Fraction of the range of the symlog to add on each side.
        sample_weight
            Weight of each row; 0 means that the row is absent.

        Raises
        ------
        ValueError
            If targets, weights or margin are not as described.
        """
        values, weights = distinct_values(y, sample_weight)
        sizes, size_weights = distinct_values(np.abs(values), weights)
        threshold = 1.0
        if sizes[-1] > 0:
            above = sizes > 0
            cumulated = np.cumsum(size_weights[above])
            rank = np.searchsorted(cumulated, THRESHOLD_QUANTILE * cumulated[-1])
            threshold = float(max(sizes[above][rank], SMALLEST_THRESHOLD * sizes[-1]))
        smallest, largest = _symlog(values[[0, -1]] / threshold)
        low, high = widened_range(float(smallest), float(largest), margin)
        ends = threshold * _symexp(np.array([low, high]))
        return cls(low=float(ends[0]), high=float(ends[1]), linear_threshold=threshold)

    @property
    def _ends(self) -> tuple[float, float]:
        low, high = _symlog(np.array([self.low, self.high]) / self.linear_threshold).tolist()
        return low, high

    def forward(self, y: Numbers) -> Float[np.ndarray, "..."]:
        """Return scaled units; numbers outside ``[low, high]`` lie outside the unit interval."""
        y = np.asarray(y, dtype=np.float64)
        low, high = self._ends
        inside = np.clip(y, self.low, self.high)
        scaled = (_symlog(inside / self.linear_threshold) - low) / (high - low)
        return np.asarray(scaled + (y - inside) * self.derivative(inside))

    def inverse(self, z: Numbers) -> Float[np.ndarray, "..."]:
        """Return data units."""
        z = np.asarray(z, dtype=np.float64)
        low, high = self._ends
        inside = np.clip(z, 0.0, 1.0)
        nearest = self.linear_threshold * _symexp(low + inside * (high - low))
        return np.asarray(nearest + (z - inside) / self.derivative(nearest))

    def derivative(self, y: Numbers) -> Float[np.ndarray, "..."]:
        """Return dz/dy; outside ``[low, high]`` that of the nearer end."""
        low, high = self._ends
        inside = np.clip(np.asarray(y, dtype=np.float64), self.low, self.high)
        return np.asarray(1.0 / ((self.linear_threshold + np.abs(inside)) * (high - low)))

    def to_dict(self) -> dict[str, Any]:
        """Return name, ends and threshold."""
        return {
            "name": self.name,
            "low": self.low,
            "high": self.high,
            "linear_threshold": self.linear_threshold,
        }

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> "SymlogScaling":
        """Return the scaling that ``to_dict`` described."""
        return cls(low=state["low"], high=state["high"], linear_threshold=state["linear_threshold"])


def _symlog(ratio: Numbers) -> Float[np.ndarray, "..."]:
    return np.asarray(np.sign(ratio) * np.log1p(np.abs(ratio)))


def _symexp(s: Numbers) -> Float[np.ndarray, "..."]:
    return np.asarray(np.sign(s) * np.expm1(np.abs(s)))
