"""How far a share may stray by chance when everything is as it should be."""

import numpy as np
from numpy.typing import ArrayLike


def chance_band(
    probability: float | ArrayLike, n_rows: int | ArrayLike, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest and highest share of ``n_rows`` rows that chance explains, each pointwise.

    The count of hits is binomial; the band holds its central ``confidence``.

    Parameters
    ----------
    probability : array-like
        True probability of a hit.
    n_rows : array-like
        Number of rows each share is taken over, broadcast against ``probability``.
    confidence : float
        Probability inside the band.

    Examples
    --------
    >>> low, high = chance_band([0.5, 0.9], 100)
    >>> low, high
    (array([0.4 , 0.84]), array([0.6 , 0.95]))
    """
    from scipy.stats import binom

    outside = (1.0 - confidence) / 2.0
    rows = np.asarray(n_rows)
    low = binom.ppf(outside, rows, np.asarray(probability, dtype=np.float64)) / rows
    high = binom.ppf(1.0 - outside, rows, np.asarray(probability, dtype=np.float64)) / rows
    return np.asarray(low), np.asarray(high)
