"""Molecules from their SMILES strings, from scratch."""

from collections.abc import Sequence
from dataclasses import dataclass

from digitwise.encoders.sequence.sequence import TextTokenizer
from digitwise.encoders.sequence.smiles_tokens import SmilesTokenizer
from digitwise.encoders.sequence.token_transformer import Pool, TokenTransformer, check_sizes


@dataclass(frozen=True, kw_only=True)
class SmilesTransformer:
    """Read SMILES strings atom by atom (`SmilesTokenizer`), each token a position of a small transformer.

    One molecule has many spellings: training on several of each (`augmented`) makes predictions depend less on which
    one it is.

    Parameters
    ----------
    dim, n_layers, n_heads, feed_forward_dim
        Width, layers, attention heads and width of the feed-forward blocks.
    max_length
        Tokens of a string at the most; of longer ones the beginning and the end are kept (`head_and_tail`).
    pool
        What the memory is: ``"attention"`` one token, for every decoder; ``"tokens"`` all atoms and bonds, for the
        transformer decoder.
    dropout
        Dropout probability while training.
    n_spellings
        Spellings of each training molecule that an estimator trains on, the given one among them. More than one need
        rdkit (extra ``chem``).

    Raises
    ------
    ValueError
        If a setting is out of range.

    Examples
    --------
    >>> import torch
    >>> settings = SmilesTransformer(dim=32, n_layers=1, pool="tokens")
    >>> tokenizer = settings.tokenizer(["CCO", "c1ccccc1"])
    >>> encoder = settings.build(tokenizer)
    >>> encoder(torch.from_numpy(tokenizer.ids(["CCO"]))).features.shape  # the start and three atoms
    torch.Size([1, 4, 32])
    """

    dim: int = 128
    n_layers: int = 3
    n_heads: int = 4
    feed_forward_dim: int = 512
    max_length: int = 512
    pool: Pool = "attention"
    dropout: float = 0.1
    n_spellings: int = 8

    def __post_init__(self) -> None:
        """Check the settings."""
        if self.n_spellings < 1:
            raise ValueError(f"n_spellings must be at least 1, but got {self.n_spellings}.")
        check_sizes(
            self.dim, self.n_heads, self.n_layers, self.feed_forward_dim, self.max_length, self.dropout, self.pool
        )

    def tokenizer(self, texts: Sequence[str]) -> SmilesTokenizer:
        """Return a tokenizer with the tokens of the training texts."""
        return SmilesTokenizer.fit(texts, self.max_length)

    def build(self, tokenizer: TextTokenizer) -> TokenTransformer:
        """Return a freshly initialised encoder."""
        return TokenTransformer(
            tokenizer.n_ids,
            dim=self.dim,
            n_heads=self.n_heads,
            n_layers=self.n_layers,
            feed_forward_dim=self.feed_forward_dim,
            dropout=self.dropout,
            pool=self.pool,
        )
