"""A monotone map of probabilities: what a cdf says, and what it turned out to mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from jaxtyping import Float

from digitwise.distributions.probabilities import FloatArray


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class ProbabilityMap:
    """Straight lines through points, from (0, 0) to (1, 1): an increasing map of [0, 1] onto itself.

    Parameters
    ----------
    levels
        ``(knot,)``: predicted probabilities, strictly increasing from 0 to 1.
    values
        ``(knot,)``: what they become, strictly increasing from 0 to 1.

    Raises
    ------
    ValueError
        If shapes differ, or a side does not increase from 0 to 1.

    Examples
    --------
    >>> sure = ProbabilityMap(levels=np.array([0.0, 0.25, 1.0]), values=np.array([0.0, 0.5, 1.0]))
    >>> sure.forward(np.array([0.25, 0.625])), sure.inverse(np.array([0.5, 0.75]))
    (array([0.5 , 0.75]), array([0.25 , 0.625]))
    >>> sure.slope(np.array([0.1, 0.9])).round(2)
    array([2.  , 0.67])
    """

    levels: Float[FloatArray, " knot"]
    values: Float[FloatArray, " knot"]

    def __post_init__(self) -> None:
        if self.levels.shape != self.values.shape or len(self.levels) < 2:
            raise ValueError(
                f"levels and values must hold the same points, at least 2, but got {len(self.levels)} and "
                f"{len(self.values)}."
            )
        for name in ("levels", "values"):
            side = getattr(self, name)
            if not (side[0] == 0.0 and side[-1] == 1.0 and np.all(np.diff(side) > 0.0)):
                raise ValueError(f"{name} must increase strictly from 0 to 1, but got {side}.")

    def forward(self, level: Float[FloatArray, "..."]) -> Float[FloatArray, "..."]:
        """Return what predicted probabilities become."""
        return np.interp(level, self.levels, self.values)

    def inverse(self, value: Float[FloatArray, "..."]) -> Float[FloatArray, "..."]:
        """Return the predicted probability that becomes each value."""
        return np.interp(value, self.values, self.levels)

    def slope(self, level: Float[FloatArray, "..."]) -> Float[FloatArray, "..."]:
        """Return the slope, which densities are multiplied by; at a knot that of the piece above."""
        piece = np.searchsorted(self.levels, level, side="right") - 1
        slopes: FloatArray = np.diff(self.values) / np.diff(self.levels)
        return slopes[np.clip(piece, 0, len(slopes) - 1)]

    def to_dict(self) -> dict[str, Any]:
        """Return both sides: what `from_dict` restores."""
        return {"levels": self.levels, "values": self.values}

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> "ProbabilityMap":
        """Return what `to_dict` described."""
        return cls(levels=state["levels"], values=state["values"])


IDENTITY = ProbabilityMap(levels=np.array([0.0, 1.0]), values=np.array([0.0, 1.0]))
