"""The conformal quantile: the score that enough calibration rows stay below, with the correction for one row more."""

import math

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from digitwise.distributions.probabilities import FloatArray
from digitwise.metrics.rows import checked_weight

_ROUNDING = 1e-9  # 0.55 * 100 is 55.00000000000001, and asks for 55 rows


def conformal_quantile(
    scores: Float[FloatArray, " calibration"],
    coverage: float,
    weight: ArrayLike | None = None,
    test_weight: ArrayLike | None = None,
) -> Float[FloatArray, "..."]:
    """Return the smallest score that at least ``coverage`` of the calibration rows *and one more* stay within.

    Without weights that is the ``ceil((n + 1) * coverage)``-th smallest of ``n`` scores. If a new row's score is
    exchangeable with these, it is at most this number with probability ``coverage`` or more, and, where no two scores
    are equal, less than ``coverage + 1 / (n + 1)``. This holds for every ``n``. It is infinite where there are too few
    rows (see `rows_needed`).

    Parameters
    ----------
    scores
        Of the calibration rows; higher is worse.
    coverage
        Between 0 and 1.
    weight
        Of the calibration rows, at least 0; equal by default. Only ratios matter: weights are how much likelier a row
        is among those to come than here, or how far it is trusted, and no number of repetitions.
    test_weight
        Of the new rows: one number, or one for each of them. By default that of the heaviest calibration row.

    Raises
    ------
    ValueError
        If there are no scores, one is NaN, coverage leaves [0, 1], or weights are negative.

    References
    ----------
    Vovk, Gammerman and Shafer (2005), "Algorithmic Learning in a Random World"; Lei et al., arXiv 1604.04173. With
    weights: Tibshirani et al., arXiv 1904.06019, and Barber et al., arXiv 2202.13415.

    Examples
    --------
    >>> scores = np.array([4.0, 1.0, 2.0, 3.0])
    >>> conformal_quantile(scores, 0.6), conformal_quantile(scores, 0.9)
    (array(3.), array(inf))
    >>> conformal_quantile(scores, 0.6, weight=[0.0, 1.0, 1.0, 2.0], test_weight=[1.0, 9.0])
    array([ 3., inf])
    """
    numbers = np.asarray(scores, dtype=np.float64)
    if len(numbers) == 0 or np.isnan(numbers).any():
        raise ValueError(
            f"Scores must be numbers of at least 1 calibration row, but got {len(numbers)} with NaN or none."
        )
    if not 0.0 <= coverage <= 1.0:
        raise ValueError(f"coverage must lie in [0, 1], but got {coverage}. For 90 % pass 0.9.")
    weights = checked_weight(weight, len(numbers))
    new = np.asarray(weights.max() if test_weight is None else test_weight, dtype=np.float64)
    if not np.all((new >= 0.0) & np.isfinite(new)):
        raise ValueError(f"test_weight must be finite and at least 0, but the lowest is {new.min()}.")
    order = np.argsort(numbers, kind="stable")
    order = order[weights[order] > 0.0]
    mass = np.cumsum(weights[order])
    total = mass[-1] + new
    place = np.searchsorted(mass, coverage * total - _ROUNDING * total, side="left")
    answer: FloatArray = np.append(numbers[order], np.inf)[place]
    return np.asarray(answer)


def conformal_rank(n_rows: int, coverage: float) -> int:
    """Return which smallest of ``n_rows`` scores is the conformal quantile; one more than there are if none is.

    Examples
    --------
    >>> conformal_rank(10, 0.9), conformal_rank(8, 0.9)
    (10, 9)
    """
    if not 0.0 <= coverage <= 1.0:
        raise ValueError(f"coverage must lie in [0, 1], but got {coverage}. For 90 % pass 0.9.")
    return min(n_rows + 1, max(1, math.ceil((n_rows + 1) * (coverage - _ROUNDING))))


def rows_needed(coverage: float) -> int:
    """Return how many calibration rows it takes at least for intervals that are not infinite.

    Examples
    --------
    >>> rows_needed(0.9), rows_needed(0.99)
    (9, 99)
    """
    if not 0.0 <= coverage < 1.0:
        raise ValueError(f"coverage must lie in [0, 1), but got {coverage}. For 90 % pass 0.9.")
    return max(1, math.ceil(coverage / (1.0 - coverage) - _ROUNDING))
