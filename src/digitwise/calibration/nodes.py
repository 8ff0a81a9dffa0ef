"""A law as weighted points, so that any expectation under it is a sum."""

import numpy as np
from jaxtyping import Float

from digitwise.distributions import Atoms, Distribution, Histogram, SmoothDistribution
from digitwise.distributions.probabilities import FloatArray
from digitwise.distributions.quadrature import panel_nodes
from digitwise.distributions.tails import tail_pair

_GAUSS = 1.0 / (2.0 * np.sqrt(3.0))
_ENOUGH = 256
_TAIL_POINTS, _TAIL_WEIGHTS = np.polynomial.laguerre.laggauss(12)


def law_nodes(law: Distribution) -> tuple[Float[FloatArray, "row node"], Float[FloatArray, "row node"]]:
    """Return points and their weights, which sum to 1 in each row.

    Of `Atoms` these are the atoms themselves. Of a `Histogram` there are at least four points in each closed leaf (more
    where leaves are few), and twelve in each open one: cubic functions are exact. Of other laws, eight between each two
    knots.

    Raises
    ------
    TypeError
        If the law has neither atoms nor knots.

    Examples
    --------
    >>> values, weights = law_nodes(Histogram([0.0, 1.0, 3.0], [[0.5, 0.5]]))
    >>> (weights * values**2).sum(axis=1).round(6)  # 1/2 * 1/3 + 1/2 * 13/3
    array([2.333333])
    """
    if isinstance(law, Atoms):
        return np.array(np.broadcast_to(law.values, law.probs.shape)), np.array(law.probs)
    if isinstance(law, Histogram):
        return _histogram_nodes(law)
    if not isinstance(law, SmoothDistribution):
        raise TypeError(f"Expectations need a law of atoms, leaves or knots, but got {law!r}.")
    knots = law.knots()
    values, lengths = (part.reshape(len(law), -1) for part in panel_nodes(knots[:, :-1], knots[:, 1:]))
    weights = lengths * law.pdf(values)
    return values, weights / weights.sum(axis=1, keepdims=True)


def _histogram_nodes(law: Histogram) -> tuple[Float[FloatArray, "row node"], Float[FloatArray, "row node"]]:
    edges = np.broadcast_to(law.edges, (len(law), law.probs.shape[1] + 1))
    lower, upper = (tail == "exponential" for tail in tail_pair(law.tails))
    closed = slice(int(lower), law.probs.shape[1] - upper)
    widths = np.diff(edges, axis=1)
    points, shares = _points_in_leaf(law.probs.shape[1])
    start, probs = edges[:, :-1][:, closed, None], law.probs[:, closed, None]
    values = [(start + widths[:, closed, None] * points).reshape(len(law), -1)]
    weights = [(probs * shares).reshape(len(law), -1)]
    if lower:
        values.append(edges[:, 1:2] - widths[:, :1] * _TAIL_POINTS)
        weights.append(law.probs[:, :1] * _TAIL_WEIGHTS)
    if upper:
        values.append(edges[:, -2:-1] + widths[:, -1:] * _TAIL_POINTS)
        weights.append(law.probs[:, -1:] * _TAIL_WEIGHTS)
    return np.concatenate(values, axis=1), np.concatenate(weights, axis=1)


def sums_by_leaf(law: Histogram, mass: Float[FloatArray, "row node"]) -> Float[FloatArray, "row leaf"]:
    """Return what the nodes of each leaf hold together."""
    lower, upper = (tail == "exponential" for tail in tail_pair(law.tails))
    n_closed, n_rows = law.probs.shape[1] - lower - upper, len(law)
    n_inner = n_closed * len(_points_in_leaf(law.probs.shape[1])[0])
    parts = [mass[:, :n_inner].reshape(n_rows, n_closed, -1).sum(axis=2)]
    tails = mass[:, n_inner:].reshape(n_rows, lower + upper, len(_TAIL_POINTS)).sum(axis=2)
    if lower:
        parts.insert(0, tails[:, :1])
    if upper:
        parts.append(tails[:, -1:])
    return np.concatenate(parts, axis=1)


def _points_in_leaf(n_leaves: int) -> tuple[Float[FloatArray, " point"], Float[FloatArray, " point"]]:
    """Return two Gauss points in each of the equal parts of a leaf from 0 to 1, and their weights."""
    n_parts = max(2, -(-_ENOUGH // n_leaves))
    middle = (np.arange(n_parts) + 0.5) / n_parts
    points = np.stack([middle - _GAUSS / n_parts, middle + _GAUSS / n_parts], axis=1).ravel()
    return points, np.full(2 * n_parts, 0.5 / n_parts)
