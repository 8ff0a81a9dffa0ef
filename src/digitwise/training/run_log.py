"""A run's log: one JSON line per epoch."""

import json
import os
from pathlib import Path


class RunLog:
    """Append rows to a JSON-lines file, each flushed as it is written; no path, no file.

    Parameters
    ----------
    path
        File to append to, or None.
    """

    def __init__(self, path: str | os.PathLike[str] | None) -> None:
        self.path = None if path is None else Path(path)
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)

    def write(self, row: dict[str, float | int | str]) -> None:
        """Append one row."""
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(row) + "\n")
