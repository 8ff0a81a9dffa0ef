"""Rows that are appended in blocks, in a buffer that doubles when it is full."""

from torch import Tensor


class GrowingRows:
    """A tensor that grows along its first axis; appending costs, on average, what is written.

    Parameters
    ----------
    rows
        The first rows; later ones have their shape, type and device.

    Examples
    --------
    >>> import torch
    >>> rows = GrowingRows(torch.tensor([[1, 2]]))
    >>> rows.append(torch.tensor([[3, 4], [5, 6]]))
    >>> rows.filled.tolist(), len(rows)
    ([[1, 2], [3, 4], [5, 6]], 3)
    """

    def __init__(self, rows: Tensor) -> None:
        self._buffer, self._size = rows.clone(), len(rows)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return self._size

    @property
    def filled(self) -> Tensor:
        """All rows so far: a view, good until more are appended."""
        return self._buffer[: self._size]

    def append(self, rows: Tensor) -> None:
        """Add rows at the end."""
        end = self._size + len(rows)
        if end > len(self._buffer):
            larger = self._buffer.new_empty(max(end, 2 * len(self._buffer)), *self._buffer.shape[1:])
            larger[: self._size] = self.filled
            self._buffer = larger
        self._buffer[self._size : end] = rows
        self._size = end
