"""Files of records, one after another, never all at once: JSON Lines and Parquet."""

import gzip
import json
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from digitwise.optional import optional_package

JSONL_SUFFIXES = (".jsonl", ".jsonl.gz", ".ndjson")
PARQUET_SUFFIXES = (".parquet",)
RECORD_SUFFIXES = (*JSONL_SUFFIXES, *PARQUET_SUFFIXES)


def read_records(path: Path, columns: Collection[str]) -> Iterator[tuple[int, Any]]:
    """Yield each record with its number, counted from 1: of JSON Lines the line, of Parquet the row.

    Empty lines are passed over. What is no JSON comes as the error that says so.

    Parameters
    ----------
    path
        The file.
    columns
        The columns of a Parquet file that are read, where it has them.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If its name ends otherwise.
    ImportError
        If the file is Parquet and pyarrow is not installed.
    """
    if not path.name.endswith(RECORD_SUFFIXES):
        raise ValueError(f"A file of records ends in {', '.join(RECORD_SUFFIXES)}, but got {path}.")
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    return _parquet(path, columns) if path.name.endswith(PARQUET_SUFFIXES) else _json_lines(path)


def _json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    with gzip.open(path, "rb") if path.name.endswith(".gz") else path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                try:
                    yield number, json.loads(line)
                except ValueError as error:  # of JSON, or of UTF-8
                    yield number, error


def _parquet(path: Path, columns: Collection[str]) -> Iterator[tuple[int, Any]]:
    parquet = optional_package("pyarrow.parquet", "Parquet files need pyarrow.", "data")
    with parquet.ParquetFile(path) as file:
        present = [name for name in file.schema_arrow.names if name in columns]
        number = 0
        for batch in file.iter_batches(batch_size=1024, columns=present):
            for record in batch.to_pylist():
                number += 1
                yield number, record
