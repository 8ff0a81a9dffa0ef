"""Read tables from a folder: ``index.json`` beside ``tabular/<name>.csv.gz``.

The index tells which column is the target, which ones are categories although they may be coded as
integers, and which ones hold a published split. Empty cells are missing and stay missing; words
such as "NA" or "None" are values.
"""

import difflib
import json
from pathlib import Path
from typing import Any

import numpy as np

from digitwise.datasets.dataset import Dataset

SPLIT_NAMES = {
    "train": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
}


def list_tabular(folder: str | Path) -> tuple[str, ...]:
    """Names of the tables in a folder, in alphabetical order.

    Parameters
    ----------
    folder : str or Path
        The folder that holds ``index.json`` and ``tabular/``.

    Raises
    ------
    FileNotFoundError
        If there is no ``index.json``.
    """
    return tuple(sorted(_read_index(Path(folder))))


def load_tabular(folder: str | Path, name: str) -> Dataset:
    """One table of a folder as a data set with a pandas data frame.

    Numbers are numeric columns, categories have the pandas dtype ``category`` with text levels, and
    missing cells are missing in both. Split columns are not features: the one called ``split``
    becomes ``Dataset.split``.

    Parameters
    ----------
    folder : str or Path
        The folder that holds ``index.json`` and ``tabular/``.
    name : str
        A name that ``list_tabular`` gives.

    Raises
    ------
    FileNotFoundError
        If the index or the table is not there.
    ValueError
        If the index has no such table, or the table does not fit its entry in the index.
    ImportError
        If pandas is not installed.
    """
    folder = Path(folder)
    index = _read_index(folder)
    if name not in index:
        close = difflib.get_close_matches(name, index, n=3)
        hint = f"Did you mean {' or '.join(close)}?" if close else f"It has {', '.join(index)}."
        raise ValueError(f"The index of {folder} has no table {name!r}. {hint}")
    entry = index[name]
    path = folder / entry["file"]
    if not path.is_file():
        raise FileNotFoundError(f"The index of {folder} lists {name}, but {path} is not there.")
    categories: list[str] = entry["categorical_columns"]
    split_columns: list[str] = entry["split_columns"]
    frame = _read_table(path, text_columns=[*categories, *split_columns])
    absent = {entry["target"], *categories, *split_columns} - set(frame.columns)
    if absent:
        raise ValueError(f"The index names columns that {path} does not have: {sorted(absent)}.")
    X = frame.drop(columns=[entry["target"], *split_columns])
    X = X.astype({column: "category" for column in categories})
    return Dataset(
        name=name,
        X=X,
        y=frame[entry["target"]].to_numpy(dtype=np.float64),
        target=entry["target"],
        units=entry["target_units"],
        description=f"{entry['notes']} Licence: {entry['licence']}.".strip(),
        feature_names=tuple(X.columns),
        split=_split(frame["split"], path) if "split" in split_columns else None,
    )


def _read_index(folder: Path) -> dict[str, dict[str, Any]]:
    """Entries of the index that are tables, by name."""
    path = folder / "index.json"
    if not path.is_file():
        raise FileNotFoundError(
            f"A folder of tables must hold index.json, but {folder} does not. Give the folder that "
            "contains index.json and tabular/."
        )
    entries = json.loads(path.read_text(encoding="utf-8"))["datasets"]
    return {entry["name"]: entry for entry in entries if entry["kind"] == "tabular"}


def _read_table(path: Path, text_columns: list[str]) -> Any:
    """The CSV file as a data frame; only empty cells are missing."""
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError("Reading tables needs pandas. Install it with: pip install 'digitwise[data]'.") from error
    return pd.read_csv(
        path,
        dtype={column: "str" for column in text_columns},
        keep_default_na=False,
        na_values=[""],
    )


def _split(labels: Any, path: Path) -> np.ndarray:
    """Published labels in our words."""
    unknown = sorted(set(labels.unique()) - set(SPLIT_NAMES), key=str)
    if unknown:
        raise ValueError(f"Split labels must be among {sorted(SPLIT_NAMES)}, but {path} also has {unknown}.")
    return np.array([SPLIT_NAMES[label] for label in labels])
