"""Any text, from scratch: bytes, local convolutions, a small transformer."""

from collections.abc import Sequence
from dataclasses import dataclass

from digitwise.encoders.sequence.bytes import ByteTokenizer
from digitwise.encoders.sequence.sequence import TextTokenizer
from digitwise.encoders.sequence.token_transformer import Pool, TokenTransformer, check_sizes


@dataclass(frozen=True, kw_only=True)
class TextTransformer:
    """Read text byte by byte, without a vocabulary: code, logs, names, sentences in any language.

    Convolutions bring 8 bytes to one position, so that 4096 bytes are 512 positions; then come transformer layers with
    rotary positions. Time and memory are bounded whatever the length of a text: of one beyond ``max_length`` bytes
    the beginning and the end are kept (`head_and_tail`).

    Parameters
    ----------
    dim, n_layers, n_heads, feed_forward_dim
        Width, layers, attention heads and width of the feed-forward blocks.
    max_length
        Bytes of a text at the most.
    patch
        Bytes per position, a power of 2. Fewer are slower and finer.
    pool
        What the memory is: ``"attention"`` one token, for every decoder; ``"tokens"`` all positions, for the
        transformer decoder, whose digits then look at the places that they need.
    dropout
        Dropout probability while training.

    Raises
    ------
    ValueError
        If a setting is out of range.

    Examples
    --------
    >>> import torch
    >>> settings = TextTransformer(dim=32, n_layers=1)
    >>> texts = ["for i in range(10): pass", "x = 1"]
    >>> tokenizer = settings.tokenizer(texts)
    >>> encoder = settings.build(tokenizer)
    >>> encoder(torch.from_numpy(tokenizer.ids(texts))).features.shape
    torch.Size([2, 1, 32])
    """

    dim: int = 128
    n_layers: int = 3
    n_heads: int = 4
    feed_forward_dim: int = 512
    max_length: int = 4096
    patch: int = 8
    pool: Pool = "attention"
    dropout: float = 0.1

    def __post_init__(self) -> None:
        """Check the settings."""
        check_sizes(
            self.dim, self.n_heads, self.n_layers, self.feed_forward_dim, self.max_length, self.dropout, self.pool
        )
        if self.patch < 1 or self.patch & (self.patch - 1):
            raise ValueError(f"patch must be a power of 2, but got {self.patch}.")

    def tokenizer(self, texts: Sequence[str]) -> ByteTokenizer:
        """Return a `ByteTokenizer`; there is nothing to learn."""
        return ByteTokenizer(max_length=self.max_length)

    def build(self, tokenizer: TextTokenizer) -> TokenTransformer:
        """Return a freshly initialised encoder."""
        return TokenTransformer(
            tokenizer.n_ids,
            dim=self.dim,
            n_heads=self.n_heads,
            n_layers=self.n_layers,
            feed_forward_dim=self.feed_forward_dim,
            dropout=self.dropout,
            patch=self.patch,
            pool=self.pool,
        )
