"""The tokenizer of a pretrained model, cut to length in our own way."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import Lock
from typing import Any, Literal

import numpy as np
from jaxtyping import Int64

from digitwise.encoders.sequence.head_and_tail import head_and_tail
from digitwise.encoders.sequence.model_files import load_tokenizer
from digitwise.encoders.sequence.padding import padded
from digitwise.encoders.sequence.texts import checked_texts

Truncation = Literal["head_and_tail", "head"]
ONE_READS = Lock()
"""Held while texts become ids: the tokenizer's settings are changed on the way, which other threads must not meet."""


@dataclass(frozen=True, kw_only=True)
class HuggingFaceTokenizer:
    """Ids as a pretrained model expects them, special tokens included.

    A text that has no ids at all gets one: the first of the end, start and padding tokens that there is, or 0.

    Parameters
    ----------
    path
        A folder, or the name of a model that is in the local cache. It is read when ids are first asked for.
    max_length
        Ids of a text at the most, special tokens included.
    truncation
        What is kept of longer ones: beginning and end, which spares the special tokens at both ends
        (`digitwise.encoders.sequence.head_and_tail`), or the beginning.
    """

    path: str
    max_length: int
    truncation: Truncation = "head_and_tail"

    @cached_property
    def _tokenizer(self) -> Any:
        return load_tokenizer(self.path)

    @property
    def n_ids(self) -> int:
        """All ids of the tokenizer, added ones too."""
        return len(self._tokenizer)

    def ids(self, texts: Sequence[str]) -> Int64[np.ndarray, "row length"]:
        """Return the ids of each text, filled up at the right."""
        checked = checked_texts(texts)
        if not checked:
            return padded([])
        with ONE_READS:
            encoded = self._tokenizer(checked, add_special_tokens=True, truncation=False, verbose=False)["input_ids"]
        rows = (np.array(row or [self._instead_of_nothing], dtype=np.int64) for row in encoded)
        if self.truncation == "head":
            return padded([row[: self.max_length] for row in rows])
        return padded([head_and_tail(row, self.max_length) for row in rows])

    def to_dict(self) -> dict[str, Any]:
        """Return path and settings: the files must still be there when it is restored."""
        return {
            "kind": "hugging_face",
            "path": self.path,
            "max_length": self.max_length,
            "truncation": self.truncation,
        }

    @property
    def _instead_of_nothing(self) -> int:
        own = self._tokenizer
        found = (token for token in (own.eos_token_id, own.bos_token_id, own.pad_token_id) if token is not None)
        return int(next(found, 0))
