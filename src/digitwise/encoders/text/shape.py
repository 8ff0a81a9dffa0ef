"""The shape of a text: how long it is, in what units, and how deeply indented. Nothing is learnt."""

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, final

import numpy as np
from jaxtyping import Float

from digitwise.encoders.text.features import MAX_CHARACTERS, check_texts, head_and_tail
from digitwise.encoders.text.tokens import words

SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)")
VOWELS = re.compile(r"[aeiouyAEIOUY]+")
NAMES = (
    "characters",
    "lines",
    "tokens",
    "words",
    "distinct words",
    "sentences",
    "longest line",
    "deepest indentation",
    "mean indentation",
    "fenced characters",
    "fenced lines",
    "compressed bytes",
    "letters per word",
    "longest word",
    "long words",
    "vowel groups per word",
    "words per sentence",
    "share of distinct words",
    "share of capitals",
    "share of digits",
    "share of other signs",
)


@final
@dataclass(frozen=True, kw_only=True)
class Shape:
    r"""Lengths and shares: counts as ``log(1 + count)``, means and shares as they are.

    It is its own fitted state, for there is nothing to learn.

    Parameters
    ----------
    max_characters
        Of longer texts only the first and the last half of so many characters are read; length and lines are those of
        the whole.

    Examples
    --------
    >>> shape = Shape().fit([])
    >>> dict(zip(shape.names, shape.transform(["One two.\n  Three?"])[0].round(2).tolist()))["words per sentence"]
    1.5
    """

    kind: ClassVar[str] = "shape"
    max_characters: int = MAX_CHARACTERS

    def __post_init__(self) -> None:
        """Check the settings."""
        if self.max_characters < 1:
            raise ValueError(f"max_characters must be at least 1, but got {self.max_characters}.")

    @property
    def names(self) -> tuple[str, ...]:
        """One name per feature."""
        return NAMES

    def fit(self, texts: Sequence[str], random_state: int = 0) -> "Shape":
        """Return itself."""
        check_texts(texts)
        return self

    def transform(self, texts: Sequence[str]) -> Float[np.ndarray, "row feature"]:
        """Return the shape of each text; means over no words are NaN."""
        check_texts(texts)
        rows = [_shape(text, head_and_tail(text, self.max_characters)) for text in texts]
        return np.array(rows, dtype=np.float64).reshape(len(texts), len(NAMES))

    def to_dict(self) -> dict[str, Any]:
        """Return the settings."""
        return {"kind": self.kind, "max_characters": self.max_characters}

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> "Shape":
        """Return what `to_dict` described."""
        return cls(max_characters=state["max_characters"])


def _shape(whole: str, text: str) -> list[float]:
    """Return the numbers that `NAMES` names."""
    lines = text.splitlines() or [""]
    tokens = words(text)
    lengths = [len(token) for token in tokens if token[0].isalpha() or token[0] == "_"]
    distinct = len({token for token in tokens if token[0].isalpha() or token[0] == "_"})
    fenced = "".join(text.split("```")[1::2])
    n_words, n_characters = len(lengths), max(len(text), 1)
    n_sentences = max(len(SENTENCE_END.findall(text)), 1)
    indents = [len(line) - len(line.lstrip()) for line in lines if line.strip()] or [0]
    counts = [
        len(whole),
        whole.count("\n") + 1,
        len(tokens),
        n_words,
        distinct,
        n_sentences,
        max(map(len, lines)),
        max(indents),
        sum(indents) / len(indents),
        len(fenced),
        fenced.count("\n"),
        len(zlib.compress(text.encode(errors="replace"), 6)),
    ]
    shares = [
        sum(lengths) / n_words if n_words else np.nan,
        max(lengths, default=np.nan),
        sum(length > 6 for length in lengths) / n_words if n_words else np.nan,
        len(VOWELS.findall(text)) / n_words if n_words else np.nan,
        n_words / n_sentences,
        distinct / n_words if n_words else np.nan,
        sum(map(str.isupper, text)) / n_characters,
        sum(map(str.isdigit, text)) / n_characters,
        sum(not (c.isalnum() or c.isspace()) for c in text) / n_characters,
    ]
    return [float(np.log1p(count)) for count in counts] + [float(share) for share in shares]
