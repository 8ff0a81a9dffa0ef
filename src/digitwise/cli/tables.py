"""Read a table from a file: CSV or Parquet, through pandas, with clear words for every bad file."""

import warnings
from collections import Counter
from collections.abc import Collection
from pathlib import Path
from typing import Any

from digitwise.optional import optional_package

CSV_SUFFIXES = (".csv", ".csv.gz", ".tsv", ".tsv.gz")
PARQUET_SUFFIXES = (".parquet", ".pq")
ISO_DATE = r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}.*)?"


def need_pandas() -> Any:
    """Return the module pandas.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    return optional_package("pandas", "Tables need pandas.", "data")


def read_table(path: Path, *, text_columns: Collection[str] = ()) -> Any:
    """Return a file as a pandas frame with at least one row.

    Text columns of nothing but ISO dates become dates (in UTC). Of a CSV file, empty cells, and
    what pandas takes for missing (``NA``, ``NaN``, ``null``, ``None`` ...), are missing.

    Parameters
    ----------
    path
        ``.csv`` or ``.tsv`` (also with ``.gz``), ``.parquet`` or ``.pq``.
    text_columns
        Columns to leave as text although they may look like numbers (in CSV) or dates; those the
        file does not have are ignored.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is no table, has no rows, or has two columns of the same name.
    ImportError
        If pandas (or, for Parquet, pyarrow) is not installed.
    """
    name = path.name.lower()
    if not name.endswith(CSV_SUFFIXES + PARQUET_SUFFIXES):
        known = ", ".join(CSV_SUFFIXES + PARQUET_SUFFIXES)
        raise ValueError(f"A table is a file that ends in {known}, but got '{path}'.")
    pandas = need_pandas()
    if path.is_dir():
        raise ValueError(f"A table is a file, but '{path}' is a folder.")
    if not path.exists():
        raise FileNotFoundError(f"The file '{path}' does not exist.")
    is_csv = name.endswith(CSV_SUFFIXES)
    frame = _read_csv(pandas, path, text_columns) if is_csv else _read_parquet(pandas, path)
    if len(frame) == 0:
        raise ValueError(f"'{path}' has column names but no rows.")
    return _with_dates(pandas, frame, text_columns)


def text_names(frame: Any) -> set[str]:
    """Return the names of the columns that hold text and nothing else (but missing cells).

    Parameters
    ----------
    frame
        A pandas frame.
    """
    kind_of = need_pandas().api.types.infer_dtype
    return {name for name in frame.columns if kind_of(frame[name], skipna=True) == "string"}


def _read_csv(pandas: Any, path: Path, text_columns: Collection[str]) -> Any:
    separator = "\t" if ".tsv" in path.name.lower() else ","
    layout: dict[str, Any] = {"sep": separator, "encoding": "utf-8-sig", "low_memory": False}
    try:
        header = pandas.read_csv(path, header=None, nrows=1, dtype=str, keep_default_na=False, **layout)
        names = header.iloc[0].tolist()
        _check_names(names, path)
        with warnings.catch_warnings():
            warnings.simplefilter("error", pandas.errors.ParserWarning)
            dtype = {column: "str" for column in text_columns if column in names}
            frame = pandas.read_csv(path, index_col=False, dtype=dtype, **layout)
    except pandas.errors.EmptyDataError as error:
        raise ValueError(f"'{path}' is empty.") from error
    except (pandas.errors.ParserError, pandas.errors.ParserWarning) as error:
        raise ValueError(f"'{path}' is not a table: its rows have different numbers of cells ({error}).") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"'{path}' is not text in UTF-8 (byte {error.start}). Save it as UTF-8.") from error
    except (EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise ValueError(f"'{path}' cannot be unpacked: {error}.") from error
    return frame


def _read_parquet(pandas: Any, path: Path) -> Any:
    pyarrow = optional_package("pyarrow", "Parquet files need pyarrow.", "data")
    try:
        frame = pandas.read_parquet(path, engine="pyarrow")
    except pyarrow.ArrowException as error:
        raise ValueError(f"'{path}' is not a Parquet file, or it is damaged: {error}") from error
    # a named index is a column like any other; row numbers are none
    frame = frame.reset_index(drop=all(name is None for name in frame.index.names))
    names = [str(name) for name in frame.columns]
    _check_names(names, path)
    return frame.set_axis(names, axis=1)


def _check_names(names: list[str], path: Path) -> None:
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        shown = ", ".join(repr(name) for name in repeated)
        raise ValueError(f"Column names must differ, but '{path}' has several columns named {shown}.")
    if "" in names:
        column = names.index("")
        warnings.warn(
            f"Column {column + 1} of '{path}' has no name, and is called 'Unnamed: {column}'. If "
            "it only numbers the rows, leave it out.",
            stacklevel=2,
        )


def _with_dates(pandas: Any, frame: Any, text_columns: Collection[str]) -> Any:
    """Turn text columns that hold nothing but ISO dates into dates."""
    dates = {}
    for name in text_names(frame) - set(text_columns):
        present = frame[name].dropna()
        if len(present) and present.str.fullmatch(ISO_DATE).all():
            parsed = pandas.to_datetime(frame[name], format="ISO8601", errors="coerce", utc=True)
            if parsed.notna().sum() == len(present):
                dates[name] = parsed.dt.tz_localize(None)
    return frame.assign(**dates)
