"""A small table with everything that peers trip over: a category column, missing cells, a category never trained on."""

import numpy as np
import pandas as pd

Table = tuple[pd.DataFrame, np.ndarray]


def make_table(n_rows: int, seed: int, letters: str = "ab") -> Table:
    """Return rows whose target is easy: 40 times a number, 20 more for one letter, and noise of size 5."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1, 1, n_rows)
    letter = rng.choice(list(letters), n_rows).astype(object)
    y = 100 + 40 * x + 20 * (letter == "b") + 5 * rng.standard_normal(n_rows)
    x[::20], letter[3::20] = np.nan, None
    return pd.DataFrame({"x": x, "letter": pd.Categorical(letter, categories=list("abz"))}), y


TRAIN, VALIDATION, TEST = make_table(80, 0), make_table(40, 1), make_table(200, 2, "abz")
"""Only test rows have the letter z."""


def rmse(point: np.ndarray, y: np.ndarray) -> float:
    """Return the root mean squared error."""
    return float(np.sqrt(np.mean((point - y) ** 2)))
