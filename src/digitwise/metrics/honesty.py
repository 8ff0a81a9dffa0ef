"""Whether laws hold what they say, and how wide they are: coverage, width, the probability integral transform."""

from typing import TypeAlias

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from digitwise.metrics.ends import is_inside
from digitwise.metrics.law import Law, checked_level, checked_levels, checked_rows, checked_truth
from digitwise.metrics.rows import FloatArray, checked_weight, weighted_mean

Seed: TypeAlias = int | np.random.Generator | None


def coverage(law: Law, y: ArrayLike, level: float = 0.9, sample_weight: ArrayLike | None = None) -> float:
    """Return the share of rows whose central interval holds the truth; it should be near level.

    Parameters
    ----------
    law
        One law per row.
    y
        True values ``(row,)`` in data units.
    level
        Nominal coverage of the central interval, strictly between 0 and 1.
    sample_weight
        ``(row,)``, at least 0; a row of weight 2 counts as two rows.

    Raises
    ------
    ValueError
        If rows disagree, values are not finite, weights are negative, or level is out of range.

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> law = Histogram([0.0, 1.0], [[1.0], [1.0]])
    >>> coverage(law, [0.5, 0.99], level=0.9)
    0.5
    """
    truth, ends = checked_truth(law, y), law.interval(checked_level(level))
    return weighted_mean(is_inside(ends, truth).astype(np.float64), sample_weight)


def mean_width(law: Law, level: float = 0.9, sample_weight: ArrayLike | None = None) -> float:
    """Return the mean width of the central intervals, in data units; narrow is good if it covers.

    Parameters
    ----------
    law
        One law per row.
    level
        Nominal coverage of the central interval, strictly between 0 and 1.
    sample_weight
        ``(row,)``, at least 0; a row of weight 2 counts as two rows.

    Raises
    ------
    ValueError
        If there is no row, weights do not fit or are negative, or level is out of range.

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> round(mean_width(Histogram([0.0, 10.0], [[1.0]]), level=0.9), 6)
    9.0
    """
    checked_rows(law)
    ends = law.interval(checked_level(level))
    return weighted_mean(ends[:, 1] - ends[:, 0], sample_weight)


def pit(law: Law, y: ArrayLike, random_state: Seed = 0) -> Float[FloatArray, " row"]:
    """Return the probability integral transform of each row: uniform on [0, 1] for calibrated laws.

    For a continuous law this is ``cdf(y)``. Where ``y`` carries a point mass the cdf jumps there,
    and the value is drawn uniformly from the jump: without that, even perfect laws of point
    masses would not come out uniform. The default seed makes the answer repeatable.

    Parameters
    ----------
    law
        One law per row.
    y
        True values ``(row,)`` in data units.
    random_state
        Seed or generator for the place within a jump.

    Raises
    ------
    ValueError
        If rows disagree or values are not finite.

    References
    ----------
    Czado, Gneiting and Held (2009), "Predictive model assessment for count data", for the
    randomised transform.

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> pit(Histogram([0.0, 1.0], [[1.0], [1.0]]), [0.25, 2.0]).round(6)
    array([0.25, 1.  ])
    """
    truth = checked_truth(law, y)
    after, before = law.cdf(truth), law.cdf(np.nextafter(truth, -np.inf))
    share = np.random.default_rng(random_state).random(len(truth))
    value: FloatArray = before + share * (after - before)
    return value


def reliability(
    law: Law,
    y: ArrayLike,
    levels: ArrayLike | None = None,
    sample_weight: ArrayLike | None = None,
) -> tuple[Float[FloatArray, " quantile"], Float[FloatArray, " quantile"]]:
    """Return nominal and observed coverage of central intervals; equal where the law is calibrated.

    Observed below nominal: the law is too sure of itself.

    Parameters
    ----------
    law
        One law per row.
    y
        True values ``(row,)`` in data units.
    levels
        Nominal coverages ``(quantile,)``, strictly between 0 and 1; by default 0.05, 0.10, …, 0.95.
    sample_weight
        ``(row,)``, at least 0; a row of weight 2 counts as two rows.

    Raises
    ------
    ValueError
        If rows disagree, values are not finite, weights are negative, or a level is out of range.

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> law = Histogram([0.0, 1.0], [[1.0], [1.0]])
    >>> nominal, observed = reliability(law, [0.5, 0.8], levels=[0.5, 0.9])
    >>> observed
    array([0.5, 1. ])
    """
    truth = checked_truth(law, y)
    nominal = checked_levels(np.arange(1, 20) / 20.0 if levels is None else levels)
    weight = checked_weight(sample_weight, len(truth))
    low = law.quantile((1.0 - nominal) / 2.0)
    high = law.quantile((1.0 + nominal) / 2.0)
    inside = (low <= truth[:, None]) & (truth[:, None] <= high)
    return nominal, np.average(inside, axis=0, weights=weight)
