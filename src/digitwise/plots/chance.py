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


def binomial_interval(
    n_hits: int | ArrayLike, n_rows: int | ArrayLike, confidence: float = 0.95
) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest and highest probability that a number of hits speaks for, each on its own.

    The exact interval: it holds the true probability at least with ``confidence``, however few the rows.

    Parameters
    ----------
    n_hits, n_rows : array-like
        Hits, and rows they are counted over; at least one row.
    confidence : float
        Probability that the interval holds the truth.

    References
    ----------
    Clopper and Pearson (1934), "The use of confidence or fiducial limits illustrated in the case of the binomial".

    Examples
    --------
    >>> low, high = binomial_interval([9, 10], 10)
    >>> low.round(3), high.round(3)
    (array([0.555, 0.692]), array([0.997, 1.   ]))
    """
    from scipy.stats import beta

    outside = (1.0 - confidence) / 2.0
    hits, rows = (np.asarray(n, dtype=np.float64) for n in (n_hits, n_rows))
    misses = rows - hits
    low = np.where(hits > 0, beta.ppf(outside, np.maximum(hits, 0.5), misses + 1.0), 0.0)
    high = np.where(misses > 0, beta.ppf(1.0 - outside, hits + 1.0, np.maximum(misses, 0.5)), 1.0)
    return low, high
