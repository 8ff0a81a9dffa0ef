"""The affine scaling: the training range, widened, becomes the unit interval."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np
from jaxtyping import Float

from digitwise.codecs.scaling import Numbers, check_ends, distinct_values, widened_range


@final
@dataclass(frozen=True, kw_only=True)
class AffineScaling:
    """``z = (y - low) / (high - low)``, on all reals.

    Parameters
    ----------
    low
        Number in data units at ``z = 0``.
    high
        Number in data units at ``z = 1``, above ``low``.

    Raises
    ------
    ValueError
        If the ends are not finite, or not in order.

    Examples
    --------
    >>> scaling = AffineScaling.fit([0.0, 4.0, 10.0], margin=0.1)
    >>> scaling.low, scaling.high
    (-1.0, 11.0)
    >>> scaling.forward([5.0, 17.0]).tolist()
    [0.5, 1.5]
    """

    name: ClassVar[str] = "affine"
    low: float
    high: float

    def __post_init__(self) -> None:
        """Turn the ends into floats and check them."""
        object.__setattr__(self, "low", float(self.low))
        object.__setattr__(self, "high", float(self.high))
        check_ends(self.low, self.high)

    @classmethod
    def fit(cls, y: Numbers, *, margin: float = 0.05, sample_weight: Numbers | None = None) -> "AffineScaling":
        """Return the scaling whose unit interval is the widened range of ``y``.

        Parameters
        ----------
        y
            Training targets in data units, one per row.
        margin
            Fraction of the range to add on each side.
        sample_weight
            Weight of each row; only whether it is 0 (row absent) matters here.

        Raises
        ------
        ValueError
            If targets, weights or margin are not as described.
        """
        values, _ = distinct_values(y, sample_weight)
        low, high = widened_range(float(values[0]), float(values[-1]), margin)
        return cls(low=low, high=high)

    def forward(self, y: Numbers) -> Float[np.ndarray, "..."]:
        """Return scaled units; numbers outside ``[low, high]`` lie outside the unit interval."""
        return np.asarray((np.asarray(y, dtype=np.float64) - self.low) / (self.high - self.low))

    def inverse(self, z: Numbers) -> Float[np.ndarray, "..."]:
        """Return data units."""
        return np.asarray(self.low + np.asarray(z, dtype=np.float64) * (self.high - self.low))

    def derivative(self, y: Numbers) -> Float[np.ndarray, "..."]:
        """Return dz/dy, the same everywhere."""
        return np.full(np.shape(y), 1.0 / (self.high - self.low))

    def to_dict(self) -> dict[str, Any]:
        """Return name and ends."""
        return {"name": self.name, "low": self.low, "high": self.high}

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> "AffineScaling":
        """Return the scaling that ``to_dict`` described."""
        return cls(low=state["low"], high=state["high"])
