"""Several copies of a number; the majority of each digit counts."""

from dataclasses import dataclass, field
from functools import lru_cache

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.codecs.codec import Codec
from digitwise.codecs.grammar import Grammar, grammar_of


@dataclass(frozen=True, kw_only=True)
class RepeatedCodec:
    """Write a number several times, one copy after the other, so that a single wrong digit can be outvoted.

    Reading takes, at each place, the token that most copies have there; of equally frequent ones, that of the earliest
    copy. A sequence made up in this way may be none of the codec's; then the first copy counts.

    Copies may differ, so that there are many spellings of a number, and prefixes cover no intervals.

    Parameters
    ----------
    codec
        What is written.
    n_copies
        At least 2.

    Raises
    ------
    ValueError
        If there are fewer copies.

    Notes
    -----
    *Differs from the paper*, whose code takes the smallest of equally frequent tokens.

    References
    ----------
    Song and Bahri, "Decoding-based Regression", arXiv 2501.19383.

    Examples
    --------
    >>> from digitwise.codecs import NormalizedCodec
    >>> codec = RepeatedCodec(NormalizedCodec(base=10, length=2), n_copies=3)
    >>> codec.encode(torch.tensor(0.25)).tolist()
    [2, 5, 2, 5, 2, 5]
    >>> codec.decode(torch.tensor([2, 5, 9, 5, 2, 7])).item()
    0.255
    """

    codec: Codec = field(kw_only=False)
    n_copies: int = 3

    def __post_init__(self) -> None:
        """Check the number of copies."""
        if self.n_copies < 2:
            raise ValueError(f"n_copies must be at least 2, but got {self.n_copies}. Use {self.codec} itself.")

    @property
    def vocab_size(self) -> int:
        """That of the codec."""
        return self.codec.vocab_size

    @property
    def length(self) -> int:
        """That of all copies."""
        return self.n_copies * self.codec.length

    @property
    def ordered(self) -> bool:
        """Always false: the first copy may be outvoted."""
        return False

    @property
    def canonical(self) -> bool:
        """Always false: copies may differ."""
        return False

    @property
    def span(self) -> tuple[float, float]:
        """That of the codec."""
        return self.codec.span

    @property
    def grammar(self) -> Grammar:
        """That of the codec, from the start again after each copy."""
        return _grammar(self)

    def encode(self, z: Float[Tensor, "*shape"]) -> Int64[Tensor, "*shape step"]:
        """Return equal copies."""
        tokens = self.codec.encode(z)
        return torch.cat([tokens] * self.n_copies, dim=-1)

    def decode(self, tokens: Int64[Tensor, "*shape step"]) -> Float[Tensor, "*shape"]:
        """Return the number that the copies have voted for, float64."""
        return self.codec.decode(self.voted(tokens))

    def resolution(self, z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Return that of the codec."""
        return self.codec.resolution(z)

    def cells(self, tokens: Int64[Tensor, "*shape step"]) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
        """Return the borders of the numbers that the copies have voted for."""
        return self.codec.cells(self.voted(tokens))

    def voted(self, tokens: Int64[Tensor, "*shape step"]) -> Int64[Tensor, "*shape inner"]:
        """Return the one copy that counts."""
        copies = tokens.reshape(*tokens.shape[:-1], self.n_copies, self.codec.length)
        votes = (copies.unsqueeze(-3) == copies.unsqueeze(-2)).sum(-2)  # for each copy's token at each place
        elected = copies.gather(-2, votes.argmax(-2, keepdim=True)).squeeze(-2)
        is_number = self.codec.grammar.accepts(elected).unsqueeze(-1)
        return torch.where(is_number, elected, copies[..., 0, :])


@lru_cache(maxsize=64)
def _grammar(repeated: RepeatedCodec) -> Grammar:
    inner, length = repeated.codec.grammar, repeated.codec.length

    def moves(state: tuple[int, int]) -> list[tuple[int, tuple[int, int]]]:
        written, at = state
        if written == repeated.length:
            return []
        is_last = (written + 1) % length == 0
        return [
            (token, (written + 1, 0 if is_last else int(inner.transitions[at, token])))
            for token in inner.tokens_in_order(at)
        ]

    return grammar_of((0, 0), moves, repeated.vocab_size, reordered=inner.order is not None)
