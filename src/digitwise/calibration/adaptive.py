"""Conformal intervals for rows in time order: after each outcome the next interval becomes wider or narrower."""

from typing import Protocol, final, runtime_checkable

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from digitwise.calibration.conformal import interval_between
from digitwise.calibration.scores import Score, resolve_score
from digitwise.calibration.thresholds import conformal_quantile
from digitwise.distributions import Distribution
from digitwise.distributions.probabilities import FloatArray
from digitwise.metrics.rows import checked_vector


@runtime_checkable
class OnlineRule(Protocol):
    """What turns the scores seen so far into the next threshold."""

    @property
    def threshold(self) -> float:
        """The score up to which the next interval reaches; minus infinity for an empty one."""
        ...

    def update(self, score: float) -> None:
        """Take in the score of the next outcome."""
        ...


@final
class OnlineConformal:
    """Intervals for one row after the other, each made before its outcome is known.

    No exchangeability is needed: the promise is about the long run of whatever sequence comes (see the rules).

    Parameters
    ----------
    rule
        What decides on thresholds: `AdaptiveLevel` or `DecayingStep`.
    score
        As of `SplitConformal.fit`.

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> law = Histogram([-1.0, 1.0], [[1.0]])
    >>> online = OnlineConformal(AdaptiveLevel(coverage=0.5, step=0.1), score="distance")
    >>> online.interval(law)  # nothing is known yet
    array([[-inf,  inf]])
    >>> for outcome in [0.5, -2.0, 0.0]:
    ...     online.update(law, outcome)
    >>> online.interval(law).round(2)
    array([[-0.5,  0.5]])
    """

    def __init__(self, rule: OnlineRule, *, score: str | Score = "levels") -> None:
        if not isinstance(rule, OnlineRule):
            raise TypeError(f"rule must be one such as AdaptiveLevel(coverage=0.9), but got {rule!r}.")
        self.rule = rule
        self.score: Score = resolve_score(score)

    def interval(self, law: Distribution) -> Float[FloatArray, "row 2"]:
        """Return the interval of the next row, or of several if no outcome comes in between."""
        return interval_between(self.score, law, np.full((2,), self.rule.threshold))

    def update(self, law: Distribution, y: float | ArrayLike) -> None:
        """Take in outcomes, in time order.

        Raises
        ------
        ValueError
            If law and outcomes disagree, or one is not finite.
        """
        self._thresholds(law, y)

    def follow(self, law: Distribution, y: float | ArrayLike) -> Float[FloatArray, "row 2"]:
        """Return the interval that each row gets before its outcome is taken in.

        Raises
        ------
        ValueError
            If law and outcomes disagree, or one is not finite.
        """
        thresholds = self._thresholds(law, y)
        return interval_between(self.score, law, np.stack([thresholds, thresholds]))

    def _thresholds(self, law: Distribution, y: float | ArrayLike) -> Float[FloatArray, " row"]:
        truth = checked_vector(np.atleast_1d(np.asarray(y, dtype=np.float64)), "y")
        if len(truth) != len(law):
            raise ValueError(f"law and y must have the same rows, but got {len(law)} and {len(truth)}.")
        scores = np.maximum(self.score.low_score(law, truth), self.score.high_score(law, truth))
        thresholds = np.empty(len(scores))
        for row, score in enumerate(scores.tolist()):
            thresholds[row] = self.rule.threshold
            self.rule.update(score)
        return thresholds


