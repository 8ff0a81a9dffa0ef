"""What `fit` learns about the target before any network sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float

from digitwise.codecs import Codec, edges_of, leaf_values, tree_of
from digitwise.codecs.auto_scaling import scaling_from_dict
from digitwise.codecs.scaling import Scaling
from digitwise.distributions import Tail
from digitwise.estimators.component_json import from_json, to_json
from digitwise.estimators.writing import NO_LIMITS, TargetLimits, Writing
from digitwise.heads import TargetMoments


@dataclass(frozen=True)
class FittedTarget:
    """Scaling and leaves of the target.

    Parameters
    ----------
    scaling
        Data units to scaled units.
    moments
        Mean and spread of the training targets in scaled units.
    moments_y
        Mean and spread of the training targets in data units: the standard units of rewards.
    edges_y, values_y
        Borders and values of the leaves in data units; empty for heads without leaves.
    codec
        What writes it, for heads that write digits.
    limits
        Hard bounds, and whether it is a whole number.
    """

    scaling: Scaling
    moments: TargetMoments
    moments_y: TargetMoments
    edges_y: Float[np.ndarray, " edge"]
    values_y: Float[np.ndarray, " leaf"]
    codec: Codec | None = None
    limits: TargetLimits = NO_LIMITS

    @property
    def tails(self) -> tuple[Tail, Tail]:
        """Whether the outermost cells are open; they end at hard bounds."""
        return (
            "exponential" if self.limits.low is None else "closed",
            "exponential" if self.limits.high is None else "closed",
        )

    @property
    def is_whole(self) -> bool:
        """Whether each cell is one whole number, so that laws have mass on these alone."""
        return self.limits.integer and bool((np.diff(self.edges_y) < 1.5).all())

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` restores: floats and arrays."""
        return {
            "scaling": self.scaling.to_dict(),
            "moments": [self.moments.mean, self.moments.std],
            "moments_y": [self.moments_y.mean, self.moments_y.std],
            "edges_y": self.edges_y,
            "values_y": self.values_y,
            "codec": to_json(self.codec),
            "limits": {"low": self.limits.low, "high": self.limits.high, "integer": self.limits.integer},
        }

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> "FittedTarget":
        """Return what `to_dict` described."""
        moments = (TargetMoments(*state["moments"]), TargetMoments(*state["moments_y"]))
        return cls(
            scaling_from_dict(state["scaling"]),
            *moments,
            state["edges_y"],
            state["values_y"],
            from_json(state["codec"]),
            TargetLimits(**state["limits"]),
        )


def fit_written(
    writing: Writing, y: Float[np.ndarray, " row"], weight: Float[np.ndarray, " row"], limits: TargetLimits
) -> FittedTarget:
    """Return what `fit` learns about a target that is written in digits.

    Raises
    ------
    ValueError
        If the codec has fewer than 3 leaves, which open outermost cells need.
    """
    codec = writing.codec
    if codec.grammar.count(codec.length) < 3:
        raise ValueError(f"The codec needs at least 3 leaves (the two outermost are open), but got {codec}.")
    return fit_target(y, weight, writing.scaling, edges_of(codec, tree_of(codec)).numpy(), codec, limits)


def fit_target(
    y: Float[np.ndarray, " row"],
    weight: Float[np.ndarray, " row"],
    scaling: Scaling,
    edges_z: Float[np.ndarray, " edge"] | None,
    codec: Codec | None = None,
    limits: TargetLimits = NO_LIMITS,
) -> FittedTarget:
    """Return scaling, moments and leaves of the training targets; the outermost leaves reach to hard bounds."""
    moments = TargetMoments.of(scaling.forward(y), weight)
    moments_y = TargetMoments.of(y, weight)
    if edges_z is None:
        return FittedTarget(scaling, moments, moments_y, np.empty(0), np.empty(0))
    edges_y = np.array(scaling.inverse(edges_z), dtype=np.float64)
    if limits.low is not None:
        edges_y[0] = min(edges_y[0], limits.low)
    if limits.high is not None:
        edges_y[-1] = max(edges_y[-1], limits.high)
    values_y = leaf_values(y, edges_y, weight)
    return FittedTarget(scaling, moments, moments_y, edges_y, values_y, codec, limits)
