"""CV+: conformal intervals from the models of several folds, so that every row both trains and calibrates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from digitwise.calibration.conformal import or_median
from digitwise.calibration.scores import Score, resolve_score
from digitwise.calibration.thresholds import conformal_rank
from digitwise.distributions import Distribution
from digitwise.distributions.probabilities import FloatArray
from digitwise.distributions.rows import row_batches
from digitwise.metrics.rows import checked_vector


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class CrossConformal:
    r"""Scores of all rows, each by the model that did not see it, and the intervals of new rows by all models.

    Row :math:`i` of fold :math:`k` reaches, around the law that model :math:`k` predicts for the new row, as far out as
    its own score. The interval is between the quantiles of these ends, over all :math:`n` rows.

    **Guarantee.** With exchangeable rows and a training procedure that does not depend on their order, coverage is at
    least :math:`1 - 2 \alpha - \min\{2 (1 - 1/K) / (n/K + 1), (1 - K/n) / (K + 1)\}` for :math:`K` equal folds, and
    about :math:`1 - \alpha` in practice. Use it where there are too few rows to set some aside.

    Parameters
    ----------
    score
        The scale on which outcomes are out.
    low_scores, high_scores
        ``(fold,)`` arrays: of the rows that each fold's model has not seen.
    separate_tails
        Whether each side leaves out half of the rest by itself.

    References
    ----------
    Barber, Candès, Ramdas and Tibshirani, arXiv 1905.02928; for nested intervals of any kind Gupta, Kuchibhotla and
    Ramdas, arXiv 1910.10562.

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> laws = [Histogram([k, k + 2.0], [[1.0]] * 10) for k in (0, 1)]
    >>> cross = CrossConformal.fit(laws, [np.linspace(0, 2, 10), np.linspace(1, 3, 10)])
    >>> cross.interval([law[:1] for law in laws], coverage=0.8).round(2)
    array([[0.22, 2.78]])
    """

    score: Score
    low_scores: tuple[Float[FloatArray, " _"], ...]
    high_scores: tuple[Float[FloatArray, " _"], ...]
    separate_tails: bool = False

    @classmethod
    def fit(
        cls,
        laws: Sequence[Distribution],
        y: Sequence[ArrayLike],
        *,
        score: str | Score = "levels",
        separate_tails: bool = False,
    ) -> "CrossConformal":
        """Return what the rows say that each fold leaves out.

        Parameters
        ----------
        laws, y
            For each fold, what its model predicts for the rows it has not seen, and their outcomes.
        score, separate_tails
            As of `SplitConformal.fit`.

        Raises
        ------
        ValueError
            If there are fewer than two folds, rows disagree, or outcomes are not finite.
        """
        if len(laws) != len(y) or len(laws) < 2:
            raise ValueError(
                f"Laws and outcomes must come for the same folds, at least 2, but got {len(laws)} and {len(y)}."
            )
        truths = [checked_vector(outcomes, "y") for outcomes in y]
        for fold, (law, truth) in enumerate(zip(laws, truths, strict=True)):
            if len(law) != len(truth):
                raise ValueError(
                    f"law and y must have the same rows, but fold {fold} has {len(law)} and {len(truth)} of them."
                )
        chosen, both = resolve_score(score), list(zip(laws, truths, strict=True))
        return cls(
            score=chosen,
            low_scores=tuple(chosen.low_score(law, truth) for law, truth in both),
            high_scores=tuple(chosen.high_score(law, truth) for law, truth in both),
            separate_tails=separate_tails,
        )

    def __len__(self) -> int:
        """Return the number of calibration rows."""
        return sum(len(scores) for scores in self.low_scores)

    def interval(self, laws: Sequence[Distribution], coverage: float = 0.9) -> Float[FloatArray, "row 2"]:
        """Return the interval of each row; infinite where there are too few calibration rows (`rows_needed`).

        Parameters
        ----------
        laws
            What each fold's model predicts for the new rows.
        coverage
            What the intervals aim to hold.

        Raises
        ------
        ValueError
            If there is not one law per fold, or coverage leaves [0, 1].
        """
        if len(laws) != len(self.low_scores):
            raise ValueError(f"There must be one law per fold, here {len(self.low_scores)}, but got {len(laws)}.")
        rank = conformal_rank(len(self), (1.0 + coverage) / 2.0 if self.separate_tails else coverage)
        n_rows = len(laws[0])
        if rank > len(self):
            return np.tile([-np.inf, np.inf], (n_rows, 1))
        ends = np.empty((n_rows, 2))
        for rows in row_batches(n_rows, len(self)):
            part = [law[rows] for law in laws]
            low, high = (np.concatenate(side, axis=1) for side in zip(*self._ends(part), strict=True))
            ends[rows, 0] = -np.partition(-low, rank - 1, axis=1)[:, rank - 1]
            ends[rows, 1] = np.partition(high, rank - 1, axis=1)[:, rank - 1]
        return or_median(ends, laws[0])

    def to_dict(self) -> dict[str, Any]:
        """Return all but the score as plain values and arrays: what `from_dict` restores."""
        return {
            "low_scores": list(self.low_scores),
            "high_scores": list(self.high_scores),
            "separate_tails": self.separate_tails,
        }

    @classmethod
    def from_dict(cls, state: Mapping[str, Any], score: Score) -> "CrossConformal":
        """Return what `to_dict` described."""
        return cls(
            score=score,
            low_scores=tuple(state["low_scores"]),
            high_scores=tuple(state["high_scores"]),
            separate_tails=state["separate_tails"],
        )

    def _ends(
        self, laws: Sequence[Distribution]
    ) -> list[tuple[Float[FloatArray, "row _"], Float[FloatArray, "row _"]]]:
        """Return, fold by fold, how far each of its rows reaches around the laws of its model."""
        ends = []
        for law, low, high in zip(laws, self.low_scores, self.high_scores, strict=True):
            low_t, high_t = (low, high) if self.separate_tails else (np.maximum(low, high),) * 2
            shape = (len(law), len(low))
            ends.append(
                (
                    self.score.low_end(law, np.broadcast_to(low_t, shape)),
                    self.score.high_end(law, np.broadcast_to(high_t, shape)),
                )
            )
        return ends
