"""A run's log: one JSON line per epoch."""

import json
import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

Row = Mapping[str, float | int]


class RunLog:
    """A JSON-lines file that holds the rows of one run, each written as it comes; no path, no file.

    Parameters
    ----------
    path
        The file, or None. What an older run wrote into it is replaced.
    rows
        The rows that a resumed run has already; the file starts with them.

    Notes
    -----
    JSON has no NaN and no infinity: such figures are written as ``null``.
    """

    def __init__(self, path: str | os.PathLike[str] | None, rows: Sequence[Row] = ()) -> None:
        self.path = None if path is None else Path(path)
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text("".join(_line(row) for row in rows), encoding="utf-8")

    def write(self, row: Row) -> None:
        """Append one row."""
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(_line(row))


def _line(row: Row) -> str:
    finite = {name: value if math.isfinite(value) else None for name, value in row.items()}
    return json.dumps(finite, allow_nan=False) + "\n"
