"""Tables as the peers take them: each has its own idea of categories and of missing cells."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float


def category_names(X: Any) -> list[str]:
    """Return the names of a data frame's category columns; none for an array."""
    if isinstance(X, np.ndarray):
        return []
    return [name for name, kind in X.dtypes.items() if kind == "category"]


def with_texts(X: Any) -> Any:
    """Return the table with categories as text, missing ones as a category of their own."""
    categories = category_names(X)
    if not categories:
        return X
    return X.assign(**{name: X[name].astype("object").fillna("missing").astype(str) for name in categories})


def with_codes(X: Any) -> Float[np.ndarray, "row column"]:
    """Return the table as numbers, categories as their codes, NaN where a cell is missing."""
    if isinstance(X, np.ndarray):
        return np.asarray(X, dtype=np.float64)
    codes = {name: X[name].cat.codes.where(X[name].notna()).astype(float) for name in category_names(X)}
    return np.asarray(X.assign(**codes).to_numpy(), dtype=np.float64)


@dataclass(eq=False)
class Filled:
    """Fills missing numbers by the training rows' medians, and adds a column that says where; for peers that take none.

    Examples
    --------
    >>> filled = Filled()
    >>> filled.fit(np.array([[1.0], [3.0], [np.nan]]))
    >>> filled.apply(np.array([[np.nan], [5.0]])).to_numpy().tolist()
    [[2.0, 1.0], [5.0, 0.0]]
    """

    _medians: dict[Any, float] = field(default_factory=dict, init=False)
    _gaps: list[Any] = field(default_factory=list, init=False)

    def fit(self, X: Any) -> None:
        """Learn the medians of the columns of numbers, and which of them have gaps."""
        frame = _frame(X)
        numeric = [name for name in frame.columns if name not in category_names(frame)]
        self._medians = {name: float(frame[name].median()) for name in numeric}
        self._medians = {name: 0.0 if np.isnan(value) else value for name, value in self._medians.items()}
        self._gaps = [name for name in numeric if frame[name].isna().any()]

    def apply(self, X: Any) -> Any:
        """Return a data frame without gaps, categories as text."""
        frame = _frame(X)
        flags = {f"{name} is missing": frame[name].isna().astype(float) for name in self._gaps}
        return with_texts(frame.fillna(self._medians)).assign(**flags)


@dataclass(eq=False)
class Standardized:
    """Numbers at mean 0 and standard deviation 1, missing ones at 0; categories as their place in the alphabet.

    As the benchmark TALENT and the networks of GenRe² have them: a missing category is one of its own, and one that no
    training row has counts as the most frequent.

    Examples
    --------
    >>> table = Standardized()
    >>> table.fit(np.array([[1.0], [3.0], [np.nan]]))
    >>> table.apply(np.array([[3.0], [np.nan]])).round(3).tolist()
    [[1.225], [0.0]]
    """

    _means: Any = field(default=None, init=False)
    _stds: Any = field(default=None, init=False)
    _codes: dict[str, dict[str, float]] = field(default_factory=dict, init=False)
    _modes: dict[str, float] = field(default_factory=dict, init=False)

    def fit(self, X: Any) -> None:
        """Learn means, standard deviations and categories."""
        frame = with_texts(_frame(X))
        for name in category_names(_frame(X)):
            self._codes[name] = {text: float(place) for place, text in enumerate(sorted(frame[name].unique()))}
            self._modes[name] = self._codes[name][frame[name].mode().iloc[0]]
        numbers = frame.drop(columns=list(self._codes)).astype(float)
        self._means = numbers.mean().fillna(0.0)
        self._stds = numbers.fillna(self._means).std(ddof=0).replace(0.0, 1.0)

    def apply(self, X: Any) -> Float[np.ndarray, "row column"]:
        """Return the table as numbers: columns of numbers first."""
        frame = with_texts(_frame(X))
        numbers = frame.drop(columns=list(self._codes)).astype(float).fillna(self._means)
        codes = {name: frame[name].map(places).fillna(self._modes[name]) for name, places in self._codes.items()}
        scaled = (numbers - self._means) / self._stds
        return np.asarray(scaled.assign(**codes).to_numpy(), dtype=np.float64)


def _frame(X: Any) -> Any:
    if not isinstance(X, np.ndarray):
        return X
    import pandas as pd

    return pd.DataFrame(X, columns=[f"x{index}" for index in range(X.shape[1])])
