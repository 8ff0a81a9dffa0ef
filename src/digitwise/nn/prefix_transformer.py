"""What cached sequences and forests of prefixes need of a transformer over digits."""

from collections.abc import Sequence
from typing import Any, Protocol, runtime_checkable

from jaxtyping import Bool, Float, Int64
from torch import Tensor

from digitwise.nn.attention import Cache, KeyValueCache
from digitwise.nn.memory import Memory


@runtime_checkable
class PrefixTransformer(Protocol):
    """A transformer over the tokens written so far, with cross-attention to the memory.

    Its contexts are what each layer takes from the memory; they have the ``memory``, and ``take(rows)`` gives those of
    some rows, which may repeat.
    """

    vocab_size: int
    length: int

    def contexts(self, memory: Memory) -> list[Any]:
        """Return what each layer takes from the memory, once per row."""
        ...

    def new_caches(self, n_sequences: int) -> list[KeyValueCache]:
        """Return empty caches of each layer, for whole numbers."""
        ...

    def run(
        self,
        tokens: Int64[Tensor, "sequence step"],
        depth: Int64[Tensor, "*#sequence step"],
        contexts: list[Any],
        mask: Bool[Tensor, "#sequence #step all_source"] | None = None,
        *,
        is_causal: bool = False,
        caches: Sequence[Cache] | None = None,
    ) -> Float[Tensor, "all_sequences step vocab"]:
        """Return the logits after some tokens in some places.

        Parameters
        ----------
        tokens
            The last ones written; ``vocab_size`` starts a sequence.
        depth
            How many tokens have been written before each.
        contexts
            Those of as many rows as there are sequences, or of fewer: consecutive sequences are of one row then. A
            single sequence may stand for all rows.
        mask
            Which of the cached and the given tokens each one looks at.
        is_causal
            That each looks at those before it, and at itself.
        caches
            Keys and values of earlier tokens, of each layer; the new ones are appended.
        """
        ...
