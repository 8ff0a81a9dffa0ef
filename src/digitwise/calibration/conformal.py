"""Split conformal prediction: intervals that hold what they promise, for any law, in finite samples."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from digitwise.calibration.scores import Score, resolve_score
from digitwise.calibration.thresholds import conformal_quantile
from digitwise.distributions import Distribution
from digitwise.distributions.probabilities import FloatArray
from digitwise.metrics.rows import checked_vector, checked_weight


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class SplitConformal:
    r"""Scores of calibration rows, and the intervals of new rows that follow from them.

    **Guarantee.** Let the calibration rows and a new row be exchangeable given the model: it never saw any of them.
    Then the interval of coverage :math:`1 - \alpha` holds the new outcome with probability at least
    :math:`1 - \alpha`, for every law, right or wrong, with atoms and ties, and any number :math:`n` of rows.
    If no two scores are equal, also with less than :math:`1 - \alpha + 1 / (n + 1)`, with both sides jointly. The
    probability is over calibration rows and new row together: given the calibration rows, coverage has a beta law with
    a standard deviation of about :math:`\sqrt{\alpha (1 - \alpha) / n}`. It does not hold for each ``x`` by itself; see
    `GroupConformal` for groups.

    Parameters
    ----------
    score
        The scale on which outcomes are out.
    low_scores, high_scores
        Of the calibration rows, for each side.
    weight
        Of the calibration rows, or None.
    separate_tails
        Whether each side leaves out half of the rest by itself (which never promises less), or both do together.

    References
    ----------
    Vovk, Gammerman and Shafer (2005), "Algorithmic Learning in a Random World"; Romano, Patterson and Candès, arXiv
    1905.03222; Chernozhukov, Wüthrich and Zhu, arXiv 1909.07889, for scores from the predicted cdf.

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> law = Histogram([0.0, 10.0], [[1.0]] * 19)  # says 0 to 10, but outcomes reach from 2.5 to 7.5
    >>> conformal = SplitConformal.fit(law, np.linspace(2.5, 7.5, 19))
    >>> conformal.interval(law[:1], coverage=0.9).round(2)
    array([[2.5, 7.5]])
    """

    score: Score
    low_scores: Float[FloatArray, " calibration"]
    high_scores: Float[FloatArray, " calibration"]
    weight: Float[FloatArray, " calibration"] | None = None
    separate_tails: bool = False

    @classmethod
    def fit(
        cls,
        law: Distribution,
        y: ArrayLike,
        *,
        score: str | Score = "levels",
        sample_weight: ArrayLike | None = None,
        separate_tails: bool = False,
    ) -> "SplitConformal":
        """Return what calibration rows say.

        Parameters
        ----------
        law, y
            Predicted laws and outcomes of rows that the model has not seen.
        score
            ``"levels"`` (from the law's cdf), ``"distance"`` (from its interval, in data units), ``"scaled_distance"``
            (in widths of that interval), or an object.
        sample_weight
            ``(row,)``; see `conformal_quantile` for what weights mean. Rows of weight 0 are absent.
        separate_tails
            See the class.

        Raises
        ------
        ValueError
            If rows disagree, outcomes are not finite, weights are negative, or the score is unknown.
        """
        truth = checked_vector(y, "y")
        if len(truth) != len(law):
            raise ValueError(f"law and y must have the same rows, but got {len(law)} and {len(truth)}.")
        chosen, weight = resolve_score(score), None
        if sample_weight is not None:
            weight = checked_weight(sample_weight, len(truth))
            present = np.flatnonzero(weight > 0.0)
            law, truth, weight = law[present], truth[present], weight[present]
        return cls(
            score=chosen,
            low_scores=chosen.low_score(law, truth),
            high_scores=chosen.high_score(law, truth),
            weight=weight,
            separate_tails=separate_tails,
        )

    def __len__(self) -> int:
        """Return the number of calibration rows."""
        return len(self.low_scores)

    def thresholds(self, coverage: float, test_weight: ArrayLike | None = None) -> Float[FloatArray, "side ..."]:
        """Return the scores that the lower and the upper end reach to; one column per new row with a weight."""
        if self.separate_tails:
            each = (1.0 + coverage) / 2.0
            ends = [
                conformal_quantile(scores, each, self.weight, test_weight)
                for scores in (self.low_scores, self.high_scores)
            ]
            return np.stack(ends)
        both = conformal_quantile(np.maximum(self.low_scores, self.high_scores), coverage, self.weight, test_weight)
        return np.stack([both, both])

    def interval(
        self, law: Distribution, coverage: float = 0.9, test_weight: ArrayLike | None = None
    ) -> Float[FloatArray, "row 2"]:
        """Return the interval of each row; infinite where there are too few calibration rows (`rows_needed`).

        Parameters
        ----------
        law
            Predicted laws of new rows.
        coverage
            What the intervals promise to hold.
        test_weight
            Of the new rows, if the calibration rows have weights; see `conformal_quantile`.

        Raises
        ------
        ValueError
            If coverage leaves [0, 1], or weights are negative or do not fit the rows.
        """
        return interval_between(self.score, law, self.thresholds(coverage, test_weight))

    def to_dict(self) -> dict[str, Any]:
        """Return all but the score as plain values and arrays: what `from_dict` restores."""
        return {
            "low_scores": self.low_scores,
            "high_scores": self.high_scores,
            "weight": self.weight,
            "separate_tails": self.separate_tails,
        }

    @classmethod
    def from_dict(cls, state: Mapping[str, Any], score: Score) -> "SplitConformal":
        """Return what `to_dict` described."""
        return cls(
            score=score,
            low_scores=state["low_scores"],
            high_scores=state["high_scores"],
            weight=state["weight"],
            separate_tails=state["separate_tails"],
        )


def interval_between(
    score: Score, law: Distribution, thresholds: Float[FloatArray, "side ..."]
) -> Float[FloatArray, "row 2"]:
    """Return each row's interval between two thresholds, the same for all rows or each row its own.

    An interval whose ends have crossed holds nothing; the law's median is returned in its place.

    Raises
    ------
    ValueError
        If there is one threshold per row for other rows.
    """
    n_rows = len(law)
    if thresholds.ndim == 2 and thresholds.shape[1] != n_rows:
        raise ValueError(f"test_weight must hold one weight per row, here {n_rows}, but got {thresholds.shape[1]}.")
    low_t, high_t = (np.broadcast_to(side, (n_rows,))[:, None] for side in thresholds)
    ends = np.concatenate([score.low_end(law, low_t), score.high_end(law, high_t)], axis=1)
    return or_median(ends, law)


def or_median(ends: Float[FloatArray, "row 2"], law: Distribution) -> Float[FloatArray, "row 2"]:
    """Return the ends of intervals; where they have crossed, the law's median twice."""
    crossed = np.flatnonzero(ends[:, 0] > ends[:, 1])
    if len(crossed):
        ends[crossed] = law[crossed].median()[:, None]
    return ends
