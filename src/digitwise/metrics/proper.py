"""Proper scores of laws: lowest in expectation for the true law."""

from numpy.typing import ArrayLike

from digitwise.metrics.ends import width_and_fine
from digitwise.metrics.law import Law, checked_level, checked_levels, checked_truth
from digitwise.metrics.pinball import pinball
from digitwise.metrics.rows import weighted_mean


def mean_crps(law: Law, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
    """Return the mean continuous ranked probability score, in data units; lower is better.

    It is the mean absolute error of a law without spread, and lowest in expectation for the true
    law.

    Parameters
    ----------
    law
        One law per row.
    y
        True values ``(row,)`` in data units.
    sample_weight
        ``(row,)``, at least 0; a row of weight 2 counts as two rows.

    Raises
    ------
    ValueError
        If rows disagree, values are not finite, or weights are negative.

    References
    ----------
    Gneiting and Raftery (2007), "Strictly proper scoring rules, prediction, and estimation".

    Examples
    --------
    >>> from digitwise.distributions import GaussianMixture
    >>> law = GaussianMixture([[1.0], [1.0]], [[0.0], [5.0]], [[1.0], [1.0]])
    >>> round(mean_crps(law, [0.0, 5.0]), 4)
    0.2337
    """
    return weighted_mean(law.crps(checked_truth(law, y)), sample_weight)


def mean_nll(law: Law, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
    """Return the mean negative log density at the truth, in nats; lower is better.

    It changes by ``log c`` when the target is multiplied by ``c``, and is infinite as soon as one
    target lies where its law has no mass. For point masses it is made of masses, not densities: do
    not compare the two.

    Parameters
    ----------
    law
        One law per row.
    y
        True values ``(row,)`` in data units.
    sample_weight
        ``(row,)``, at least 0; a row of weight 2 counts as two rows.

    Raises
    ------
    ValueError
        If rows disagree, values are not finite, or weights are negative.

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> round(mean_nll(Histogram([0.0, 2.0], [[1.0]]), [0.5]), 4)  # log 2
    0.6931
    """
    return weighted_mean(-law.log_prob(checked_truth(law, y)), sample_weight)


def interval_score(law: Law, y: ArrayLike, level: float = 0.9, sample_weight: ArrayLike | None = None) -> float:
    """Return the mean interval score: width plus ``2 / (1 - level)`` times the miss; lower is best.

    In data units. It rewards narrow intervals and fines every miss by its distance.

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

    References
    ----------
    Gneiting and Raftery (2007), "Strictly proper scoring rules, prediction, and estimation".

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> law = Histogram([0.0, 10.0], [[1.0]])
    >>> round(interval_score(law, [10.5], level=0.9), 6)  # 9 + 20 * (10.5 - 9.5)
    29.0
    """
    truth, ends = checked_truth(law, y), law.interval(checked_level(level))
    return weighted_mean(width_and_fine(ends, truth, level), sample_weight)


def pinball_loss(law: Law, y: ArrayLike, q: float | ArrayLike, sample_weight: ArrayLike | None = None) -> float:
    """Return the mean quantile loss, in data units; with several levels the mean over them.

    An under-prediction costs ``q`` per unit, an over-prediction ``1 - q``. Twice its integral
    over all levels is the CRPS.

    Parameters
    ----------
    law
        One law per row.
    y
        True values ``(row,)`` in data units.
    q
        One level or levels ``(quantile,)``, strictly between 0 and 1.
    sample_weight
        ``(row,)``, at least 0; a row of weight 2 counts as two rows.

    Raises
    ------
    ValueError
        If rows disagree, values are not finite, weights are negative, or a level is out of range.

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> round(pinball_loss(Histogram([0.0, 1.0], [[1.0]]), [0.8], q=0.5), 6)
    0.15
    """
    truth, levels = checked_truth(law, y), checked_levels(q)
    loss = pinball(law.quantile(levels), truth[:, None], levels)
    return weighted_mean(loss.mean(axis=1), sample_weight)
