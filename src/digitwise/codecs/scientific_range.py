"""Scientific notation that fits the targets: exponents, signs, bounds."""

import math

import numpy as np
from jaxtyping import Float

from digitwise.codecs.bounded import Bounded
from digitwise.codecs.codec import Codec
from digitwise.codecs.scaling import distinct_values
from digitwise.codecs.scientific import ScientificCodec

NEGLIGIBLE = 0.005  # share of the targets that may be too small for the least exponent
LEAST_ROOM = 0.02  # powers of ten
MOST_POWERS = 40


def scientific_for(
    y: Float[np.ndarray, " row"],
    sample_weight: Float[np.ndarray, " row"] | None = None,
    *,
    n_digits: int = 2,
    low: float | None = None,
    high: float | None = None,
    integer: bool = False,
    margin: float = 0.05,
) -> Codec:
    """Return scientific notation whose exponents, signs and ends are those of the targets, in data units.

    The range is that of the targets, widened by the margin, measured in powers of ten, as that of a logarithmic scaling
    is. Whole exponents of room would be numbers that no target takes, and their size would let the smallest probability
    move a mean. The least size is that among the targets that are not 0, but for half a per cent of them: rounding
    noise around zero does not count as orders of magnitude. No sign is written where all targets are positive, and none
    but zero's where they are not negative.

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
    margin
        Fraction of the powers of ten that the targets span to add on each side, within the bounds.

    Examples
    --------
    >>> codec = scientific_for(np.array([3.0, 250.0, 99_000.0]))
    >>> codec.codec.min_exponent, codec.codec.max_exponent, codec.codec.signs
    (0, 5, 'positive')
    >>> [round(end, 1) for end in codec.span]
    [1.8, 166556.2]
    """
    values, weights = distinct_values(y, sample_weight)
    smallest, largest = _sizes(values, weights)
    factor = 10 ** max(margin * math.log10(largest / smallest), LEAST_ROOM)
    ends = _ends(float(values[0]), float(values[-1]), smallest, factor)
    if integer:  # at least one number more
        ends = (min(ends[0], values[0] - 1 if values[0] != 0 else 0.0), max(ends[1], values[-1] + (values[-1] != 0)))
    ends = (ends[0] if low is None else max(ends[0], low), ends[1] if high is None else min(ends[1], high))
    least, most = _exponent(smallest / factor), _exponent(max(map(abs, ends)))
    whole = integer and least < n_digits - 1  # from there on, all numbers are whole anyway
    codec = ScientificCodec(
        n_digits=n_digits,
        min_exponent=0 if whole else min(least, most),
        max_exponent=max(most, 0) if whole else most,
        signs="positive" if values[0] > 0 else "non_negative" if values[0] == 0 else "all",
        integer=whole,
    )
    lowest, highest = codec.span
    bounds = {
        "low": ends[0] if ends[0] > lowest and (values[0] != 0 or low is not None) else None,
        "high": ends[1] if ends[1] < highest else None,
    }
    return codec if set(bounds.values()) == {None} else Bounded(codec, **bounds)


def _sizes(values: Float[np.ndarray, " value"], weights: Float[np.ndarray, " value"]) -> tuple[float, float]:
    """Return the least size that matters and the greatest, both above 0; 1 if all targets are 0."""
    sizes, size_weights = distinct_values(np.abs(values), weights)
    present = sizes > 0
    if not present.any():
        return 1.0, 1.0
    cumulated = np.cumsum(size_weights[present])
    smallest = sizes[present][np.searchsorted(cumulated, NEGLIGIBLE * cumulated[-1], side="right")]
    largest = float(sizes[-1])
    return max(float(smallest), largest / 10.0**MOST_POWERS), largest


def _ends(first: float, last: float, smallest: float, factor: float) -> tuple[float, float]:
    """Return the range of the targets, widened: away from zero on its own side of it, towards it on the other."""
    low = first * factor if first < 0 else smallest / factor if first > 0 else 0.0
    if last == 0:
        return low, 0.0 if first < 0 else 10.0
    return low, last * factor if last > 0 else -smallest / factor


def _exponent(size: float) -> int:
    """Return the exponent of the first digit of a number above 0.

    Examples
    --------
    >>> _exponent(999.0), _exponent(1000.0), _exponent(0.02)
    (2, 3, -2)
    """
    return int(f"{size:.15e}".split("e")[1])
