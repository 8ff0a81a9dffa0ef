"""One leaf for each whole number: exact digits for counts."""

import numpy as np
from jaxtyping import Float

from digitwise.codecs.affine_scaling import AffineScaling
from digitwise.codecs.bounded import Bounded
from digitwise.codecs.codec import Codec
from digitwise.codecs.normalized import NormalizedCodec

MOST_INTEGERS = 4096


def integer_lattice(
    y: Float[np.ndarray, " row"],
    *,
    low: float | None = None,
    high: float | None = None,
    margin: float = 0.05,
    most: int = MOST_INTEGERS,
) -> tuple[Codec, AffineScaling] | None:
    """Return binary digits, and the scaling in which each cell is one whole number; None where there would be too many.

    The range of the targets is widened by the margin, and to the next power of two; on both sides where there are
    negative targets, otherwise upwards, as counts do not go below 0. Cells reach half-way to the neighbours, and the
    outermost ones no further than the bounds.

    Parameters
    ----------
    y
        Training targets in data units, all whole numbers.
    low, high
        Bounds in data units, themselves allowed; None for none.
    margin
        Fraction of the range to add on each side, at least one number.
    most
        The largest number of cells.

    Examples
    --------
    >>> codec, scaling = integer_lattice(np.array([0.0, 2.0, 5.0]))
    >>> codec, scaling.low, scaling.high
    (NormalizedCodec(base=2, length=3), -0.5, 7.5)
    """
    smallest, largest = float(y.min()), float(y.max())
    room = max(1.0, float(np.ceil(margin * (largest - smallest))))
    floor, ceiling = -np.inf if low is None else np.ceil(low), np.inf if high is None else np.floor(high)
    first, last = max(smallest - room, floor), min(largest + room, ceiling)
    if smallest >= 0:
        first = max(first, 0.0)
    if last - first + 1 > most:
        return None
    length = max(2, int(np.ceil(np.log2(last - first + 1))))
    spare = 2**length - (last - first + 1)
    if smallest < 0:
        first = max(first - spare // 2, floor)
    codec = NormalizedCodec(base=2, length=length)
    scaling = AffineScaling(low=first - 0.5, high=first - 0.5 + 2**length)
    bounds = {
        "low": float(scaling.forward(low)) if low is not None and low > scaling.low else None,
        "high": float(scaling.forward(high)) if high is not None and high < scaling.high else None,
    }
    return codec if set(bounds.values()) == {None} else Bounded(codec, **bounds), scaling
