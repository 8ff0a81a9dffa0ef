"""Laws of peers that predict quantiles."""

import numpy as np
from jaxtyping import Float

from digitwise.distributions import Histogram

LEVELS = np.arange(1, 20) / 20
"""Levels at which peers predict quantiles: 0.05 to 0.95."""


def law_of_quantiles(quantiles: Float[np.ndarray, "row level"], scale: float) -> Histogram:
    """Return the laws that lie evenly between predicted quantiles at `LEVELS`.

    Beyond the outermost ones the remaining 5 % fall off exponentially, at the rate of the neighbouring cell. Quantiles
    that cross are put in order; equal ones are moved apart by a billionth of ``scale``, or by as much as numbers of
    their size can be told apart.

    Parameters
    ----------
    quantiles
        Predicted quantiles, data units.
    scale
        What counts as large, data units: the targets' standard deviation.

    Examples
    --------
    >>> law = law_of_quantiles(LEVELS[None] * 10, scale=1.0)
    >>> law.median(), law.interval(0.9)
    (array([5.]), array([[0.5, 9.5]]))
    """
    least = np.maximum(max(scale, 1e-12) * 1e-9, 4 * np.spacing(np.abs(quantiles).max(axis=1, keepdims=True)))
    inner = np.sort(quantiles, axis=1)
    inner = np.maximum.accumulate(inner - least * np.arange(inner.shape[1]), axis=1) + least * np.arange(inner.shape[1])
    widths = np.diff(inner, axis=1)
    edges = np.hstack([inner[:, :1] - widths[:, :1], inner, inner[:, -1:] + widths[:, -1:]])
    probs = np.full((len(inner), inner.shape[1] + 1), 1 / (inner.shape[1] + 1))
    return Histogram(edges=edges, probs=probs, tails="exponential")
