"""Stored tokenizers, by kind."""

from collections.abc import Callable
from typing import Any

from digitwise.encoders.sequence.bytes import ByteTokenizer
from digitwise.encoders.sequence.hugging_face_tokenizer import HuggingFaceTokenizer
from digitwise.encoders.sequence.sequence import TextTokenizer
from digitwise.encoders.sequence.smiles_tokens import SmilesTokenizer

KINDS: dict[str, Callable[..., TextTokenizer]] = {
    "bytes": ByteTokenizer,
    "smiles": SmilesTokenizer,
    "hugging_face": HuggingFaceTokenizer,
}


def tokenizer_from_dict(state: dict[str, Any]) -> TextTokenizer:
    """Return the tokenizer that ``to_dict`` described.

    Raises
    ------
    ValueError
        If there is no tokenizer of that kind.

    Examples
    --------
    >>> tokenizer_from_dict({"kind": "bytes", "max_length": 64})
    ByteTokenizer(max_length=64)
    """
    kind = str(state.get("kind"))
    if kind not in KINDS:
        raise ValueError(f"A stored tokenizer must be one of {', '.join(KINDS)}, but this one is {kind!r}.")
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in state.items()}
    del values["kind"]
    return KINDS[kind](**values)
