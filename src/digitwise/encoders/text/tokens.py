"""Tokens of texts that no model has to be loaded for: of prose, code and SQL; characters; SMILES."""

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Literal

from digitwise.encoders.sequence.smiles_tokens import smiles_tokens

NUMBER = r"(?:\d[\d_]*(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?"
WORD = r"[^\W\d]\w*"
OPERATOR = r"\\[nrt\"'\\]|<=|>=|==|!=|<>|->|=>|:=|\*\*|//|&&|\|\||<<|>>|[^\w\s]"
WORDS = re.compile(f"{WORD}|{NUMBER}|{OPERATOR}")
WORD_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+|\d+")
SPACES = re.compile(r"\s+")

Tokens = Literal["words", "word_parts", "characters", "smiles"]


def words(text: str) -> list[str]:
    """Return words or identifiers, numbers and operators, in their order.

    Examples
    --------
    >>> words("if ci.role_id<=30: x += 1.5e3")
    ['if', 'ci', '.', 'role_id', '<=', '30', ':', 'x', '+', '=', '1.5e3']
    """
    return WORDS.findall(text)


def word_parts(text: str) -> list[str]:
    """Return the same, in small letters and with identifiers split where ``_``, a capital or a digit starts a part.

    Examples
    --------
    >>> word_parts("numRows = in_ptr0 + 12")
    ['num', 'rows', '=', 'in', 'ptr', '0', '+', '12']
    """
    parts: list[str] = []
    for word in words(text):
        if word[0].isalpha() or word[0] == "_":
            parts += [part.lower() for part in WORD_PARTS.findall(word)] or [word]
        else:
            parts.append(word)
    return parts


def characters(text: str) -> str:
    """Return the characters, runs of white space as one space."""
    return SPACES.sub(" ", text)


TOKENS: Mapping[str, Callable[[str], list[str] | str]] = MappingProxyType(
    {"words": words, "word_parts": word_parts, "characters": characters, "smiles": smiles_tokens}
)


def n_grams(tokens: list[str] | str, shortest: int, longest: int) -> Iterator[str]:
    """Yield every run of ``shortest`` to ``longest`` tokens; with spaces between those that are no characters.

    Examples
    --------
    >>> list(n_grams(["x", "<", "3"], 1, 2)), list(n_grams("abcd", 3, 3))
    (['x', '<', '3', 'x <', '< 3'], ['abc', 'bcd'])
    """
    for length in range(shortest, longest + 1):
        starts = range(len(tokens) - length + 1)
        if isinstance(tokens, str):
            yield from (tokens[start : start + length] for start in starts)
        elif length == 1:
            yield from tokens
        else:
            yield from map(" ".join, zip(*(tokens[start:] for start in range(length)), strict=False))
