"""Gauss-Legendre quadrature on panels, for integrands that are smooth between known knots."""

import numpy as np
from jaxtyping import Float

from digitwise.distributions.probabilities import FloatArray

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
