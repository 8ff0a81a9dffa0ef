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
    ``z``; numbers outside the span saturate; the grammar accepts exactly what decodes; in an ordered codec a larger
    ``z`` never gets a sequence that stands earlier in the grammar's order; in a canonical one each number has one
    sequence.
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
        """Whether the grammar's order is number order, so that every prefix covers an interval."""
        ...

    @property
    def canonical(self) -> bool:
        """Whether each number has one sequence only."""
        ...

    @property
    def grammar(self) -> Grammar:
        """Which token may follow which."""
        ...

    @property
    def span(self) -> tuple[float, float]:
        """The outer borders of the first and the last cell; numbers beyond them saturate."""
        ...

    def encode(self, z: Float[Tensor, "*shape"]) -> Int64[Tensor, "*shape step"]:
        """Write numbers as tokens; numbers out of range saturate."""
        ...

    def decode(self, tokens: Int64[Tensor, "*shape step"]) -> Float[Tensor, "*shape"]:
        """Read tokens as numbers, float64."""
        ...

    def resolution(self, z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Largest possible distance between a ``z`` within the span and ``decode(encode(z))``."""
        ...

    def cells(self, tokens: Int64[Tensor, "*shape step"]) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
        """Return the lower and upper borders of the numbers that are written as some sequences, float64.

        The cells of all numbers tile the span: where one ends, the next begins. A number on the border belongs to one
        of the two.
        """
        ...
