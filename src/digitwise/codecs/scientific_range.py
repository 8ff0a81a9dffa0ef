"""Scientific notation that fits the targets: exponents, signs, bounds."""

import math
from typing import Literal

import numpy as np
from jaxtyping import Float

from digitwise.codecs.bounded import Bounded
from digitwise.codecs.codec import Codec
from digitwise.codecs.scaling import distinct_values
from digitwise.codecs.scientific import ScientificCodec

NEGLIGIBLE = 0.005  # share of the targets that may be too small for the least exponent
MOST_EXPONENTS = 40


def scientific_for(
    y: Float[np.ndarray, " row"],
    sample_weight: Float[np.ndarray, " row"] | None = None,
    *,
    n_digits: int = 2,
    low: float | None = None,
    high: float | None = None,
    integer: bool = False,
) -> Codec:
    """Return scientific notation whose exponents and signs are those of the targets, in data units.

    There is room for one exponent on each side, within the bounds. The least exponent is that of the smallest size
    among the targets that are not 0, but for half a per cent of them: rounding noise around zero does not count as
    orders of magnitude. The lower bound decides the signs or, without one, the lowest target: if it is positive, so are
    all numbers; if it is 0, none is negative.

    Parameters
    ----------
    y
        Training targets in data units.
    sample_weight
        Weight of each row; 0 means that the row is absent.
    n_digits
        Significant digits.
    low, high
        Bounds in data units, themselves allowed; None for none.
    integer
        Whether to write whole numbers only.

    Examples
    --------
    >>> scientific_for(np.array([3.0, 250.0, 99_000.0]))
    ScientificCodec(n_digits=2, min_exponent=-1, max_exponent=5, signs='positive', integer=False, exponent='first')
    >>> scientific_for(np.array([0.0, 7.0]), high=24.0, integer=True).span
    (-0.5, 24.0)
    """
    values, weights = distinct_values(y, sample_weight)
    sizes, size_weights = distinct_values(np.abs(values), weights)
    signs = _signs(float(values[0]), low)
    present = sizes > 0
    least, most = 0, 0
    if present.any():
        tail = np.cumsum(size_weights[present])
        smallest = float(sizes[present][np.searchsorted(tail, NEGLIGIBLE * tail[-1], side="right")])
        most = _exponent(float(sizes[-1])) + 1
        least = max(_exponent(smallest) - 1, most - MOST_EXPONENTS + 1)
    if high is not None and (low is not None or signs != "all"):
        most = min(most, max(_exponent(abs(bound)) for bound in (low, high) if bound))
    if low is not None and low > 0:
        least = max(least, _exponent(low))
    whole = integer and least < n_digits - 1  # from there on, all numbers are whole anyway
    codec = ScientificCodec(
        n_digits=n_digits,
        min_exponent=0 if whole else min(least, most),
        max_exponent=max(most, 0) if whole else most,
        signs=signs,
        integer=whole,
    )
    lowest, highest = codec.span
    bounds = {
        "low": low if low is not None and low > lowest else None,
        "high": high if high is not None and high < highest else None,
    }
    return codec if set(bounds.values()) == {None} else Bounded(codec, **bounds)


def _signs(smallest: float, low: float | None) -> Literal["all", "non_negative", "positive"]:
    """Return which signs can occur."""
    floor = smallest if low is None else low
    if floor == 0:
        return "non_negative"
    return "positive" if floor > 0 else "all"


def _exponent(size: float) -> int:
    """Return the exponent of the first digit of a number above 0.

    Examples
    --------
    >>> _exponent(999.0), _exponent(1000.0), _exponent(0.02)
    (2, 3, -2)
    """
    return int(f"{size:.15e}".split("e")[1]) if math.isfinite(size) else 0
