"""Sums over runs of neighbouring outcomes, without any subtraction."""

import numpy as np
from jaxtyping import Float, Int

from digitwise.distributions.probabilities import FloatArray


def range_sum(
    probs: Float[FloatArray, "row outcome"],
    start: Int[np.ndarray, "row point"],
    end: Int[np.ndarray, "row point"],
) -> Float[FloatArray, "row point"]:
    """Return the sum of the outcomes ``start, …, end - 1`` of each row; 0 where there is none.

    A difference of two running sums would lose a run of little mass to rounding as soon as there is
    much mass before it. Here pairs of outcomes are added, pairs of pairs, and so on, and a run is put
    together from these blocks, at most two of each size: sums of non-negative numbers only.

    Parameters
    ----------
    probs
        Non-negative.
    start, end
        Between 0 and the number of outcomes.

    Examples
    --------
    >>> probs = np.array([[1.0, 1e-30, 2e-30, 0.0]])
    >>> range_sum(probs, np.array([[0, 1, 3]]), np.array([[4, 3, 3]]))
    array([[1.e+00, 3.e-30, 0.e+00]])
    """
    n_rows, n_outcomes = probs.shape
    size = 1 << (n_outcomes - 1).bit_length()
    # A heap: block 1 is everything, the halves of block b are 2b and 2b + 1, outcomes begin at size.
    blocks = np.zeros((n_rows, 2 * size))
    blocks[:, size : size + n_outcomes] = probs
    level = size
    while level > 1:
        blocks[:, level // 2 : level] = blocks[:, level : 2 * level : 2] + blocks[:, level + 1 : 2 * level : 2]
        level //= 2

    left, right = start + size, end + size
    total = np.zeros(start.shape)
    while size:
        some = left < right
        alone = some & (left % 2 == 1)  # the second half of a block whose first half is not in the run
        first = np.take_along_axis(blocks, np.where(alone, left, 0), axis=1)  # block 0 is empty
        ahead = some & (right % 2 == 1)
        last = np.take_along_axis(blocks, np.where(ahead, right - 1, 0), axis=1)
        total += first + last
        left, right, size = (left + alone) // 2, right // 2, size // 2
    return total
