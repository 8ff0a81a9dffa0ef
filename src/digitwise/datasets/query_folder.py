"""Read SQL queries with a number each from a folder, as a table of the queries' features."""

from pathlib import Path

from digitwise.datasets.dataset import Dataset
from digitwise.datasets.folder_index import dataset_of, entry_of, read_csv, read_index
from digitwise.datasets.query_features import query_features

QUERY = "query"


def list_queries(folder: str | Path) -> tuple[str, ...]:
    """Names of the sets of queries in a folder, in alphabetical order.

    Parameters
    ----------
    folder : str or Path
        The folder that holds ``index.json`` and ``code/``.

    Raises
    ------
    FileNotFoundError
        If there is no ``index.json``.
    """
    entries = read_index(Path(folder), "code")
    return tuple(sorted(name for name, entry in entries.items() if entry["text_columns"] == [QUERY]))


def load_query_features(folder: str | Path, name: str) -> Dataset:
    """One set of queries as a data set of numeric features, made from the texts alone.

    Parameters
    ----------
    folder : str or Path
        The folder that holds ``index.json`` and ``code/``.
    name : str
        A name that ``list_queries`` gives.

    Raises
    ------
    FileNotFoundError
        If the index or the file is not there.
    ValueError
        If the index has no such set, or the file does not fit its entry in the index.
    ImportError
        If pandas is not installed.
    """
    folder = Path(folder)
    entry = entry_of(folder, name, "code")
    split_columns: list[str] = entry["split_columns"]
    frame = read_csv(folder, entry, text_columns=[QUERY, *split_columns])
    names, values = query_features(frame[QUERY].tolist())
    split = "split" if "split" in split_columns else None
    return dataset_of(entry, frame, values, names, split, about="Features of the query texts.")
