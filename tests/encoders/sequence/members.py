"""The encoders of text on which the laws are checked."""

from collections.abc import Callable
from pathlib import Path

from digitwise.encoders.sequence import SequenceEncoder, SmilesTransformer, TextTransformer

SMALL = {"dim": 16, "n_layers": 2, "n_heads": 2, "feed_forward_dim": 32}

TEXTS = (
    "CC(=O)Oc1ccccc1C(=O)O",
    "",
    "O",
    "def f(x):\n    return x + 1\n" * 3,
    "Größe: 3 µm, 数字",
    "[nH]1cccc1>>Brc1ccc[nH]1%12",
)

MEMBERS: dict[str, Callable[[Path], SequenceEncoder]] = {
    "text": lambda _: TextTransformer(max_length=64, **SMALL),
    "text, tokens": lambda _: TextTransformer(max_length=64, pool="tokens", **SMALL),
    "smiles": lambda _: SmilesTransformer(max_length=30, **SMALL),
    "smiles, tokens": lambda _: SmilesTransformer(max_length=30, pool="tokens", **SMALL),
    "text, unpatched": lambda _: TextTransformer(max_length=20, patch=1, pool="tokens", **SMALL),
}
