"""Text as bytes: nothing to learn, nothing unseen."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int64

from digitwise.encoders.sequence.head_and_tail import head_and_tail
from digitwise.encoders.sequence.padding import padded
from digitwise.encoders.sequence.texts import checked_texts

START = 256
"""The id before the first byte, so that the empty text has an id too."""


@dataclass(frozen=True, kw_only=True)
class ByteTokenizer:
    """The bytes of a text in UTF-8 after a start id; of long texts head and tail.

    Parameters
    ----------
    max_length
        Ids of a text at the most; of longer ones beginning and end are kept (`head_and_tail`).

    Examples
    --------
    >>> ByteTokenizer(max_length=4).ids(["", "né", "digits"]).tolist()
    [[256, -1, -1, -1], [256, 110, 195, 169], [256, 100, 116, 115]]
    """

    max_length: int

    @property
    def n_ids(self) -> int:
        """The bytes and the start."""
        return START + 1

    def ids(self, texts: Sequence[str]) -> Int64[np.ndarray, "row length"]:
        """Return the ids of each text, filled up at the right."""
        return padded([self._ids(text) for text in checked_texts(texts)])

    def to_dict(self) -> dict[str, Any]:
        """Return the settings."""
        return {"kind": "bytes", "max_length": self.max_length}

    def _ids(self, text: str) -> Int64[np.ndarray, " length"]:
        content = np.frombuffer(text.encode("utf-8", errors="surrogatepass"), dtype=np.uint8)
        return head_and_tail(np.concatenate([[START], content]).astype(np.int64), self.max_length)
