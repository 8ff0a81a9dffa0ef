"""Which digit of a number is uncertain: the entropy of a law, digit by digit."""

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

from digitwise.distributions.probabilities import FloatArray


def digit_entropy(leaf_probs: ArrayLike, leaf_nodes: Int[np.ndarray, "leaf digit"]) -> Float[FloatArray, "row digit"]:
    r"""Return how uncertain each digit is once those before it are known, in nats.

    That is the expectation of the digit's entropy given its prefix,
    :math:`\sum_{prefix} p(prefix) H(digit \mid prefix)`. By the chain rule the digits of a row add up to the entropy of
    its leaves. A digit of base :math:`b` has at most :math:`\log b`.

    Parameters
    ----------
    leaf_probs
        ``(row, leaf)``: what each leaf of the digit tree has.
    leaf_nodes
        ``(leaf, digit)``: the inner node in which each digit of each leaf is chosen, as of ``DigitTree.leaf_nodes``.
        The leaves of a node stand side by side.

    Raises
    ------
    ValueError
        If shapes do not fit.

    Examples
    --------
    >>> nodes = np.array([[0, 1], [0, 1], [0, 2], [0, 2]])  # two binary digits
    >>> digit_entropy([[0.5, 0.0, 0.5, 0.0], [0.5, 0.5, 0.0, 0.0]], nodes).round(3)
    array([[0.693, 0.   ],
           [0.   , 0.693]])
    """
    probs = np.asarray(leaf_probs, dtype=np.float64)
    if probs.ndim != 2 or leaf_nodes.ndim != 2 or probs.shape[1] != len(leaf_nodes):
        raise ValueError(
            "leaf_probs must be (row, leaf) and leaf_nodes (leaf, digit) for the same leaves, but they have the shapes "
            f"{probs.shape} and {leaf_nodes.shape}."
        )
    starts = [np.flatnonzero(np.append(True, np.diff(nodes) != 0)) for nodes in leaf_nodes.T]
    prefixes = [np.add.reduceat(probs, start, axis=1) for start in starts]
    answer = np.empty((len(probs), leaf_nodes.shape[1]))
    for digit, (start, mass) in enumerate(zip(starts, prefixes, strict=True)):
        is_last = digit == len(starts) - 1
        below, chosen = (np.arange(len(leaf_nodes)), probs) if is_last else (starts[digit + 1], prefixes[digit + 1])
        above = mass[:, np.searchsorted(start, below, side="right") - 1]
        surprise = np.zeros_like(chosen)
        np.log(above / np.where(chosen > 0.0, chosen, 1.0), out=surprise, where=chosen > 0.0)
        answer[:, digit] = (chosen * surprise).sum(axis=1)
    return answer
