"""Trees too large to write out, known by their grammar alone."""

from dataclasses import dataclass

from digitwise.codecs.codec import Codec
from digitwise.codecs.grammar import Grammar
from digitwise.codecs.tree import EXACT_LEAVES, DigitTree


@dataclass(frozen=True, eq=False)
class OpenTree:
    """All sequences of ``length`` tokens that a grammar accepts, without any list of them.

    Parameters
    ----------
    grammar
        Which token may follow which.
    length
        Tokens per sequence.
    """

    grammar: Grammar
    length: int

    @property
    def vocab_size(self) -> int:
        """Number of token ids."""
        return self.grammar.transitions.shape[1]


def tree_of(codec: Codec) -> DigitTree | OpenTree:
    """Return a codec's tree: written out where it has at most 2**16 leaves.

    Examples
    --------
    >>> from digitwise.codecs import NormalizedCodec
    >>> tree_of(NormalizedCodec(base=2, length=8)).n_leaves
    256
    >>> type(tree_of(NormalizedCodec(base=10, length=9))).__name__
    'OpenTree'
    """
    grammar = codec.grammar
    if is_enumerable(codec):
        return DigitTree(grammar, codec.length)
    return OpenTree(grammar, codec.length)


def is_enumerable(codec: Codec) -> bool:
    """Return whether a codec has so few sequences that all of them are written out."""
    return codec.grammar.count(codec.length) <= EXACT_LEAVES
