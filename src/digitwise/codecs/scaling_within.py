"""Scalings that end at known bounds of the target."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float

from digitwise.codecs.affine_scaling import AffineScaling
from digitwise.codecs.log_scaling import LogScaling, SymlogScaling
from digitwise.codecs.quantile_scaling import QuantileScaling
from digitwise.codecs.scaling import Scaling


def scaling_within(scaling: Scaling, low: float | None, high: float | None) -> Scaling:
    """Return a scaling whose unit interval does not go beyond the bounds; where it does not reach them, it stays.

    Parameters
    ----------
    scaling
        A fitted scaling, whose training targets lie within the bounds.
    low, high
        Bounds in data units; None for none.

    Raises
    ------
    ValueError
        If nothing of its range lies within the bounds.

    Examples
    --------
    >>> scaling_within(AffineScaling(low=-0.5, high=10.5), low=0.0, high=None)
    AffineScaling(low=0.0, high=10.5)
    """
    lowest = scaling.low if low is None else max(scaling.low, low)
    highest = scaling.high if high is None else min(scaling.high, high)
    if not lowest < highest:
        raise ValueError(
            f"The bounds must leave something of the targets' range, {scaling.low:g} to {scaling.high:g}, but got "
            f"low={low} and high={high}."
        )
    if (lowest, highest) == (scaling.low, scaling.high):
        return scaling
    if isinstance(scaling, AffineScaling | LogScaling | SymlogScaling):
        return replace(scaling, low=lowest, high=highest)
    if isinstance(scaling, QuantileScaling):
        return _quantiles_within(scaling, lowest, highest)
    raise ValueError(f"Bounds can only be put on the scalings of this package, but got {scaling!r}.")


def check_within(y: Float[np.ndarray, " row"], low: float | None, high: float | None) -> None:
    """Raise a ValueError if the bounds are not in order, or a target lies outside."""
    if low is not None and high is not None and not low < high:
        raise ValueError(f"low must lie below high, but got low={low} and high={high}.")
    n_below = 0 if low is None else int((y < low).sum())
    n_above = 0 if high is None else int((y > high).sum())
    if n_below or n_above:
        raise ValueError(
            f"Targets must lie within the bounds, low={low} and high={high}, but {n_below} lie below and {n_above} "
            "above."
        )


def _quantiles_within(scaling: QuantileScaling, low: float, high: float) -> QuantileScaling:
    """Move the ends of the outermost pieces, and leave out the knots beyond."""
    inside = (scaling.knots_y > low) & (scaling.knots_y < high)
    knots_y = np.concatenate([[low], scaling.knots_y[inside], [high]])
    knots_z = np.concatenate([[0.0], scaling.knots_z[inside], [1.0]])
    return QuantileScaling(knots_y=knots_y, knots_z=knots_z)
