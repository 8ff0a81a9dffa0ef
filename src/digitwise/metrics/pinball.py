"""The cost of an answer where too little and too much cost differently."""

import numpy as np
from jaxtyping import Float

from digitwise.metrics.rows import FloatArray


def pinball(
    prediction: Float[FloatArray, "..."], y: Float[FloatArray, "..."], level: Float[FloatArray, "..."]
) -> Float[FloatArray, "..."]:
    """Return the cost of predictions where a unit too little costs ``level``, and a unit too much the rest of 1.

    Shapes broadcast. The best answer under a law is its quantile at ``level``.

    Parameters
    ----------
    prediction, y
        Predictions and true values, data units.
    level
        Decision quantiles, between 0 and 1.

    Examples
    --------
    >>> pinball(np.array([1.0, 4.0]), np.array([3.0, 3.0]), np.array(0.9)).round(6)
    array([1.8, 0.1])
    """
    short = y - prediction
    return np.asarray(np.maximum(level * short, (level - 1.0) * short))
