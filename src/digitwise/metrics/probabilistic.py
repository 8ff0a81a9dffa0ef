"""Scores of whole laws: sharpness and calibration of a distribution per row."""

from typing import Protocol, TypeAlias, runtime_checkable

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from digitwise.metrics.ends import is_inside, width_and_fine
from digitwise.metrics.pinball import pinball
from digitwise.metrics.rows import FloatArray, checked_vector, checked_weight, weighted_mean

Seed: TypeAlias = int | np.random.Generator | None


@runtime_checkable
class Law(Protocol):
    """The verbs that metrics ask of a law: one law per row, in data units."""

    def __len__(self) -> int:
        """Return the number of rows."""
        ...

    def quantile(self, q: float | FloatArray) -> Float[FloatArray, "row ..."]:
        """Return the quantiles of each row's law."""
        ...

    def interval(self, coverage: float = 0.9) -> Float[FloatArray, "row 2"]:
        """Return the central interval of each row's law."""
        ...

    def cdf(self, y: FloatArray) -> Float[FloatArray, "row ..."]:
        """Return the cumulative probability at ``y``."""
        ...

    def log_prob(self, y: FloatArray) -> Float[FloatArray, "row ..."]:
        """Return the log density at ``y``."""
        ...

    def crps(self, y: FloatArray) -> Float[FloatArray, "row ..."]:
        """Return the continuous ranked probability score at ``y``."""
        ...


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
    return weighted_mean(law.crps(_truth(law, y)), sample_weight)


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
    return weighted_mean(-law.log_prob(_truth(law, y)), sample_weight)


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
    truth, ends = _truth(law, y), law.interval(_checked_level(level))
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
    _checked_rows(law)
    ends = law.interval(_checked_level(level))
    return weighted_mean(ends[:, 1] - ends[:, 0], sample_weight)


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
    truth, ends = _truth(law, y), law.interval(_checked_level(level))
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
    truth, levels = _truth(law, y), _checked_levels(q)
    loss = pinball(law.quantile(levels), truth[:, None], levels)
    return weighted_mean(loss.mean(axis=1), sample_weight)


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
    truth = _truth(law, y)
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
    truth = _truth(law, y)
    nominal = _checked_levels(np.arange(1, 20) / 20.0 if levels is None else levels)
    weight = checked_weight(sample_weight, len(truth))
    low = law.quantile((1.0 - nominal) / 2.0)
    high = law.quantile((1.0 + nominal) / 2.0)
    inside = (low <= truth[:, None]) & (truth[:, None] <= high)
    return nominal, np.average(inside, axis=0, weights=weight)


def _checked_rows(law: Law) -> int:
    if len(law) == 0:
        raise ValueError("A metric needs at least 1 row, but the law has none.")
    return len(law)


def _truth(law: Law, y: ArrayLike) -> Float[FloatArray, " row"]:
    truth = checked_vector(y, "y")
    if len(truth) != _checked_rows(law):
        raise ValueError(
            f"law and y must have the same rows, but got {len(law)} and {len(truth)}. Index both with the same rows."
        )
    return truth


def _checked_level(level: float) -> float:
    return float(_checked_levels(level)[0])


def _checked_levels(levels: ArrayLike | float) -> Float[FloatArray, " quantile"]:
    values = np.atleast_1d(np.asarray(levels, dtype=np.float64))
    if values.ndim != 1 or not np.all((values > 0.0) & (values < 1.0)):
        raise ValueError(f"Levels must lie strictly between 0 and 1, but got {levels!r}. For 90 % pass 0.9.")
    return values
