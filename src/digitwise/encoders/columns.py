"""Raw tables to tensors: what `Columns.fit` learns on training rows, `transform` applies to any.

Numeric columns are filled, scaled and clipped; categories become codes. Texts become numbers (features), ids for an
encoder that reads them, or both. The result depends on nothing but the row itself: transforming rows one by one or all
at once is the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, final

import numpy as np
import torch

from digitwise.encoders.columns_category import (
    CategoryColumn,
    category_codes,
    fit_category,
)
from digitwise.encoders.columns_cells import TableColumn
from digitwise.encoders.columns_match import listed_columns, matched_columns, of_kind
from digitwise.encoders.columns_numeric import NumericColumn, fit_numeric, transform_numeric
from digitwise.encoders.columns_table import read_table
from digitwise.encoders.columns_tensors import ColumnTensors, ReadTable
from digitwise.encoders.columns_text import FittedTexts, TextReading, text_columns
from digitwise.encoders.text.guesses import TextTargets


@final
@dataclass(frozen=True, kw_only=True)
class Columns:
    """The columns of a training table; make one with `fit`.

    Parameters
    ----------
    feature_names
        Names of all columns of the training table, in its order; ``x0``, ``x1`` ... for arrays.
    named
        Whether the training table had names. If so, frames are matched by name; arrays, and
        frames where the training table was an array, are matched by position.
    numeric
        The numeric columns that are used.
    categorical
        The categorical columns that are used.
    dropped
        Names of the columns that are not used, and why: ``"constant"`` or ``"all missing"``.
    texts
        The text columns; None where texts are taken for categories.

    Examples
    --------
    >>> columns = Columns.fit([[1.0, "a"], [2.0, "b"], [None, "b"]])
    >>> columns.n_numeric, columns.cardinalities
    (2, [4])
    >>> tensors = columns.transform([[1.5, "z"], [None, None]])
    >>> tensors.numeric.tolist(), tensors.categorical.tolist()
    ([[0.0, 0.0], [0.0, 1.0]], [[0], [1]])
    """

    feature_names: tuple[str, ...]
    named: bool
    numeric: tuple[NumericColumn, ...]
    categorical: tuple[CategoryColumn, ...]
    dropped: Mapping[str, str]
    texts: FittedTexts | None = None

    @classmethod
    def fit(
        cls,
        X: Any,
        *,
        categorical: Literal["auto"] | Sequence[str | int] = "auto",
        max_categories: int = 128,
        text: Literal["auto", "all"] | Sequence[str | int] = "auto",
        reading: TextReading | None = None,
        targets: TextTargets | None = None,
        random_state: int = 0,
    ) -> "Columns":
        """Return what the training rows teach about their columns; the parameters are those of `fit_transform`."""
        columns, _ = cls.fit_transform(
            X,
            categorical=categorical,
            max_categories=max_categories,
            text=text,
            reading=reading,
            targets=targets,
            random_state=random_state,
        )
        return columns

    @classmethod
    def fit_transform(
        cls,
        X: Any,
        *,
        categorical: Literal["auto"] | Sequence[str | int] = "auto",
        max_categories: int = 128,
        text: Literal["auto", "all"] | Sequence[str | int] = "auto",
        reading: TextReading | None = None,
        targets: TextTargets | None = None,
        random_state: int = 0,
    ) -> tuple["Columns", ColumnTensors]:
        """Return what the training rows teach about their columns, and the same rows as tensors.

        Features of texts, which may take their time, are made once for both. The tensors are those of `transform`.

        Text, categories and enums are categorical, and so is what ``categorical`` lists. Numbers,
        booleans, dates and date-times (seconds since 1970, UTC) and durations (seconds) are
        numeric.

        Parameters
        ----------
        X
            Training rows: a 2-D array, a list of lists, or a pandas, polars or pyarrow frame.
            Missing cells may be None, NaN, NaT or NA.
        categorical
            Names or indices of further columns to treat as categorical; ``"auto"`` for none.
        max_categories
            How many categories of a column get a code of their own, at least 2; the rarest are
            pooled.
        text
            Which columns are text, as in `digitwise.encoders.columns_text.text_columns`.
        reading
            How texts are read; None takes all strings for categories.
        targets
            What features of texts may learn to foretell; None for nothing.
        random_state
            Decides the main directions of texts, and the folds in which they learn from targets.

        Raises
        ------
        TypeError
            If cells are neither numbers, booleans, dates, durations nor text.
        ValueError
            If X is not a table, a listed column does not exist, or a number is infinite.
        """
        if max_categories < 2:
            raise ValueError(f"max_categories must be at least 2, but got {max_categories}.")
        table = read_table(X)
        listed = listed_columns(table, categorical)
        found = [] if reading is None else text_columns(table, text, listed)
        texts: FittedTexts | None = None
        cells: Mapping[str, Sequence[str]] = {}
        features: list[TableColumn] = []
        if reading is not None:
            texts, cells, features = reading.fit_transform(found, random_state, targets)
        is_text = {column.name for column in found}
        numeric: list[NumericColumn] = []
        categories: list[CategoryColumn] = []
        dropped: dict[str, str] = {}
        for column in (*table.columns, *features):
            if column.name in is_text:
                continue
            if column.missing.all():
                dropped[column.name] = "all missing"
            elif column.is_category or column.kind in ("text", "mixed") or column.name in listed:
                category = fit_category(column.name, column.kind, column.labels(), column.missing, max_categories)
                if len(category.categories) == 1 and not column.missing.any():
                    dropped[column.name] = "constant"
                else:
                    categories.append(category)
            else:
                number = fit_numeric(column.name, column.kind, column.numbers())
                if number.varies or number.has_missing:
                    numeric.append(number)
                else:
                    dropped[column.name] = "constant"
        columns = cls(
            feature_names=table.names,
            named=table.named,
            numeric=tuple(numeric),
            categorical=tuple(categories),
            dropped=dropped,
            texts=texts,
        )
        read = columns._read({column.name: column for column in table.columns}, features, cells)
        return columns, read.take(slice(None))

    @property
    def n_numeric(self) -> int:
        """Width of the numeric tensor: values and indicators."""
        return sum(column.varies + column.has_missing for column in self.numeric)

    @property
    def cardinalities(self) -> list[int]:
        """Number of codes of each categorical column, those for unseen and missing included."""
        return [column.n_codes for column in self.categorical]

    @property
    def knots(self) -> list[tuple[float, ...]]:
        """Quantiles of each column of values, which come first in the numeric tensor; in its units."""
        return [column.knots for column in self.numeric if column.varies]

    @property
    def numeric_names(self) -> list[str]:
        """Names of the columns of the numeric tensor."""
        values = [column.name for column in self.numeric if column.varies]
        return values + [f"{column.name} is missing" for column in self.numeric if column.has_missing]

    @property
    def categorical_names(self) -> list[str]:
        """Names of the columns of the categorical tensor."""
        return [column.name for column in self.categorical]

    def transform(self, X: Any) -> ColumnTensors:
        """Return the rows of a table as tensors.

        A cell that is missing where none was in training gets the median (numeric) or code 1
        (categorical); a category that training did not see gets code 0.

        Parameters
        ----------
        X
            Rows with the columns seen in training; a frame may have them in any order.

        Raises
        ------
        TypeError
            If cells are neither numbers, booleans, dates, durations nor text.
        ValueError
            If columns are missing or unexpected, hold another kind of cells than in training, or
            a number is infinite.
        """
        return self.read(X).take(slice(None))

    def read(self, X: Any) -> ReadTable:
        """Return what `transform` does, with ids of texts for those rows alone that are asked for.

        Parameters
        ----------
        X
            As for `transform`.

        Examples
        --------
        >>> from digitwise.encoders.columns_text import TextReading
        >>> from digitwise.encoders.sequence import TextTransformer
        >>> reading = TextReading(features=None, sequence=TextTransformer())
        >>> table = [["a text of many words"], ["short"], ["a"]]
        >>> read = Columns.fit(table, text="all", reading=reading).read(table)
        >>> len(read), read.take(slice(1, 3)).ids.tolist()
        (3, [[256, 115, 104, 111, 114, 116], [256, 97, -1, -1, -1, -1]])
        """
        by_name = matched_columns(read_table(X), self.feature_names, self.named)
        if self.texts is None:
            return self._read(by_name, [], {})
        texts = self.texts.texts(by_name)
        return self._read(by_name, self.texts.numbers(texts), texts)

    def _read(
        self,
        by_name: Mapping[str, TableColumn],
        features: Sequence[TableColumn],
        texts: Mapping[str, Sequence[str]],
    ) -> ReadTable:
        """Return a table's columns, the features of its texts among them, and the texts."""
        n_rows = len(next(iter(by_name.values())).values)
        numbers = {**by_name, **{column.name: column for column in features}}
        numeric = np.empty((n_rows, len(self.numeric)), order="F")
        for index, number in enumerate(self.numeric):
            numeric[:, index] = of_kind(numbers[number.name], number.kind).numbers()
        codes = np.empty((n_rows, len(self.categorical)), dtype=np.int64)
        for index, category in enumerate(self.categorical):
            column = of_kind(by_name[category.name], category.kind)
            codes[:, index] = category_codes(category, column.labels(), column.missing)
        return ReadTable(
            numeric=torch.from_numpy(transform_numeric(self.numeric, numeric)),
            categorical=torch.from_numpy(codes),
            texts=None if self.texts is None else self.texts.sequences(texts),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return everything learnt, in types that JSON knows."""
        return {
            "feature_names": list(self.feature_names),
            "named": self.named,
            "numeric": [asdict(column) for column in self.numeric],
            "categorical": [
                {"name": c.name, "kind": c.kind, "categories": list(c.categories)} for c in self.categorical
            ],
            "dropped": dict(self.dropped),
            "texts": None if self.texts is None else self.texts.to_dict(),
        }

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> "Columns":
        """Return the columns that ``to_dict`` described."""
        return cls(
            feature_names=tuple(state["feature_names"]),
            named=state["named"],
            numeric=tuple(NumericColumn(**{**column, "knots": tuple(column["knots"])}) for column in state["numeric"]),
            categorical=tuple(
                CategoryColumn(**{**column, "categories": tuple(column["categories"])})
                for column in state["categorical"]
            ),
            dropped=dict(state["dropped"]),
            texts=None if state["texts"] is None else FittedTexts.from_dict(state["texts"]),
        )
