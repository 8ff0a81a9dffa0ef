"""The rows of a table as tensors, and as what they are made of, some rows at a time.

Ids of long texts are the largest of all: so they are made when rows are asked for, and kept in the smallest type of
integers that holds them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from jaxtyping import Float32, Int, Int64
from torch import Tensor

from digitwise.encoders.sequence import PADDING, TextTokenizer

ROWS_PER_PASS = 1024
"""So many texts are turned into ids at once."""


@final
@dataclass(frozen=True, kw_only=True)
class ColumnTensors:
    """The rows of a table as an encoder takes them.

    Parameters
    ----------
    numeric
        Scaled values, then indicators of missing cells, ``(row, n_numeric)``.
    categorical
        Codes, ``(row, n_categorical)``.
    ids
        Ids of the texts, padded at the right with -1, ``(row, length)``, in the smallest type of integers that holds
        them; None where no encoder reads them. Encoders take them as int64, a batch at a time.
    """

    numeric: Float32[Tensor, "row numeric"]
    categorical: Int64[Tensor, "row categorical"]
    ids: Int[Tensor, "row length"] | None = None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.numeric)

    def take(self, index: Int64[np.ndarray, " pick"]) -> "ColumnTensors":
        """Return the named rows; ids as far as the longest of them goes."""
        rows = torch.from_numpy(index)
        ids = None if self.ids is None else self.ids[rows]
        return ColumnTensors(
            numeric=self.numeric[rows],
            categorical=self.categorical[rows],
            ids=None if ids is None else ids[:, : 1 + int((ids[:, 1:] != PADDING).any(0).sum())],
        )

    @classmethod
    def joined(cls, parts: Sequence["ColumnTensors"]) -> "ColumnTensors":
        """Return the rows of several tables, one below the other; ids padded to the longest of all.

        Examples
        --------
        >>> none = torch.zeros(1, 0, dtype=torch.int64)
        >>> parts = [
        ...     ColumnTensors(numeric=torch.zeros(1, 2), categorical=none, ids=torch.zeros(1, length, dtype=torch.int8))
        ...     for length in (1, 3)
        ... ]
        >>> ColumnTensors.joined(parts).ids.tolist()
        [[0, -1, -1], [0, 0, 0]]
        """
        ids = [part.ids for part in parts if part.ids is not None]
        longest = max((each.shape[1] for each in ids), default=0)
        padded = [torch.nn.functional.pad(each, (0, longest - each.shape[1]), value=PADDING) for each in ids]
        return cls(
            numeric=torch.cat([part.numeric for part in parts]),
            categorical=torch.cat([part.categorical for part in parts]),
            ids=torch.cat(padded) if padded else None,
        )


@final
@dataclass(frozen=True, kw_only=True)
class TextSequences:
    """Texts that a tokenizer turns into ids, one of each row."""

    texts: Sequence[str]
    tokenizer: TextTokenizer

    def ids(self, rows: slice) -> Int[np.ndarray, "row length"]:
        """Return the ids of some rows, padded at the right, in the smallest type of integers that holds them.

        Examples
        --------
        >>> from digitwise.encoders.sequence import TextTransformer
        >>> tokenizer = TextTransformer().tokenizer([])
        >>> ids = TextSequences(texts=["ab", "c"], tokenizer=tokenizer).ids(slice(0, 2))
        >>> ids.tolist(), ids.dtype
        ([[256, 97, 98], [256, 99, -1]], dtype('int16'))
        """
        texts = self.texts[rows]
        starts = range(0, max(1, len(texts)), ROWS_PER_PASS)
        parts = [narrowed(self.tokenizer.ids(texts[start : start + ROWS_PER_PASS])) for start in starts]
        if len(parts) == 1:
            return parts[0]
        shape = len(texts), max(part.shape[1] for part in parts)
        ids = np.full(shape, PADDING, dtype=np.result_type(*parts))
        for start, part in zip(starts, parts, strict=True):
            ids[start : start + len(part), : part.shape[1]] = part
        return ids


@final
@dataclass(frozen=True, kw_only=True)
class ReadTable:
    """A table whose numbers and categories are tensors, and whose texts become ids for the rows that are asked for.

    Parameters
    ----------
    numeric, categorical
        As of `ColumnTensors`.
    texts
        Of each row; None where no encoder reads them.
    """

    numeric: Float32[Tensor, "row numeric"]
    categorical: Int64[Tensor, "row categorical"]
    texts: TextSequences | None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.numeric)

    def take(self, rows: slice) -> ColumnTensors:
        """Return some rows as an encoder takes them."""
        return ColumnTensors(
            numeric=self.numeric[rows],
            categorical=self.categorical[rows],
            ids=None if self.texts is None else torch.from_numpy(self.texts.ids(rows)),
        )


def narrowed(ids: Int[np.ndarray, "row length"]) -> Int[np.ndarray, "row length"]:
    """Return ids in the smallest type of signed integers that holds them and the padding.

    Examples
    --------
    >>> [narrowed(np.array([[largest, -1]])).dtype.name for largest in (127, 128, 40_000)]
    ['int8', 'int16', 'int32']
    """
    return ids.astype(np.min_scalar_type(-1 - int(ids.max(initial=0))))
