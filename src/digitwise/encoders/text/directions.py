"""The main directions of sparse rows: a truncated singular value decomposition, seeded."""

from typing import Any

import numpy as np
from jaxtyping import Float32
from sklearn.utils.extmath import randomized_svd


def main_directions(rows: Any, n_directions: int, random_state: int) -> Float32[np.ndarray, "term direction"]:
    """Return the right singular vectors of the largest singular values, at most as many as rows or terms allow.

    A row's features are its product with them: ``rows @ directions``, a sum over the terms of the row alone.

    Parameters
    ----------
    rows
        Sparse, ``(row, term)``.
    n_directions
        How many at the most; fewer where the rows span fewer.
    random_state
        Seed of the randomised algorithm.

    Examples
    --------
    >>> from scipy.sparse import csr_matrix
    >>> main_directions(csr_matrix([[0.0, 3.0], [0.0, 4.0]]), 8, 0).tolist()
    [[0.0], [1.0]]
    """
    n = min(n_directions, *rows.shape)
    if n == 0:
        return np.zeros((rows.shape[1], 0), dtype=np.float32)
    _, sizes, directions = randomized_svd(rows, n_components=n, n_iter=5, random_state=random_state, flip_sign=True)
    kept = sizes > 1e-6 * max(float(sizes[0]), np.finfo(np.float64).tiny)
    return np.ascontiguousarray(directions[kept].T, dtype=np.float32)
