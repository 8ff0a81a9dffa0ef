"""What it costs to decide by the law, by one prediction, or by one answer for all rows."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from digitwise.calibration.nodes import law_nodes
from digitwise.distributions import Distribution
from digitwise.distributions.probabilities import FloatArray
from digitwise.distributions.rows import row_batches
from digitwise.metrics.pinball import pinball
from digitwise.metrics.rows import checked_pair

LEVELS = (0.02, 0.05, *(k / 10 for k in range(1, 10)), 0.95, 0.98)


@dataclass(frozen=True, kw_only=True, eq=False)
class DecisionCosts:
    """Mean costs of decisions, by decision quantile.

    Parameters
    ----------
    levels
        Decision quantiles: at ``q`` a unit too little costs ``q``, a unit too much ``1 - q``.
    by_law
        What the ``q`` quantile of each row's law cost.
    expected
        What the laws expected that to cost.
    by_point
        What the point predictions cost, the same at every level.
    constant
        What the best single answer for all rows cost: the ``q`` quantile of the outcomes themselves.
    """

    levels: Float[FloatArray, " level"]
    by_law: Float[FloatArray, " level"]
    expected: Float[FloatArray, " level"]
    by_point: Float[FloatArray, " level"]
    constant: Float[FloatArray, " level"]


def decision_costs(law: Distribution, y: ArrayLike, prediction: ArrayLike, levels: ArrayLike = LEVELS) -> DecisionCosts:
    """Return what decisions cost where too little and too much cost differently.

    Parameters
    ----------
    law
        Predicted laws.
    y
        ``(row,)``: what came, data units.
    prediction
        ``(row,)``: one number for each row, such as the mean, used whatever the costs are.
    levels
        Decision quantiles, strictly between 0 and 1.

    Raises
    ------
    ValueError
        If rows disagree, values are not finite, or a level is out of range.

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> y = np.linspace(0.0, 1.0, 11)
    >>> costs = decision_costs(Histogram([0.0, 1.0], [[1.0]] * 11), y, np.full(11, 0.5), [0.5, 0.9])
    >>> costs.by_law.round(3), costs.by_point.round(3)
    (array([0.136, 0.049]), array([0.136, 0.136]))
    """
    at = np.asarray(levels, dtype=np.float64)
    if at.ndim != 1 or not ((at > 0.0) & (at < 1.0)).all():
        raise ValueError(f"levels must be a list of numbers strictly between 0 and 1, but got {at}.")
    truth, point = checked_pair(y, prediction)
    if len(law) != len(truth):
        raise ValueError(f"law and y must have the same rows, but got {len(law)} and {len(truth)}.")
    answers = law.quantile(at)
    return DecisionCosts(
        levels=at,
        by_law=pinball(answers, truth[:, None], at).mean(axis=0),
        expected=_expected(law, answers, at).mean(axis=0),
        by_point=pinball(point[:, None], truth[:, None], at).mean(axis=0),
        constant=pinball(np.quantile(truth, at, method="inverted_cdf")[None, :], truth[:, None], at).mean(axis=0),
    )


def _expected(
    law: Distribution, answers: Float[FloatArray, "row level"], levels: Float[FloatArray, " level"]
) -> Float[FloatArray, "row level"]:
    """Return what each answer costs on average under its law."""
    expected = np.empty_like(answers)
    n_nodes = law_nodes(law[:1])[0].shape[1] if len(law) else 1
    for rows in row_batches(len(law), n_nodes * len(levels)):
        values, weights = law_nodes(law[rows])
        cost = pinball(answers[rows, :, None], values[:, None, :], levels[:, None])
        expected[rows] = np.einsum("rln,rn->rl", cost, weights)
    return expected
