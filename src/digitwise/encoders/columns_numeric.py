"""Numeric columns: missing values filled, robustly scaled, smoothly clipped.

The centre is the median and the scale comes from the quartiles, so that outliers do not set the
scale; clipping then keeps them from dominating, yet leaves the order of values intact.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import final

import numpy as np
from jaxtyping import Float, Float32

CLIP_AT = 8.0
NORMAL_QUARTILE_RANGE = 1.3489795003921634  # of a normal law with variance 1
N_KNOTS = 65
LARGEST = 1e150  # its square is still a float64


@final
@dataclass(frozen=True, kw_only=True)
class NumericColumn:
    """What training taught about one numeric column.

    Parameters
    ----------
    name
        Name of the column.
    kind
        ``"number"``, ``"boolean"``, ``"time"`` or ``"duration"``.
    fill
        Median of the values present; missing cells get it.
    center
        What is subtracted: the median, or 0 for booleans.
    scale
        What is divided by; 1 for booleans.
    varies
        Whether there is a column of values in the output; not if all values present are equal.
    has_missing
        Whether there is an indicator column in the output: cells were missing in training.
    knots
        Some distinct quantiles of the values present, scaled and clipped like the output, the lowest and the highest
        value included: where piecewise-linear embeddings may bend.
    """

    name: str
    kind: str
    fill: float
    center: float
    scale: float
    varies: bool
    has_missing: bool
    knots: tuple[float, ...] = ()


def fit_numeric(name: str, kind: str, values: Float[np.ndarray, " row"]) -> NumericColumn:
    """Return median and scale of a column.

    The scale is the inter-quartile range divided by 1.349 (so that a normal column gets variance
    1), the standard deviation where the quartiles are equal, and 1 where that is 0 too. Booleans
    stay 0 and 1.

    Parameters
    ----------
    name, kind
        Name and kind of the column.
    values
        Finite, or NaN where missing; at least one value present.

    Examples
    --------
    >>> fit_numeric("age", "number", np.array([20.0, 30.0, np.nan, 40.0])).center
    30.0
    """
    present = np.sort(values)  # NaN last; sums do not depend on the order of rows
    present = present[: len(values) - int(np.isnan(values).sum())]
    lower, median, upper = np.quantile(present, [0.25, 0.5, 0.75])
    center, scale = float(median), 1.0
    if kind == "boolean":
        center = 0.0
    else:
        with np.errstate(over="ignore", invalid="ignore"):
            widths = [(upper - lower) / NORMAL_QUARTILE_RANGE, present.std(), 1.0]
        scale = next(float(width) for width in widths if 0 < width < np.inf)
    column = NumericColumn(
        name=name,
        kind=kind,
        fill=float(median),
        center=center,
        scale=scale,
        varies=bool(present[0] != present[-1]),
        has_missing=False,
    )
    scaled = transform_numeric([column], present[:, None])
    knots = np.quantile(scaled, np.linspace(0, 1, N_KNOTS)) if column.varies else np.empty(0)
    knots = np.unique(knots.astype(np.float32))  # distinct where they are used
    return replace(column, has_missing=len(present) < len(values), knots=tuple(knots.tolist()))


def transform_numeric(
    columns: Sequence[NumericColumn], values: Float[np.ndarray, "row column"]
) -> Float32[np.ndarray, "row numeric"]:
    """Return the scaled and clipped values, followed by the indicators of missing cells.

    With ``t = (value - center) / scale`` the output is ``t / sqrt(1 + (t / 8)**2)``: nearly ``t``
    up to 2 or so, and never beyond 8. Arithmetic is in float64 up to the last step. Missing cells
    get the center, that is 0; where none was missing in training there is no indicator, and this
    is all that happens.

    *Differs from the paper*: RealMLP clips at 3.

    Parameters
    ----------
    columns
        One per column of ``values``.
    values
        Finite, or NaN where missing.

    References
    ----------
    Holzmüller, Grinsztajn and Steinwart, "Better by Default", arXiv 2407.04491.
    """
    missing = np.isnan(values)
    fill = np.array([column.fill for column in columns])
    center = np.array([column.center for column in columns])
    scale = np.array([column.scale for column in columns])
    clip_at = np.array([np.inf if column.kind == "boolean" else CLIP_AT for column in columns])
    with np.errstate(over="ignore"):
        scaled = (np.where(missing, fill, values) - center) / scale
    np.clip(scaled, -LARGEST, LARGEST, out=scaled)
    scaled /= np.sqrt(1 + (scaled / clip_at) ** 2)
    varies = np.array([column.varies for column in columns], dtype=np.bool_)
    has_missing = np.array([column.has_missing for column in columns], dtype=np.bool_)
    return np.concatenate([scaled[:, varies], missing[:, has_missing]], axis=1, dtype=np.float32)
