"""Scores of whole laws where of an outcome only an interval is known."""

from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from digitwise.metrics.rows import FloatArray, weighted_mean


@runtime_checkable
class IntervalLaw(Protocol):
    """The verbs that these metrics ask of a law: one law per row, in data units."""

    def __len__(self) -> int:
        """Return the number of rows."""
        ...

    def crps_of_interval(self, low: FloatArray, high: FloatArray) -> Float[FloatArray, "row ..."]:
        """Return the score of an outcome between ``low`` and ``high``."""
        ...

    def log_prob_of_interval(self, low: FloatArray, high: FloatArray) -> Float[FloatArray, "row ..."]:
        """Return the log probability of an outcome between ``low`` and ``high``."""
        ...


def interval_crps(low: ArrayLike, high: ArrayLike, law: IntervalLaw, sample_weight: ArrayLike | None = None) -> float:
    """Return the mean continuous ranked probability score of intervals, in data units; lower is better.

    What a law says within a row's interval is not judged: the score is the integral of ``F²`` below it
    plus that of ``(1 - F)²`` above it. Where every outcome is known it is `mean_crps`. An unknown
    outcome scores 0, so compare laws on the same intervals only. And compare them by `interval_nll`
    too: this score is not proper, and may prefer laws that end where outcomes were cut off.

    Parameters
    ----------
    low, high
        Ends ``(row,)`` of the interval that holds the outcome, in data units: equal where the outcome is
        known, ``-inf`` or ``inf`` where an end is not.
    law
        One law per row: a `Histogram` or `Atoms`.
    sample_weight
        ``(row,)``, at least 0; a row of weight 2 counts as two rows.

    Raises
    ------
    ValueError
        If rows disagree, NaN is among the ends, ``low`` is above ``high``, or weights are negative.
    TypeError
        If the law does not score intervals.

    References
    ----------
    Avati, Duan, Zhou, Jung, Shah and Ng (2019), "Countdown Regression: Sharp and Calibrated Survival
    Predictions", https://arxiv.org/abs/1806.08324.
    Rindt, Hu, Steinsaltz and Sejdinovic (2022), "Survival Regression with Proper Scoring Rules and
    Monotonic Neural Networks", https://arxiv.org/abs/2103.14755, which proves that it is not
    proper.

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> law = Histogram([0.0, 1.0], [[1.0], [1.0]])
    >>> round(interval_crps([0.5, 0.5], [0.5, np.inf], law), 4)  # known, and somewhere above: 1/12, 1/24
    0.0625
    """
    return weighted_mean(law.crps_of_interval(*_ends(low, high, law)), sample_weight)


def interval_nll(low: ArrayLike, high: ArrayLike, law: IntervalLaw, sample_weight: ArrayLike | None = None) -> float:
    """Return the mean negative log probability of intervals, in nats; lower is better.

    The likelihood of censored data: where the outcome is known (``low == high``) its density counts,
    elsewhere the probability of the interval. Where every outcome is known it is `mean_nll`. Lowest in
    expectation for the true law, as long as where outcomes are cut has nothing to do with them.

    Parameters
    ----------
    low, high
        Ends ``(row,)`` of the interval that holds the outcome, in data units: equal where the outcome is
        known, ``-inf`` or ``inf`` where an end is not.
    law
        One law per row: a `Histogram` or `Atoms`.
    sample_weight
        ``(row,)``, at least 0; a row of weight 2 counts as two rows.

    Raises
    ------
    ValueError
        If rows disagree, NaN is among the ends, ``low`` is above ``high``, or weights are negative.
    TypeError
        If the law does not score intervals.

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> law = Histogram([0.0, 2.0], [[1.0], [1.0]])
    >>> round(interval_nll([0.5, 1.0], [0.5, np.inf], law), 4)  # a density of 1/2 and a probability of 1/2
    0.6931
    """
    return weighted_mean(-law.log_prob_of_interval(*_ends(low, high, law)), sample_weight)


def _ends(
    low: ArrayLike, high: ArrayLike, law: IntervalLaw
) -> tuple[Float[FloatArray, " row"], Float[FloatArray, " row"]]:
    if not isinstance(law, IntervalLaw):
        raise TypeError(
            f"law must score intervals, but a {type(law).__name__} has no crps_of_interval and "
            "log_prob_of_interval. Use a Histogram or Atoms."
        )
    start, end = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    if len(law) == 0 or not start.shape == end.shape == (len(law),):
        raise ValueError(
            "low and high must hold one number for each row of the law, at least 1, but got shapes "
            f"{start.shape} and {end.shape} for {len(law)} rows. Index all with the same rows."
        )
    return start, end
