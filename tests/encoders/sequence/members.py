"""The encoders of text on which the laws are checked."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from digitwise.encoders.sequence import HuggingFace, SequenceEncoder, SmilesTransformer, TextTransformer
from tests.encoders.sequence.tiny_models import ARCHITECTURES, write_model

SMALL = {"dim": 16, "n_layers": 2, "n_heads": 2, "feed_forward_dim": 32}

TEXTS = (
    "CC(=O)Oc1ccccc1C(=O)O",
    "",
    "O",
    "def f(x):\n    return x + 1\n" * 3,
    "Größe: 3 µm, 数字",
    "[nH]1cccc1>>Brc1ccc[nH]1%12",
)


def pretrained(folder: Path, architecture: str) -> HuggingFace:
    """Return settings for a tiny model, or skip."""
    pytest.importorskip("transformers")
    path = str(write_model(folder, architecture))
    return HuggingFace(path=path, memory="tokens", max_length=48)


MEMBERS: dict[str, Callable[[Path], SequenceEncoder]] = {
    "text": lambda _: TextTransformer(max_length=64, **SMALL),
    "text, tokens": lambda _: TextTransformer(max_length=64, pool="tokens", **SMALL),
    "smiles": lambda _: SmilesTransformer(max_length=30, **SMALL),
    "smiles, tokens": lambda _: SmilesTransformer(max_length=30, pool="tokens", **SMALL),
    "text, unpatched": lambda _: TextTransformer(max_length=20, patch=1, pool="tokens", **SMALL),
    **{name: partial(pretrained, architecture=name) for name in ARCHITECTURES},
}
