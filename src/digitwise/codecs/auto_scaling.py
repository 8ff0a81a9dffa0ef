"""Choose a scaling by name, or from the training targets.

The affine scaling is the default: its cells are equally wide, which is what a squared error asks
for. It is given up only where it wastes nearly all cells of a codec. The measure is the
*effective number of occupied cells*, the exponential of the entropy of the targets over 256 equal
cells of the unit interval.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from jaxtyping import Float

from digitwise.codecs.affine_scaling import AffineScaling
from digitwise.codecs.log_scaling import LogScaling, SymlogScaling
from digitwise.codecs.quantile_scaling import QuantileScaling
from digitwise.codecs.scaling import Numbers, Scaling, distinct_values

SCALINGS: dict[str, type[AffineScaling] | type[LogScaling] | type[SymlogScaling] | type[QuantileScaling]] = {
    "affine": AffineScaling,
    "log": LogScaling,
    "symlog": SymlogScaling,
    "quantile": QuantileScaling,
}

IDENTITY = AffineScaling(low=0.0, high=1.0)
"""For codecs that write numbers in data units, such as scientific notation."""

N_CELLS = 256
OWN_CELLS = 0.9  # of the cells that the distinct values could fill: as good as a cell each
BADLY_USED = 120.0  # effective cells; a normal law fills about 150
HEAVY_TAIL = 6.0  # a normal law has 3.8, an exponential one 8.1
LOG_GAIN = 1.7
WASTED = 1 / 8  # of the cells that the distinct values could fill


@final
@dataclass(frozen=True, kw_only=True)
class ScalingChoice:
    """A fitted scaling and why it was taken.

    Parameters
    ----------
    scaling
        The fitted scaling.
    reason
        One plain sentence, with the figures that decided.
    """

    scaling: Scaling
    reason: str


def make_scaling(
    scaling: str | Scaling,
    y: Numbers,
    margin: float = 0.05,
    sample_weight: Numbers | None = None,
) -> ScalingChoice:
    """Return the scaling that a user asked for, fitted to the training targets.

    Parameters
    ----------
    scaling
        ``"affine"``, ``"log"``, ``"symlog"``, ``"quantile"``, ``"identity"`` (scaled units are data
        units), ``"auto"`` (see `choose_scaling`), or a fitted scaling, which is taken as it is.
    y
        Training targets in data units, one per row.
    margin
        Fraction of the training range to add on each side.
    sample_weight
        Weight of each row; 0 means that the row is absent.

    Raises
    ------
    ValueError
        If the name is unknown, or the targets do not suit it.
    TypeError
        If ``scaling`` is neither a name nor a fitted scaling.

    Examples
    --------
    >>> make_scaling("affine", [1.0, 10.0, 101.0], margin=0.01)
    ScalingChoice(scaling=AffineScaling(low=0.0, high=102.0), reason='affine: as asked.')
    """
    if isinstance(scaling, str):
        if scaling == "auto":
            return choose_scaling(y, margin=margin, sample_weight=sample_weight)
        if scaling == "identity":
            return ScalingChoice(scaling=IDENTITY, reason="identity: scaled units are data units.")
        if scaling not in SCALINGS:
            raise ValueError(
                f"scaling must be one of {', '.join([*SCALINGS, 'identity', 'auto'])}, or a fitted scaling, but got "
                f"{scaling!r}."
            )
        fitted = SCALINGS[scaling].fit(y, margin=margin, sample_weight=sample_weight)
        return ScalingChoice(scaling=fitted, reason=f"{scaling}: as asked.")
    if isinstance(scaling, type) or not isinstance(scaling, Scaling):
        raise TypeError(
            f"scaling must be one of {', '.join([*SCALINGS, 'identity', 'auto'])}, or a fitted scaling such as "
            f"AffineScaling(low=0, high=1), but got {scaling!r}."
        )
    return ScalingChoice(scaling=scaling, reason=f"{scaling.name}: given as a fitted scaling.")


def scaling_from_dict(state: Mapping[str, Any]) -> Scaling:
    """Return the scaling that ``to_dict`` described.

    Raises
    ------
    ValueError
        If the name is not that of a scaling of this package.

    Examples
    --------
    >>> scaling_from_dict({"name": "affine", "low": 0.0, "high": 2.0})
    AffineScaling(low=0.0, high=2.0)
    """
    if state["name"] not in SCALINGS:
        raise ValueError(f"A scaling is one of {', '.join(SCALINGS)}, but got {state['name']!r}.")
    return SCALINGS[state["name"]].from_dict(state)


def choose_scaling(y: Numbers, *, margin: float = 0.05, sample_weight: Numbers | None = None) -> ScalingChoice:
    """Return the scaling that suits the training targets, and why.

    The rules, in this order, with effective cells counted out of 256:

    1. affine, if it gives (nearly) every distinct target a cell of its own: constants, few
       levels, small counts;
    2. log (symlog if a target is 0 or negative), if all of these hold: affine fills fewer than 120
       effective cells; the tail is truly heavy, the 99th percentile of ``|y - median|`` being at
       least 6 times its median; the logarithm fills at least 1.7 times as many cells;
    3. quantile, if affine fills less than an eighth of the cells that the distinct targets could
       fill, and the logarithm did not help;
    4. affine otherwise.

    Parameters
    ----------
    y
        Training targets in data units, one per row.
    margin
        Fraction of the training range to add on each side.
    sample_weight
        Weight of each row; a weight of 2 counts like the same row twice, and 0 like no row.

    Raises
    ------
    ValueError
        If targets, weights or margin are not as the scalings ask.

    Examples
    --------
    >>> print(choose_scaling([0.0, 1.0, 1.0, 2.0]).reason)
    affine: the 3 distinct targets have (nearly) a cell each.
    """
    values, weights = distinct_values(y, sample_weight)
    affine = AffineScaling.fit(values, margin=margin, sample_weight=weights)
    cells = effective_cells(affine.forward(values), weights)
    fillable = _fillable_cells(weights)
    if len(values) <= N_CELLS and cells >= OWN_CELLS * fillable:
        shown = (
            "targets are constant" if len(values) == 1 else f"{len(values)} distinct targets have (nearly) a cell each"
        )
        reason = f"affine: the {shown}."
        return ScalingChoice(scaling=affine, reason=reason)

    logarithmic = (LogScaling if values[0] > 0 else SymlogScaling).fit(values, margin=margin, sample_weight=weights)
    log_cells = effective_cells(logarithmic.forward(values), weights)
    tail = tail_weight(values, weights)
    if cells < BADLY_USED and tail >= HEAVY_TAIL and log_cells >= LOG_GAIN * cells:
        reason = (
            f"{logarithmic.name}: the tail is heavy (the 99th percentile of the distance to the "
            f"median is {tail:.1f} times its median; 3.8 for a normal law), and the targets fill "
            f"{log_cells:.0f} effective cells of {N_CELLS} instead of {cells:.0f}."
        )
        return ScalingChoice(scaling=logarithmic, reason=reason)
    if cells < WASTED * fillable:
        quantile = QuantileScaling.fit(values, margin=margin, sample_weight=weights)
        quantile_cells = effective_cells(quantile.forward(values), weights)
        reason = (
            f"quantile: equal cells would be wasted (the targets fill {cells:.0f} effective cells "
            f"of {N_CELLS}), a logarithm does not help ({log_cells:.0f}), and quantiles do "
            f"({quantile_cells:.0f})."
        )
        return ScalingChoice(scaling=quantile, reason=reason)
    reason = (
        f"affine: the targets fill {cells:.0f} effective cells of {N_CELLS} ({log_cells:.0f} with "
        f"{logarithmic.name}; tail weight {tail:.1f}, heavy from {HEAVY_TAIL:.0f})."
    )
    return ScalingChoice(scaling=affine, reason=reason)


def effective_cells(z: Float[np.ndarray, " value"], weights: Float[np.ndarray, " value"]) -> float:
    """Return the exponential of the entropy of ``z`` over 256 equal cells of the unit interval.

    It is 1 if all weight lies in one cell, and 256 if it is spread evenly.

    Parameters
    ----------
    z
        Distinct numbers in the unit interval.
    weights
        Weight of each, above 0.

    Examples
    --------
    >>> round(effective_cells(np.array([0.1, 0.5, 0.9]), np.ones(3)), 6)
    3.0
    """
    cell = np.clip(z * N_CELLS, 0, N_CELLS - 1).astype(np.int64)
    share = np.bincount(cell, weights=weights) / weights.sum()
    share = share[share > 0]
    return float(np.exp(-(share * np.log(share)).sum()))


def tail_weight(values: Float[np.ndarray, " value"], weights: Float[np.ndarray, " value"]) -> float:
    """Return the 99th percentile of the distance to the median, in units of its median.

    It is 3.8 for a normal law and 8.1 for an exponential one; a handful of outliers does not
    change it. Infinite if more than half of the rows share one value.

    Parameters
    ----------
    values
        Distinct targets, increasing.
    weights
        Weight of each, above 0.

    Examples
    --------
    >>> tail_weight(np.arange(0.0, 9.0), np.ones(9))
    2.0
    """
    median = _weighted_quantile(values, weights, 0.5)
    distance, distance_weights = distinct_values(np.abs(values - median), weights)
    typical = _weighted_quantile(distance, distance_weights, 0.5)
    far = _weighted_quantile(distance, distance_weights, 0.99)
    return far / typical if typical > 0 else np.inf


def _fillable_cells(weights: Float[np.ndarray, " value"]) -> float:
    """Effective cells that the distinct targets fill if their places may be chosen freely."""
    n_values = len(weights)
    if n_values <= N_CELLS:
        return effective_cells((np.arange(n_values) + 0.5) / N_CELLS, weights)
    return effective_cells((np.cumsum(weights) - weights / 2) / weights.sum(), weights)


def _weighted_quantile(values: Float[np.ndarray, " value"], weights: Float[np.ndarray, " value"], q: float) -> float:
    cumulated = np.cumsum(weights)
    return float(values[np.searchsorted(cumulated, q * cumulated[-1])])
