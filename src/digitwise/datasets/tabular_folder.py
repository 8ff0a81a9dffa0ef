"""Read tables from a folder: ``index.json`` beside ``tabular/<name>.csv.gz``.

The index tells which column is the target, which ones are categories although they may be coded as
integers, and which ones hold a published split. Empty cells are missing and stay missing; words
such as "NA" or "None" are values.
"""

from pathlib import Path

from digitwise.datasets.dataset import Dataset
from digitwise.datasets.folder_index import dataset_of, entry_of, read_csv, read_index


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
    return tuple(sorted(read_index(Path(folder), "tabular")))


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
    entry = entry_of(folder, name, "tabular")
    categories: list[str] = entry["categorical_columns"]
    split_columns: list[str] = entry["split_columns"]
    frame = read_csv(folder, entry, text_columns=[*categories, *split_columns])
    X = frame.drop(columns=[entry["target"], *split_columns])
    X = X.astype({column: "category" for column in categories})
    return dataset_of(entry, frame, X, X.columns, "split" if "split" in split_columns else None)
