"""The protocols of encoders of text: settings make a tokenizer and a module; ids go in, memory comes out."""

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Int64
from torch import Tensor, nn

from digitwise.nn.memory import Memory

PADDING = -1
"""The id that fills rows up at the right; it is no id of any tokenizer."""


@runtime_checkable
class TextTokenizer(Protocol):
    """Texts to ids. What it has learnt is plain values, so that a fitted one can be stored."""

    @property
    def n_ids(self) -> int:
        """How many ids there are: all are below this number."""
        ...

    def ids(self, texts: Sequence[str]) -> Int64[np.ndarray, "row length"]:
        """Return the ids of each text, at least one, filled up at the right with ``PADDING``."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """Return plain values from which `tokenizer_from_dict` makes the same tokenizer."""
        ...


@runtime_checkable
class SequenceModule(Protocol):
    """A `torch.nn.Module` that turns the ids of a batch into its memory.

    What a row's memory is depends on that row alone, up to rounding: other rows only decide how much padding there is.
    """

    out_dim: int

    def __call__(self, ids: Int64[Tensor, "batch length"]) -> Memory:
        """Return the memory of a batch of rows."""
        ...


@runtime_checkable
class SequenceEncoder(Protocol):
    """Settings of an encoder of text."""

    def tokenizer(self, texts: Sequence[str]) -> TextTokenizer:
        """Return a tokenizer, fitted to training texts where it has anything to learn."""
        ...

    def build(self, tokenizer: TextTokenizer) -> nn.Module:
        """Return a freshly initialised `SequenceModule` for the ids of a tokenizer."""
        ...
