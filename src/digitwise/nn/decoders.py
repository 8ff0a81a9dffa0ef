"""The decoders by name: frozen settings that build a next-token model for a digit tree."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from digitwise.codecs.open_tree import OpenTree
from digitwise.codecs.tree import DigitTree
from digitwise.nn.digit_decoder import DigitDecoder
from digitwise.nn.next_token_model import NextTokenModel
from digitwise.nn.tree_decoder import TreeDecoder


@runtime_checkable
class Decoder(Protocol):
    """Settings of a decoder."""

    def build(self, tree: DigitTree | OpenTree, memory_dim: int) -> NextTokenModel:
        """Return a freshly initialised next-token model."""
        ...


@dataclass(frozen=True, kw_only=True)
class Tree:
    """One logit vector per inner node (`TreeDecoder`): fastest, for trees of up to some thousand leaves."""

    def build(self, tree: DigitTree | OpenTree, memory_dim: int) -> NextTokenModel:
        """Return a `TreeDecoder`.

        Raises
        ------
        ValueError
            If the tree is not written out.
        """
        if not isinstance(tree, DigitTree):
            raise ValueError(
                "The tree decoder has weights of its own in every inner node, which is too many for this codec. Use "
                "decoder='transformer', or fewer digits."
            )
        return TreeDecoder(tree, memory_dim)


@dataclass(frozen=True, kw_only=True)
class Transformer:
    """The papers' transformer (`DigitDecoder`), sharing weights between all nodes.

    Parameters
    ----------
    dim, n_heads, n_layers, feed_forward_dim
        Width, attention heads, layers and width of the feed-forward blocks.
    dropout
        Dropout probability while training.

    Raises
    ------
    ValueError
        If a size is below 1, ``dim`` is no multiple of ``n_heads``, or ``dropout`` is out of range.
    """

    dim: int = 64
    n_heads: int = 4
    n_layers: int = 2
    feed_forward_dim: int = 256
    dropout: float = 0.1

    def __post_init__(self) -> None:
        """Check the sizes."""
        for name in ("dim", "n_heads", "n_layers", "feed_forward_dim"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, but got {getattr(self, name)}.")
        if self.dim % self.n_heads:
            raise ValueError(f"dim must be a multiple of n_heads, but got dim={self.dim} and n_heads={self.n_heads}.")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"dropout must lie in [0, 1), but got {self.dropout}.")

    def build(self, tree: DigitTree | OpenTree, memory_dim: int) -> NextTokenModel:
        """Return a `DigitDecoder`."""
        return DigitDecoder(
            tree,
            memory_dim,
            dim=self.dim,
            n_heads=self.n_heads,
            n_layers=self.n_layers,
            feed_forward_dim=self.feed_forward_dim,
            dropout=self.dropout,
        )
