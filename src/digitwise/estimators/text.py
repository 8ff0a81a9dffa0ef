"""Text, code and molecules to a number."""

from collections.abc import Sequence
from typing import Any, Literal

import narwhals.stable.v2 as nw
import numpy as np

from digitwise.codecs import Codec
from digitwise.encoders.sequence import SmilesTransformer, augmented
from digitwise.estimators.digit_regressor import DigitRegressor
from digitwise.estimators.table_rows import TableRows
from digitwise.estimators.text_encoders import text_reading


class TextDecodingRegressor(DigitRegressor):
    """Predict a number from a text: prose, source code, a query, a molecule. Every prediction is a full law.

    `fit` takes a list of strings, or a table that has numbers and categories beside its texts. In all else it is
    `DecodingRegressor`, with the same verbs, objectives, codecs and fine-tuning.

    Parameters
    ----------
    digit_parameters
    shared_parameters

    Notes
    -----
    All columns of strings are texts, but for those that ``categorical`` lists. ``codec="auto"`` writes numbers
    over many orders of magnitude, such as latencies, with digits that suit them. A `SmilesTransformer` is trained
    on ``n_spellings`` random spellings of each training molecule.

    References
    ----------
    Akhauri et al., "Regression Language Models for Code", arXiv 2509.26476; GenRe², arXiv 2512.06533. *Differs from the
    papers*: nothing is pretrained by default, and with some thousand rows features of the text are ahead of encoders
    that are trained on it.

    Examples
    --------
    >>> texts = [f"for i in range({n}): work()" for n in range(1, 200)]
    >>> model = TextDecodingRegressor(preset="fast", random_state=0).fit(texts, range(1, 200))
    >>> bool(abs(model.predict(["for i in range(100): work()"])[0] - 100) < 20)
    True
    """

    def __init__(
        self,
        *,
        codec: str | Codec = "auto",
        text: Literal["auto", "all"] | Sequence[str | int] = "all",
        **shared: Any,
    ) -> None:
        super().__init__(codec=codec, text=text, **shared)

    def _as_table(self, X: Any) -> Any:
        """Return a list of texts as a table of one column."""
        if isinstance(X, str):
            raise TypeError("X must be a list of texts, one for each row, but is a single text. Write [text].")
        if isinstance(X, nw.Series) or nw.dependencies.is_into_series(X):
            return np.array(nw.from_native(X, series_only=True).to_list(), dtype=object).reshape(-1, 1)
        if isinstance(X, list | tuple) and all(isinstance(text, str) or text is None for text in X):
            return np.array(X, dtype=object).reshape(-1, 1)
        if isinstance(X, np.ndarray) and X.ndim == 1 and X.dtype.kind in "OUS":
            return X.astype(object).reshape(-1, 1)
        return X

    def _tables(
        self, X: Any, y: Any, sample_weight: Any, validation_data: tuple[Any, ...] | None, *, reset: bool
    ) -> tuple[TableRows, TableRows, int]:
        train, validation, seed = super()._tables(X, y, sample_weight, validation_data, reset=reset)
        sequence = text_reading(self.encoder).sequence
        if isinstance(sequence, SmilesTransformer) and sequence.n_spellings > 1:
            return _respelled(train, sequence.n_spellings, seed), _one_column(validation), seed
        return train, validation, seed


def _respelled(rows: TableRows, n_spellings: int, seed: int) -> TableRows:
    """Return rows with several random spellings of the molecule of each.

    Raises
    ------
    ValueError
        If rows are more than a text each, or rdkit cannot read one.
    """
    rows = _one_column(rows)
    spellings, source = augmented(rows.X[:, 0].tolist(), n_spellings, seed)
    repeated = rows.take(source)
    return TableRows(np.array(spellings, dtype=object).reshape(-1, 1), repeated.y, repeated.weight, repeated.y_high)


def _one_column(rows: TableRows) -> TableRows:
    """Return rows of a single text each, as an array."""
    X = rows.X if isinstance(rows.X, np.ndarray) else np.asarray(nw.from_native(rows.X, eager_only=True).to_numpy())
    if X.shape[1] != 1:
        raise ValueError(
            f"SmilesTransformer spells one column of SMILES anew, but X has {X.shape[1]}. Use n_spellings=1."
        )
    return TableRows(X.astype(object), rows.y, rows.weight, rows.y_high)
