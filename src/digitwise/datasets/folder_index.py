"""What all readers of a folder of data share: its ``index.json``, its CSV files, and published splits."""

import difflib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from digitwise.datasets.dataset import Dataset
from digitwise.optional import optional_package

SPLIT_NAMES = {
    "train": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
}


def read_index(folder: Path, *kinds: str) -> dict[str, dict[str, Any]]:
    """Entries of the index that are of one of these kinds, by name.

    Raises
    ------
    FileNotFoundError
        If there is no ``index.json``.
    """
    path = folder / "index.json"
    if not path.is_file():
        raise FileNotFoundError(
            f"A folder of tables must hold index.json, but {folder} does not. Give the folder that "
            "contains index.json and tabular/."
        )
    entries = json.loads(path.read_text(encoding="utf-8"))["datasets"]
    return {entry["name"]: entry for entry in entries if entry["kind"] in kinds}


def entry_of(folder: Path, name: str, *kinds: str) -> dict[str, Any]:
    """One entry of the index, of one of these kinds.

    Raises
    ------
    FileNotFoundError
        If there is no ``index.json``.
    ValueError
        If it has no such entry of these kinds.
    """
    index = read_index(folder, *kinds)
    if name not in index:
        close = difflib.get_close_matches(name, index, n=3)
        hint = f"Did you mean {' or '.join(close)}?" if close else f"It has {', '.join(index)}."
        raise ValueError(f"The index of {folder} has no table {name!r}. {hint}")
    return index[name]


def read_csv(folder: Path, entry: dict[str, Any], text_columns: list[str]) -> Any:
    """The CSV file of an entry as a data frame; only empty cells are missing.

    Raises
    ------
    FileNotFoundError
        If the file is not there.
    ValueError
        If it does not have its target or the text columns.
    ImportError
        If pandas is not installed.
    """
    pd = optional_package("pandas", "Reading tables needs pandas.", "data")
    path = folder / entry["file"]
    if not path.is_file():
        raise FileNotFoundError(f"The index of {folder} lists {entry['name']}, but {path} is not there.")
    frame = pd.read_csv(
        path,
        dtype={column: "str" for column in text_columns},
        keep_default_na=False,
        na_values=[""],
    )
    absent = {entry["target"], *text_columns} - set(frame.columns)
    if absent:
        raise ValueError(f"The index names columns that {path} does not have: {sorted(absent)}.")
    return frame


def published_split(labels: Any, name: str) -> np.ndarray:
    """The published labels of a table's rows in our words.

    Raises
    ------
    ValueError
        If a label is unknown.
    """
    unknown = sorted(set(labels.unique()) - set(SPLIT_NAMES), key=str)
    if unknown:
        raise ValueError(f"Split labels must be among {sorted(SPLIT_NAMES)}, but {name} also has {unknown}.")
    return np.array([SPLIT_NAMES[label] for label in labels])


def dataset_of(
    entry: dict[str, Any], frame: Any, X: Any, feature_names: Iterable[str], split: str | None, *, about: str = ""
) -> Dataset:
    """The data set that an entry describes.

    Parameters
    ----------
    entry
        Of the index.
    frame
        The rows of its file, as `read_csv` gives them.
    X, feature_names
        The features that are made of them, and their names.
    split
        The column that holds the published split; None for none.
    about
        What the description begins with.
    """
    return Dataset(
        name=entry["name"],
        X=X,
        y=frame[entry["target"]].to_numpy(dtype=np.float64),
        target=entry["target"],
        units=entry["target_units"],
        description=f"{about} {entry['notes']} Licence: {entry['licence']}.".strip(),
        feature_names=tuple(feature_names),
        split=None if split is None else published_split(frame[split], entry["name"]),
    )