@final
class AdaptiveLevel:
    r"""Adaptive conformal inference: a miss raises the level of the next quantile of scores, a hit lowers it.

    :math:`\alpha_{t+1} = \alpha_t + \gamma (\alpha - \mathrm{miss}_t)`; the threshold is the conformal quantile at
    :math:`1 - \alpha_t` of the scores seen so far. Over any :math:`T` steps of any sequence, the share of misses
    differs from :math:`\alpha` by at most :math:`(\max(\alpha, 1 - \alpha) + \gamma) / (\gamma T)`. Intervals are
    infinite while :math:`\alpha_t \le 0`, and empty while :math:`\alpha_t \ge 1`.

    Parameters
    ----------
    coverage
        Aim for the long run.
    step
        :math:`\gamma`: larger follows faster, and wavers more.
    window
        How many of the last scores are kept; None keeps all.

    References
    ----------
    Gibbs and Candès, arXiv 2106.00170.

    Examples
    --------
    >>> rule = AdaptiveLevel(coverage=0.8, step=0.05)
    >>> for score in [0.3, 0.1, 0.2, 0.4, 0.9]:
    ...     rule.update(score)
    >>> round(rule.alpha, 3), rule.threshold  # four hits while little was known, and a miss
    (0.2, 0.9)
    """

    def __init__(self, *, coverage: float = 0.9, step: float = 0.01, window: int | None = 1000) -> None:
        if not 0.0 < coverage < 1.0:
            raise ValueError(f"coverage must lie strictly between 0 and 1, but got {coverage}.")
        if not step > 0.0:
            raise ValueError(f"step must be positive, but got {step}.")
        if window is not None and window < 1:
            raise ValueError(f"window must be at least 1, or None, but got {window}.")
        self.coverage, self.step, self.window = coverage, step, window
        self.alpha = 1.0 - coverage
        self.scores: list[float] = []

    @property
    def threshold(self) -> float:
        """The score up to which the next interval reaches."""
        if self.alpha >= 1.0:
            return -np.inf
        if self.alpha <= 0.0 or not self.scores:
            return np.inf
        return float(conformal_quantile(np.array(self.scores), 1.0 - self.alpha))

    def update(self, score: float) -> None:
        """Take in the score of the next outcome."""
        missed = score > self.threshold
        self.alpha += self.step * (1.0 - self.coverage - missed)
        self.scores.append(score)
        if self.window is not None:
            del self.scores[: -self.window]


@final
class DecayingStep:
    r"""Online conformal prediction with steps that become smaller: the threshold itself moves after each outcome.

    :math:`q_{t+1} = q_t + \eta_t (\mathrm{miss}_t - \alpha)` with :math:`\eta_t = \eta \, t^{-1/2 - \epsilon}`.
    Whatever bounded scores come, the share of misses tends to :math:`\alpha`; where scores keep their law, the
    threshold tends to its quantile, so that intervals settle down.

    Parameters
    ----------
    coverage
        Aim for the long run.
    start
        The first threshold, for instance ``conformal_quantile`` of calibration rows' scores.
    step
        :math:`\eta`, in units of the score: of `Levels` a number such as 0.1; of distances, of their order.
    decay
        :math:`\epsilon`, between 0 and 1/2.

    References
    ----------
    Angelopoulos, Barber and Bates, arXiv 2402.01139.

    Examples
    --------
    >>> rule = DecayingStep(coverage=0.9, start=0.9, step=0.1)
    >>> rule.update(0.95)  # a miss
    >>> round(rule.threshold, 3)
    0.99
    """

    def __init__(self, *, coverage: float = 0.9, start: float, step: float = 0.1, decay: float = 0.1) -> None:
        if not 0.0 < coverage < 1.0:
            raise ValueError(f"coverage must lie strictly between 0 and 1, but got {coverage}.")
        if not step > 0.0:
            raise ValueError(f"step must be positive, but got {step}.")
        if not 0.0 < decay < 0.5:
            raise ValueError(f"decay must lie strictly between 0 and 0.5, but got {decay}.")
        if not np.isfinite(start):
            raise ValueError(f"start must be finite, but got {start}. Calibrate on more rows first.")
        self.coverage, self.step, self.decay = coverage, step, decay
        self.n_updates = 0
        self._threshold = float(start)

    @property
    def threshold(self) -> float:
        """The score up to which the next interval reaches."""
        return self._threshold

    def update(self, score: float) -> None:
        """Take in the score of the next outcome."""
        self.n_updates += 1
        missed = score > self._threshold
        self._threshold += self.step * self.n_updates ** (-0.5 - self.decay) * (missed - (1.0 - self.coverage))
