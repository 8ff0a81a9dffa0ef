"""Results on disk: one JSON line per cell, only ever appended to."""

import json
import warnings
from pathlib import Path
from typing import Any

Record = dict[str, Any]
Identity = tuple[str, int, str, str]


def identity(record: Record) -> Identity:
    """Return what makes two records answers to the same question.

    The suite is not part of it: suites that ask the same question share the answer.
    """
    return record["dataset"], record["seed"], record["method"], record["key"]


def append_record(path: Path, record: Record) -> None:
    """Append one line, and hand it to the disk at once.

    Raises
    ------
    ValueError
        If the record holds numbers that JSON does not have (NaN, infinity).
    """
    line = json.dumps(record, allow_nan=False) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if file.tell() > 0:
            file.seek(-1, 2)
            if file.read(1) != b"\n":  # the last run was cut off within a line
                line = "\n" + line
        file.write(line.encode())
        file.flush()


def read_records(path: Path) -> dict[Identity, Record]:
    """Return the latest record of each cell; none if there is no file.

    A line that a run was cut off within is left out, with a warning.
    """
    records: dict[Identity, Record] = {}
    if not path.is_file():
        return records
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            record = json.loads(line)
        except json.JSONDecodeError:
            warnings.warn(f"Line {number} of {path.name} is cut off and left out.", stacklevel=2)
            continue
        records[identity(record)] = record
    return records
