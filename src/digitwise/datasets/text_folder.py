"""Read texts with a number each from a folder: ``index.json`` beside ``<kind>/<name>.csv.gz``.

Molecules, programs, plain texts and scored answers have one layout. The index tells which columns are text, and where
each set is. Words such as "NA" or "None" are text like any other.
"""

from pathlib import Path
from typing import Literal

from digitwise.datasets.dataset import Dataset
from digitwise.datasets.folder_index import SPLIT_NAMES, dataset_of, entry_of, read_csv, read_index

KINDS = ("molecules", "code", "text", "rewards")


def list_texts(folder: str | Path) -> tuple[str, ...]:
    """Names of the sets of molecules, code, texts and scored answers in a folder, in alphabetical order.

    Parameters
    ----------
    folder : str or Path
        The folder that holds ``index.json`` and a folder for each kind.

    Raises
    ------
    FileNotFoundError
        If there is no ``index.json``.
    """
    return tuple(sorted(read_index(Path(folder), *KINDS)))


def load_text(
    folder: str | Path,
    name: str,
    split: str | None = "split",
    *,
    other_labels: Literal["raise", "drop", "test"] = "raise",
) -> Dataset:
    """One set of a folder as a data set with a pandas data frame.

    Columns that the index calls text hold strings, and an empty cell is the empty text. Categories have the pandas
    dtype ``category``. All else is as pandas reads it, and empty cells are missing. Split columns are never features.

    Parameters
    ----------
    folder : str or Path
        The folder that holds ``index.json`` and a folder for each kind.
    name : str
        A name that ``list_texts`` gives.
    split : str, optional
        The split column that becomes ``Dataset.split``: where a set has several, ``"split_random"`` or
        ``"split_published"`` too. None for no published split.
    other_labels : {"raise", "drop", "test"}
        What becomes of rows whose label is not one of training, validation and test, such as ``ext`` for molecules of
        another source: refuse to choose, leave them out, or test on them too.

    Raises
    ------
    FileNotFoundError
        If the index or the file is not there.
    ValueError
        If the index has no such set, the set has no such split or labels of another kind, or the file does not fit its
        entry in the index.
    ImportError
        If pandas is not installed.
    """
    if other_labels not in ("raise", "drop", "test"):
        raise ValueError(f"other_labels must be 'raise', 'drop' or 'test', but is {other_labels!r}.")
    folder = Path(folder)
    entry = entry_of(folder, name, *KINDS)
    texts: list[str] = entry.get("text_columns", [])
    categories: list[str] = entry.get("categorical_columns", [])
    split_columns: list[str] = entry["split_columns"]
    if split is not None and split not in split_columns:
        raise ValueError(f"{name} has no split {split!r}. Choose among {split_columns}, or None for no split.")
    frame = read_csv(folder, entry, text_columns=[*texts, *categories, *split_columns])
    if split is not None:
        foreign = ~frame[split].isin(list(SPLIT_NAMES))
        if foreign.any() and other_labels == "raise":
            raise ValueError(
                f"{split} of {name} must hold labels among {sorted(SPLIT_NAMES)}, but {int(foreign.sum())} rows have "
                f"{sorted(frame[split][foreign].unique(), key=str)}. Say what becomes of them: other_labels='drop' or "
                "other_labels='test'."
            )
        if other_labels == "test":
            frame.loc[foreign, split] = "test"
        frame = frame[~foreign | (other_labels == "test")].reset_index(drop=True)
    X = frame.drop(columns=[entry["target"], *split_columns])
    X[texts] = X[texts].fillna("")
    X = X.astype({column: "category" for column in categories})
    return dataset_of(entry, frame, X, X.columns, split)
