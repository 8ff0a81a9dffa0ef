"""How a target is written: codec and scaling, from what a user asked for and what the targets are like."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from digitwise.codecs import Bounded, Codec
from digitwise.codecs.auto_scaling import make_scaling
from digitwise.codecs.fitted_codec import CODEC_NAMES, fitted_codec
from digitwise.codecs.scaling import Scaling
from digitwise.codecs.scaling_within import check_within, scaling_within
from digitwise.estimators.components import resolve

UNIT_INTERVAL = (0.0, 1.0)
WHOLE = ("auto", "integer", "scientific", "scientific-3")
"""Codecs by name that can write whole numbers only."""


@dataclass(frozen=True, kw_only=True)
class Writing:
    """A codec, the scaling that goes with it, and why.

    Parameters
    ----------
    codec, scaling
        Digits of scaled units, and the map to data units.
    reason
        One plain sentence.
    """

    codec: Codec
    scaling: Scaling
    reason: str


@dataclass(frozen=True, kw_only=True)
class TargetLimits:
    """What is known of a target beyond its rows.

    Parameters
    ----------
    low, high
        Hard bounds in data units, themselves allowed; None for none.
    integer
        Whether it is a whole number by nature.

    Raises
    ------
    ValueError
        If low does not lie below high, or a bound is not finite.
    """

    low: float | None = None
    high: float | None = None
    integer: bool = False

    def __post_init__(self) -> None:
        """Check the bounds."""
        for name in ("low", "high"):
            bound = getattr(self, name)
            if bound is not None and not np.isfinite(bound):
                raise ValueError(f"{name} must be a finite number, or None for no bound, but got {bound}.")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError(f"low must lie below high, but got low={self.low} and high={self.high}.")

    @classmethod
    def of(cls, low: float | None, high: float | None, integer: bool) -> "TargetLimits":
        """Return the limits that a user gives: any numbers, numpy's and whole ones too."""
        return cls(
            low=None if low is None else float(low), high=None if high is None else float(high), integer=bool(integer)
        )


NO_LIMITS = TargetLimits()


def check_new_numbers(y: Float[np.ndarray, " row"], limits: TargetLimits) -> None:
    """Raise a ``ValueError`` if numbers cannot be those of a target with these limits."""
    check_within(y, limits.low, limits.high)
    if limits.integer and (y != np.round(y)).any():
        raise ValueError(f"integer=True needs whole numbers, but {int((y != np.round(y)).sum())} new targets are not.")


def choose_writing(
    codec: str | Codec,
    scaling: str | Scaling,
    y: Float[np.ndarray, " row"],
    weight: Float[np.ndarray, " row"],
    limits: TargetLimits,
    margin: float,
) -> Writing:
    """Return how to write a target.

    Names that `digitwise.codecs.fitted_codec` knows follow the targets; any other codec is taken as it is, within the
    limits. With ``integer`` the automatic codec is one that writes whole numbers only.

    Raises
    ------
    ValueError
        If a target lies outside the limits, or codec, scaling and limits do not go together.

    Examples
    --------
    >>> counts = np.array([0.0, 3.0, 17.0])
    >>> choose_writing("auto", "auto", counts, np.ones(3), TargetLimits(integer=True), 0.05).codec
    NormalizedCodec(base=2, length=5)
    """
    check_within(y, limits.low, limits.high)
    if limits.integer and codec not in WHOLE:
        raise ValueError(
            f"integer=True needs a codec that writes whole numbers: {', '.join(map(repr, WHOLE))}, but got {codec!r}."
        )
    if isinstance(codec, str) and codec in CODEC_NAMES:
        fitted = fitted_codec(
            codec,
            y,
            weight,
            low=limits.low,
            high=limits.high,
            integer=limits.integer or "auto",
            scaling=scaling,
            margin=margin,
        )
        return Writing(codec=fitted.codec, scaling=fitted.scaling, reason=fitted.reason)
    taken: Codec = resolve("codec", codec)
    if taken.span == UNIT_INTERVAL:
        choice = make_scaling(scaling, y, margin, weight)
        return Writing(
            codec=taken, scaling=scaling_within(choice.scaling, limits.low, limits.high), reason=choice.reason
        )
    choice = make_scaling("identity" if scaling == "auto" else scaling, y, margin, weight)
    low, high = (None if bound is None else float(choice.scaling.forward(bound)) for bound in (limits.low, limits.high))
    low, high = (
        low if low is not None and low > taken.span[0] else None,
        high if high is not None and high < taken.span[1] else None,
    )
    bounded = taken if low is None and high is None else Bounded(taken, low=low, high=high)
    return Writing(codec=bounded, scaling=choice.scaling, reason=choice.reason)
