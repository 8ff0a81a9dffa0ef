"""Laws of peers that predict quantiles."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from digitwise.distributions import Histogram

LEVELS = tuple(level / 20 for level in range(1, 20))
"""Levels at which peers predict quantiles unless told otherwise: 0.05 to 0.95."""


def law_of_quantiles(
    quantiles: Float[np.ndarray, "row level"], scale: float, levels: Sequence[float] = LEVELS
) -> Histogram:
    """Return the laws that lie evenly between predicted quantiles.

    Beyond the outermost ones the remaining mass falls off exponentially, from the density of the neighbouring cell.
    Quantiles that cross are put in order; equal ones are moved apart by a billionth of ``scale``, or by as much as
    numbers of their size can be told apart.

    Parameters
    ----------
    quantiles
        Predicted quantiles, data units.
    scale
        What counts as large, data units: the targets' standard deviation.
    levels
        Of the quantiles, increasing.

    Examples
    --------
    >>> law = law_of_quantiles(np.array([LEVELS]) * 10, scale=1.0)
    >>> law.median(), law.interval(0.9)
    (array([5.]), array([[0.5, 9.5]]))
    """
    least = np.maximum(max(scale, 1e-12) * 1e-9, 4 * np.spacing(np.abs(quantiles).max(axis=1, keepdims=True)))
    inner = np.sort(quantiles, axis=1)
    inner = np.maximum.accumulate(inner - least * np.arange(inner.shape[1]), axis=1) + least * np.arange(inner.shape[1])
    widths = np.diff(inner, axis=1)
    probs = np.diff([0.0, *levels, 1.0])
    below, above = (widths[:, [end]] * probs[end] / probs[beside] for end, beside in ((0, 1), (-1, -2)))
    edges = np.hstack([inner[:, :1] - below, inner, inner[:, -1:] + above])
    return Histogram(edges=edges, probs=np.tile(probs, (len(inner), 1)), tails="exponential")
