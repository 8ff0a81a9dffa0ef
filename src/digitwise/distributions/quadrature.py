"""Gauss-Legendre quadrature on panels, for integrands that are smooth between known knots."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from jaxtyping import Float

from digitwise.distributions.probabilities import FloatArray
from digitwise.distributions.rows import count_below

Panels: TypeAlias = Float[FloatArray, "row panel"]

N_NODES = 8  # exact for polynomials of degree 15 on each panel


def panel_nodes(
    start: Float[FloatArray, "row panel"], end: Float[FloatArray, "row panel"]
) -> tuple[Float[FloatArray, "row panel node"], Float[FloatArray, "row panel node"]]:
    """Return the nodes and weights of the integral over each panel ``[start, end]``.

    The integral of ``f`` over a panel is the sum of ``weights * f(nodes)`` over its nodes. Nodes
    lie strictly inside, so ``f`` may jump at the panels' ends.

    Examples
    --------
    >>> nodes, weights = panel_nodes(np.array([[0.0, 1.0]]), np.array([[1.0, 3.0]]))
    >>> (weights * nodes**2).sum(axis=2).round(6)  # x³/3
    array([[0.333333, 8.666667]])
    """
    points, weights = np.polynomial.legendre.leggauss(N_NODES)
    half = (end - start)[:, :, None] / 2.0
    return start[:, :, None] + half * (1.0 + points), half * weights


def mean_and_variance(
    value: Float[FloatArray, "row node"], mass: Float[FloatArray, "row node"]
) -> Float[FloatArray, "row 2"]:
    """Return mean and variance of values with some mass each, which need not sum to 1.

    Examples
    --------
    >>> mean_and_variance(np.array([[0.0, 4.0]]), np.array([[3.0, 1.0]]))
    array([[1., 3.]])
    """
    share = mass / mass.sum(axis=1, keepdims=True)
    mean = (share * value).sum(axis=1)
    return np.stack([mean, (share * (value - mean[:, None]) ** 2).sum(axis=1)], axis=1)


def squares_about(
    knots: Float[FloatArray, "row knot"],
    place: Float[FloatArray, "row point"],
    squares: Callable[[Panels, Panels], tuple[Panels, Panels]],
) -> Float[FloatArray, "row point"]:
    """Return the integral of ``F²`` below a place plus that of ``(1 - F)²`` above it: the CRPS of laws on these knots.

    Parameters
    ----------
    knots
        Where the integrand is not smooth, increasing in each row.
    place
        Numbers between the outermost knots.
    squares
        From starts and ends of panels to the two integrals over each of them.

    Examples
    --------
    >>> knots = np.array([[0.0, 1.0]])
    >>> uniform = lambda start, end: ((end**3 - start**3) / 3, ((1 - start) ** 3 - (1 - end) ** 3) / 3)
    >>> squares_about(knots, np.array([[0.0, 0.5]]), uniform).round(6)
    array([[0.333333, 0.083333]])
    """
    below, above = np.zeros(knots.shape), np.zeros(knots.shape)
    squares_below, squares_above = squares(knots[:, :-1], knots[:, 1:])
    below[:, 1:] = np.cumsum(squares_below, axis=1)
    above[:, :-1] = np.cumsum(squares_above[:, ::-1], axis=1)[:, ::-1]
    panel = np.clip(count_below(knots, place, side="right") - 1, 0, knots.shape[1] - 2)
    start, end = (np.take_along_axis(knots, panel + side, axis=1) for side in (0, 1))
    whole = np.take_along_axis(below, panel, axis=1) + np.take_along_axis(above, panel + 1, axis=1)
    return whole + squares(start, place)[0] + squares(place, end)[1]
