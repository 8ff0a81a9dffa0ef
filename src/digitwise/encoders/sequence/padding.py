"""Rows of different lengths in one array, and back: what is real, and how far it reaches."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Int64
from torch import Tensor

from digitwise.encoders.sequence.sequence import PADDING


def padded(rows: Sequence[np.ndarray]) -> Int64[np.ndarray, "row length"]:
    """Return rows of ids as one array, filled up at the right.

    Examples
    --------
    >>> padded([np.array([3, 1, 2]), np.array([5])]).tolist()
    [[3, 1, 2], [5, -1, -1]]
    """
    ids = np.full((len(rows), max((len(row) for row in rows), default=1)), PADDING, dtype=np.int64)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = row
    return ids


def trimmed(
    ids: Int64[Tensor, "batch length"],
) -> tuple[Int64[Tensor, "batch longest"], Bool[Tensor, "batch longest"]]:
    """Return the ids as far as the longest row goes, with 0 in place of padding, and where they are real.

    Examples
    --------
    >>> import torch
    >>> trimmed(torch.tensor([[3, 1, -1, -1], [5, -1, -1, -1]]))
    (tensor([[3, 1],
            [5, 0]]), tensor([[ True,  True],
            [ True, False]]))
    """
    mask = ids != PADDING
    longest = int(mask.sum(1).max()) if len(ids) else 1
    mask = mask[:, :longest]
    return ids[:, :longest].where(mask, 0), mask
