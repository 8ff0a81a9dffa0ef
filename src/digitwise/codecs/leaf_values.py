"""The number each leaf stands for, and how often targets fall outside the range."""

import numpy as np
from jaxtyping import Float


def leaf_values(
    y: Float[np.ndarray, " row"],
    edges: Float[np.ndarray, " edge"],
    sample_weight: Float[np.ndarray, " row"] | None = None,
) -> Float[np.ndarray, " leaf"]:
    """Return the (weighted) mean of the training targets in each leaf, the mid-point where none falls.

    With these values the mean of a law that puts its mass on the right leaves is unbiased: quantisation costs
    nothing on average. Targets outside ``[edges[0], edges[-1]]`` are saturated first, as the codec does, so
    that a value never leaves its cell.

    Parameters
    ----------
    y
        Training targets, data units.
    edges
        Borders of the leaves in data units, increasing.
    sample_weight
        Non-negative weights of the targets.

    Examples
    --------
    >>> leaf_values(np.array([0.25, 0.5, 2.5]), np.array([0.0, 1.0, 2.0, 3.0])).tolist()
    [0.375, 1.5, 2.5]
    """
    n_leaves = len(edges) - 1
    weight = np.ones_like(y) if sample_weight is None else sample_weight
    inside = np.clip(y, edges[0], edges[-1])
    leaf = np.clip(np.searchsorted(edges, inside, side="right") - 1, 0, n_leaves - 1)
    mass = np.bincount(leaf, weights=weight, minlength=n_leaves)
    middle = (edges[:-1] + edges[1:]) / 2
    offset = np.bincount(leaf, weights=weight * (inside - middle[leaf]), minlength=n_leaves)
    return np.asarray(middle + np.divide(offset, mass, out=np.zeros(n_leaves), where=mass > 0))


def saturation_rate(y: Float[np.ndarray, " row"], low: float, high: float) -> float:
    """Return the share of targets that lie outside ``[low, high]`` and so saturate.

    Examples
    --------
    >>> saturation_rate(np.array([-1.0, 0.5, 0.6, 0.7]), 0.0, 1.0)
    0.25
    """
    return float(np.mean((y < low) | (y > high)))
