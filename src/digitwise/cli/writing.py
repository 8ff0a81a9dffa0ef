"""Write results whole or not at all, and find out beforehand whether that will work."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from digitwise.cli.tables import PARQUET_SUFFIXES

RESULT_SUFFIXES = (".csv", ".csv.gz", *PARQUET_SUFFIXES)
STDOUT = Path("-")


def check_can_write(path: Path) -> None:
    """Raise unless a file can be written to the path; nothing is left there.

    Parameters
    ----------
    path
        The file to be.

    Raises
    ------
    FileNotFoundError
        If its folder does not exist.
    ValueError
        If there is a folder of that name.
    PermissionError
        If its folder cannot be written to.
    """
    if path.is_dir():
        raise ValueError(f"The output must be a file, but '{path}' is a folder.")
    _check_folder(path.parent, path)


def check_can_save(folder: Path) -> None:
    """Raise unless a model can be saved to the folder: a new one, an empty one, or a saved model.

    Parameters
    ----------
    folder
        The model's folder to be; missing folders above it are made when the model is saved.

    Raises
    ------
    FileExistsError
        If it exists and is something else than a saved model.
    PermissionError
        If the folder above cannot be written to.
    """
    is_model = (folder / "config.json").is_file()
    is_empty = folder.is_dir() and not any(folder.iterdir())
    if folder.exists() and not is_model and not is_empty:
        raise FileExistsError(f"'{folder}' exists and is not a saved model. Choose another folder.")
    above = folder.absolute().parent
    while not above.exists():
        above = above.parent
    _check_folder(above, folder)


def write_table(frame: Any, path: Path) -> None:
    """Write a pandas frame in the format that the file's name says, in one step; ``-`` is stdout.

    Parameters
    ----------
    frame
        The table.
    path
        ``.csv``, ``.csv.gz``, ``.parquet`` or ``.pq``, or ``-``.
    """
    if path == STDOUT:
        frame.to_csv(sys.stdout, index=False)
        return
    # the suffix stays last: it says how to compress
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".digitwise-", suffix=f"-{path.name}")
    os.close(handle)
    partial = Path(name)
    try:
        if path.name.lower().endswith(PARQUET_SUFFIXES):
            frame.to_parquet(partial, engine="pyarrow", index=False)
        else:
            frame.to_csv(partial, index=False)
        partial.chmod(0o666 & ~_umask())
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def check_result_name(path: Path) -> None:
    """Raise a ValueError unless the file's name says how to write a table.

    Parameters
    ----------
    path
        The file to be, or ``-``.

    Examples
    --------
    >>> check_result_name(Path("predictions.xlsx"))
    Traceback (most recent call last):
        ...
    ValueError: Predictions are written to .csv, .csv.gz, .parquet, .pq, or - for stdout, but got
    'predictions.xlsx'.
    """
    if path != STDOUT and not path.name.lower().endswith(RESULT_SUFFIXES):
        raise ValueError(f"Predictions are written to {', '.join(RESULT_SUFFIXES)}, or - for stdout, but got '{path}'.")


def _check_folder(folder: Path, path: Path) -> None:
    if not folder.is_dir():
        raise FileNotFoundError(f"'{path}' cannot be written: there is no folder '{folder}'.")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(f"'{path}' cannot be written: the folder '{folder}' is read-only.")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
