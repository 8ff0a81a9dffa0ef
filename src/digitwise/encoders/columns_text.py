"""Columns of text: which they are, and what becomes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, final

import numpy as np
from jaxtyping import Float

from digitwise.encoders.columns_cells import TableColumn
from digitwise.encoders.columns_match import listed_columns, of_kind
from digitwise.encoders.columns_table import Table
from digitwise.encoders.columns_tensors import TextSequences
from digitwise.encoders.sequence import SequenceEncoder, TextTokenizer, tokenizer_from_dict
from digitwise.encoders.text import (
    Agreement,
    Embeddings,
    FittedTextFeatures,
    TextFeatures,
    automatic_features,
    fitted_text_features,
)
from digitwise.encoders.text.features import fit_features
from digitwise.encoders.text.guesses import TextTargets
from digitwise.encoders.text.pairs import FittedAgreement
from digitwise.encoders.text.read_once import ReadOnce

WORDS_OF_TEXT, CHARACTERS_OF_TEXT = 3, 24
"""A column is text rather than names of categories if its cells have so many words or characters on average."""


@final
@dataclass(frozen=True, kw_only=True)
class TextReading:
    """How texts are read: as features, as a sequence of ids for an encoder that is trained, or both.

    Parameters
    ----------
    features
        Settings of features, of each text column by itself; ``"auto"``: molecules where all texts are SMILES, n-grams
        otherwise. Of two text columns it is also told how far they agree.
    sequence
        Settings of an encoder; it reads the texts of all columns one after the other.
    """

    features: TextFeatures | Literal["auto"] | None = "auto"
    sequence: SequenceEncoder | None = None

    def fit_transform(
        self, columns: Sequence[TableColumn], random_state: int, targets: TextTargets | None = None
    ) -> tuple["FittedTexts", dict[str, ReadOnce], list[TableColumn]]:
        """Return what the training texts of some columns teach, the texts, and their features as columns of numbers."""
        texts = {column.name: ReadOnce(cells_of(column)) for column in columns}
        features: dict[str, FittedTextFeatures] = {}
        if self.features is not None:
            for name, cells in texts.items():
                settings = automatic_features(cells) if isinstance(self.features, str) else self.features
                features[name] = fit_features(settings, cells, random_state, targets)
        pair = None
        if len(features) == 2:
            vectors = self.features if isinstance(self.features, Embeddings) else None
            first, second = texts.values()
            pair = Agreement(vectors=vectors).fit(first, second, random_state)
        tokenizer = None
        if self.sequence is not None and texts:
            tokenizer = self.sequence.tokenizer(joined(list(texts.values())))
        fitted = FittedTexts(names=tuple(texts), features=features, pair=pair, tokenizer=tokenizer)
        return fitted, texts, fitted.numbers(texts)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class FittedTexts:
    """What training taught about the text columns.

    Parameters
    ----------
    names
        Of the text columns, in the table's order.
    features
        What became of each column's features; empty where texts are read as sequences only.
    pair
        How far the texts of two columns agree; None where there are not two.
    tokenizer
        Makes the ids of the sequence; None where there is none.
    """

    names: tuple[str, ...] = ()
    features: Mapping[str, FittedTextFeatures]
    pair: FittedAgreement | None = None
    tokenizer: TextTokenizer | None = None

    def texts(self, by_name: Mapping[str, TableColumn]) -> dict[str, ReadOnce]:
        """Return the texts of each text column, in the order of training.

        Raises
        ------
        ValueError
            If a column holds something else now.
        """
        return {name: ReadOnce(cells_of(of_kind(by_name[name], "text"))) for name in self.names}

    def numbers(self, texts: Mapping[str, Sequence[str]]) -> list[TableColumn]:
        """Return the features of all text columns as columns of numbers."""
        found = [
            part
            for name, fitted in self.features.items()
            for part in numbers_of(name, fitted.names, fitted.transform(texts[name]))
        ]
        if self.pair is not None:
            pair = self.pair.transform(*(texts[name] for name in self.names))
            found += numbers_of(" and ".join(self.names), self.pair.names, pair)
        return found

    def sequences(self, texts: Mapping[str, Sequence[str]]) -> TextSequences | None:
        """Return the texts of each row one after the other, for an encoder; None where none reads them."""
        if self.tokenizer is None:
            return None
        return TextSequences(texts=joined([texts[name] for name in self.names]), tokenizer=self.tokenizer)

    def to_dict(self) -> dict[str, Any]:
        """Return everything learnt: plain values and arrays."""
        return {
            "names": list(self.names),
            "features": {name: fitted.to_dict() for name, fitted in self.features.items()},
            "pair": None if self.pair is None else self.pair.to_dict(),
            "tokenizer": None if self.tokenizer is None else self.tokenizer.to_dict(),
        }

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> "FittedTexts":
        """Return what `to_dict` described."""
        tokenizer = state["tokenizer"]
        return cls(
            names=tuple(state["names"]),
            features={name: fitted_text_features(fitted) for name, fitted in state["features"].items()},
            pair=None if state["pair"] is None else FittedAgreement.from_dict(state["pair"]),
            tokenizer=None if tokenizer is None else tokenizer_from_dict(tokenizer),
        )


def text_columns(
    table: Table, text: Literal["auto", "all"] | Sequence[str | int], categorical: set[str]
) -> list[TableColumn]:
    """Return the columns of a training table that hold text.

    Parameters
    ----------
    table
        The training table.
    text
        Names or indices; ``"all"`` columns of strings; or ``"auto"``: those of them whose cells are mostly different,
        and have at least 3 words or 24 characters on average. The table's own categories and those listed in
        ``categorical`` are never found by themselves.
    categorical
        Names of columns that are categories.

    Raises
    ------
    ValueError
        If a listed column does not exist, holds no text, or is listed as categorical too.
    """
    candidates = [column for column in table.columns if column.kind == "text" and not column.missing.all()]
    if isinstance(text, str) and text in ("auto", "all"):
        free = [column for column in candidates if not column.is_category and column.name not in categorical]
        return free if text == "all" else [column for column in free if _is_prose(column)]
    listed = listed_columns(table, text, parameter="text")
    if listed & categorical:
        raise ValueError(f"A column is text or categorical, but {sorted(listed & categorical)} are listed as both.")
    found = [column for column in candidates if column.name in listed]
    if len(found) < len(listed):
        others = sorted(listed - {column.name for column in found})
        raise ValueError(f"text must list columns of strings, but {others} hold none.")
    return found


def cells_of(column: TableColumn) -> list[str]:
    """Return the texts of a column; a missing one is empty."""
    return ["" if missing else str(cell) for cell, missing in zip(column.labels(), column.missing, strict=True)]


def numbers_of(text: str, names: Sequence[str], features: Float[np.ndarray, "row feature"]) -> list[TableColumn]:
    """Return features of a text as columns."""
    return [
        TableColumn(name=f"{text}: {name}", kind="number", values=cells, missing=np.isnan(cells))
        for name, cells in zip(names, features.T, strict=True)
    ]


def joined(columns: Sequence[Sequence[str]]) -> list[str]:
    r"""Return the texts of each row one after the other, on lines of their own.

    Examples
    --------
    >>> joined([["a", "b"], ["c", "d"]])
    ['a\nc', 'b\nd']
    """
    return ["\n".join(texts) for texts in zip(*columns, strict=True)]


def _is_prose(column: TableColumn) -> bool:
    cells = [cell for cell, missing in zip(column.labels(), column.missing, strict=True) if not missing]
    if 2 * len(set(cells)) <= len(cells):
        return False
    words = sum(len(cell.split()) for cell in cells) / len(cells)
    return words >= WORDS_OF_TEXT or sum(map(len, cells)) / len(cells) >= CHARACTERS_OF_TEXT
