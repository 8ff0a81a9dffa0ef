"""What a trial may gain: the expected improvement over the best outcome so far, in closed form."""

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike
from scipy.special import ndtr

from digitwise.calibration.nodes import law_nodes
from digitwise.distributions import Atoms, Distribution, GaussianMixture, Histogram
from digitwise.distributions.probabilities import FloatArray
from digitwise.distributions.rows import per_row
from digitwise.distributions.tails import tail_pair


def expected_improvement(
    law: Distribution, best: float | ArrayLike, *, minimize: bool = False
) -> Float[FloatArray, " row"]:
    """Return the expectation of ``max(Y - best, 0)``, or of ``max(best - Y, 0)`` where less is better.

    Exact for atoms, histograms and Gaussian mixtures, however little there is to gain; by quadrature for other laws.

    Parameters
    ----------
    law
        Predicted laws.
    best
        The best outcome so far, data units: one number, or ``(row,)``.
    minimize
        Whether less is better.

    Raises
    ------
    ValueError
        If ``best`` holds NaN or does not fit the rows.

    References
    ----------
    Jones, Schonlau and Welch (1998), "Efficient Global Optimization of Expensive Black-Box Functions".

    Examples
    --------
    >>> law = Histogram([0.0, 1.0, 2.0], [[0.5, 0.5]], tails=("closed", "exponential"))
    >>> expected_improvement(law, 1.0), expected_improvement(law, 1.0, minimize=True)
    (array([0.5]), array([0.25]))
    """
    sign = -1.0 if minimize else 1.0
    upright = _mirrored(law) if minimize else law
    return per_row(lambda best: _excess(upright, sign * best), best, len(law), name="best")


def _mirrored(law: Distribution) -> Distribution:
    """Return the law of ``-Y``, where it is of the same kind; else the law of its nodes."""
    if isinstance(law, Histogram):
        return Histogram(-law.edges[..., ::-1], law.probs[:, ::-1], None, tail_pair(law.tails)[::-1])
    if isinstance(law, GaussianMixture):
        return GaussianMixture(law.weights, -law.means, law.stds)
    values, weights = law_nodes(law)
    return Atoms(-values, weights)


def _excess(law: Distribution, best: Float[FloatArray, "row 1"]) -> Float[FloatArray, "row 1"]:
    """Return the expectation of ``max(Y - best, 0)``."""
    if isinstance(law, Histogram):
        parts, weights = _leaf_excess(law, best), law.probs
    elif isinstance(law, GaussianMixture):
        z = (law.means - best) / law.stds
        parts, weights = law.stds * (np.exp(-(z**2) / 2.0) / np.sqrt(2.0 * np.pi) + z * ndtr(z)), law.weights
    else:
        values, weights = law_nodes(law)
        parts = np.maximum(values - best, 0.0)
    total: FloatArray = np.sum(weights * parts, axis=1, keepdims=True)
    return np.maximum(total, 0.0)


def _leaf_excess(law: Histogram, best: Float[FloatArray, "row 1"]) -> Float[FloatArray, "row leaf"]:
    """Return the expected excess over ``best`` given that the outcome is in each leaf."""
    low, high = law.edges[..., :-1], law.edges[..., 1:]
    width = high - low
    excess: FloatArray = (high - np.clip(best, low, high)) ** 2 / (2.0 * width) + np.maximum(low - best, 0.0)
    lower, upper = (tail == "exponential" for tail in tail_pair(law.tails))
    if lower:
        scale, gap = width[..., :1], np.maximum(high[..., :1] - best, 0.0)
        excess[:, :1] = gap + scale * np.expm1(-gap / scale)
    if upper:
        scale, edge = width[..., -1:], low[..., -1:]
        excess[:, -1:] = np.maximum(edge - best, 0.0) + scale * np.exp(-np.maximum(best - edge, 0.0) / scale)
    return excess
