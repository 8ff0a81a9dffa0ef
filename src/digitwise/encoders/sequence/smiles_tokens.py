"""SMILES atom by atom: a bracket with all it holds is one token, and so are Cl, Br and two-digit ring closures."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int64

from digitwise.encoders.sequence.head_and_tail import head_and_tail
from digitwise.encoders.sequence.padding import padded
from digitwise.encoders.sequence.texts import checked_texts

TOKEN = re.compile(
    r"\[[^\[\]]*\]"  # an atom in brackets, with isotope, chirality, hydrogens, charge and map number
    r"|Br|Cl"  # the atoms of two letters that may stand without brackets
    r"|%\([0-9]+\)|%[0-9]{2}"  # ring closures of more than one digit
    r"|>>|.",  # an arrow; everything else, atoms of one letter, bonds, branches and rings, is one character
    re.DOTALL,
)
START, UNSEEN = 0, 1
FIRST = 2
"""The id of the first token of the vocabulary, after those of the start and of unseen tokens."""


def smiles_tokens(smiles: str) -> list[str]:
    """Return the tokens of a SMILES string; put together they are the string, whatever it holds.

    References
    ----------
    Atom-level tokens as in Schwaller et al., "Molecular Transformer", arXiv 1811.02633.

    Examples
    --------
    >>> smiles_tokens("C[C@@H](Cl)c1cc[nH]c1")
    ['C', '[C@@H]', '(', 'Cl', ')', 'c', '1', 'c', 'c', '[nH]', 'c', '1']
    """
    return TOKEN.findall(smiles)


@dataclass(frozen=True, kw_only=True)
class SmilesTokenizer:
    """Ids of the tokens of SMILES strings, after a start id; tokens that training did not show share an id.

    Parameters
    ----------
    vocabulary
        The tokens that are known.
    max_length
        Ids of a text at the most; of longer ones beginning and end are kept (`head_and_tail`).

    Examples
    --------
    >>> tokenizer = SmilesTokenizer.fit(["CCO", "CCl"], max_length=100)
    >>> tokenizer.vocabulary
    ('C', 'Cl', 'O')
    >>> tokenizer.ids(["OCCl", "CBr"]).tolist()
    [[0, 4, 2, 3], [0, 2, 1, -1]]
    """

    vocabulary: tuple[str, ...]
    max_length: int

    @classmethod
    def fit(cls, texts: Sequence[str], max_length: int) -> "SmilesTokenizer":
        """Return a tokenizer that knows the tokens of some texts, the most frequent first, then in their own order."""
        counts = Counter(token for text in checked_texts(texts) for token in smiles_tokens(text))
        vocabulary = sorted(counts, key=lambda token: (-counts[token], token))
        return cls(vocabulary=tuple(vocabulary), max_length=max_length)

    @property
    def n_ids(self) -> int:
        """The vocabulary, the start, and what is unseen."""
        return FIRST + len(self.vocabulary)

    def ids(self, texts: Sequence[str]) -> Int64[np.ndarray, "row length"]:
        """Return the ids of each text, filled up at the right."""
        known = {token: FIRST + index for index, token in enumerate(self.vocabulary)}
        rows = ([START, *(known.get(token, UNSEEN) for token in smiles_tokens(text))] for text in checked_texts(texts))
        return padded([head_and_tail(np.array(row, dtype=np.int64), self.max_length) for row in rows])

    def to_dict(self) -> dict[str, Any]:
        """Return the vocabulary and the settings."""
        return {"kind": "smiles", "vocabulary": list(self.vocabulary), "max_length": self.max_length}
