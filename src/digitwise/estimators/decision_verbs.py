"""Verbs that decide: the best answer under a loss, and what optimisation loops ask of a law."""

from typing import Any

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from digitwise.calibration import Loss, best_answer, expected_improvement
from digitwise.estimators.law_verbs import LawVerbs


class DecisionVerbs(LawVerbs):
    """Verbs that ask one number of each law; needs laws of one target."""

    def predict(self, X: Any, loss: Loss | None = None) -> Float[np.ndarray, " row"]:
        """Return the point estimate of each row, in the units of ``y``.

        Parameters
        ----------
        X
            Features.
        loss
            What a wrong answer costs: the answer with the lowest expected loss is returned. ``"squared"``,
            ``"absolute"``, ``"pinball(0.9)"``, ``"relative"``, ``"relative(2.5)"`` or a function
            ``loss(prediction, y)`` of arrays; see `digitwise.calibration.best_answer`. None is ``point_estimate``.
        """
        if loss is None:
            return super().predict(X)
        return self._read(X, lambda law: best_answer(law, loss))

    def prob_above(self, X: Any, threshold: float | ArrayLike) -> Float[np.ndarray, " row"]:
        """Return the probability of a value above the threshold: one number, or one for each row."""
        return self._read(X, lambda law, threshold: law.prob_above(threshold), self._each(X, threshold, "threshold"))

    def expected_improvement(
        self, X: Any, best: float | ArrayLike, *, minimize: bool = False
    ) -> Float[np.ndarray, " row"]:
        """Return how much each row is expected to improve on the best outcome so far; never negative.

        Parameters
        ----------
        X
            Candidates.
        best
            In the units of ``y``: one number, or one for each row.
        minimize
            Whether less is better.
        """
        return self._read(
            X, lambda law, best: expected_improvement(law, best, minimize=minimize), self._each(X, best, "best")
        )

    def upper_confidence_bound(self, X: Any, level: float = 0.9) -> Float[np.ndarray, " row"]:
        """Return what each row stays below with a probability of ``level``: its quantile.

        Candidates with a high bound are worth a try. Where less is better, ask for a low level such as 0.1 and take the
        lowest.
        """
        if not 0.0 < level < 1.0:
            raise ValueError(f"level must lie strictly between 0 and 1, but got {level}.")
        return self._read(X, lambda law: law.quantile(level))

    def _each(self, X: Any, value: float | ArrayLike, name: str) -> Float[np.ndarray, " row"]:
        """Return one number for each row."""
        numbers, n_rows = np.asarray(value, dtype=np.float64), len(X)
        if numbers.shape not in ((), (n_rows,)) or np.isnan(numbers).any():
            raise ValueError(f"{name} must be one number or one for each of the {n_rows} rows, but got {value!r}.")
        return np.broadcast_to(numbers, (n_rows,))
