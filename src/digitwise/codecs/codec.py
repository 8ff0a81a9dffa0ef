"""The codec protocol: numbers to fixed-length token sequences and back.

A codec works in scaled units ``z``. It owns the *grammar* (which token may follow which); the mask that the
grammar gives is the same one that trains, scores, samples and enumerates.
"""

from typing import Protocol, runtime_checkable

from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.codecs.grammar import Grammar


@runtime_checkable
class Codec(Protocol):
    """What every codec offers.

    The laws (checked for every codec in ``tests/contracts``): ``decode(encode(z))`` lies within ``resolution`` of
    ``z``; numbers outside the range saturate; the grammar accepts exactly what decodes; in an ordered codec a
    larger ``z`` never gets a lexicographically smaller sequence.
    """

    @property
    def vocab_size(self) -> int:
        """Number of token ids."""
        ...

    @property
    def length(self) -> int:
        """Tokens per number."""
        ...

    @property
    def ordered(self) -> bool:
        """Whether token order is number order, so that every prefix covers an interval."""
        ...

    @property
    def grammar(self) -> Grammar:
        """Which token may follow which."""
        ...

    def encode(self, z: Float[Tensor, "*shape"]) -> Int64[Tensor, "*shape step"]:
        """Write numbers as tokens; numbers out of range saturate."""
        ...

    def decode(self, tokens: Int64[Tensor, "*shape step"]) -> Float[Tensor, "*shape"]:
        """Read tokens as numbers."""
        ...

    def resolution(self, z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Largest possible distance between an in-range ``z`` and ``decode(encode(z))``."""
        ...

    def leaf_edges(self) -> Float[Tensor, " edge"]:
        """Borders of the leaves' intervals in ``z``, in leaf order (ordered codecs only)."""
        ...
