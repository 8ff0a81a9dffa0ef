"""The energy score of weighted draws: how far they are from an outcome of several numbers, and from each other."""

import numpy as np
from jaxtyping import Float
from scipy.spatial.distance import pdist, squareform

from digitwise.distributions.probabilities import FloatArray


def energy_scores(
    draws: Float[FloatArray, "row draw target"],
    weights: Float[FloatArray, "row draw"] | None,
    y: Float[FloatArray, "row target"],
) -> Float[FloatArray, " row"]:
    r"""Return ``E‖X - y‖ - E‖X - X'‖ / 2`` for each row, Euclidean over the targets that are known.

    The second term is unbiased: a mean over pairs of different draws. So the expected score does not
    depend on how many draws there are, as it would if every draw were also paired with itself. The
    price is that a single row's score may be below 0.

    Parameters
    ----------
    draws
        At least two per row.
    weights
        Of the draws, each row summing to 1, at least two of them above 0; None for equal ones.
    y
        Outcomes; NaN where unknown. A row without any outcome has no score: NaN.

    Notes
    -----
    ``O(draw² target)`` per row in time, ``O(draw²)`` in memory.

    References
    ----------
    Gneiting and Raftery (2007), "Strictly proper scoring rules, prediction, and estimation".

    Examples
    --------
    >>> draws = np.array([[[0.0, 0.0], [3.0, 4.0]]])
    >>> energy_scores(draws, None, np.array([[0.0, 0.0]]))  # 5/2 - 5/2
    array([0.])
    >>> energy_scores(draws, None, np.array([[0.0, np.nan]]))  # 3/2 - 3/2
    array([0.])
    """
    score = np.full(len(draws), np.nan)
    known = ~np.isnan(y)
    for row in np.flatnonzero(known.any(axis=1)):
        x = draws[row][:, known[row]]
        distance = np.sqrt(np.sum((x - y[row, known[row]]) ** 2, axis=1))
        if weights is None:
            score[row] = distance.mean() - pdist(x).mean() / 2.0
        else:
            pairs = squareform(np.outer(weights[row], weights[row]), checks=False)
            score[row] = np.sum(weights[row] * distance) - np.average(pdist(x), weights=pairs) / 2.0
    return score
