"""Suites as TOML files. Keys that mean nothing are refused, so that a misspelt setting cannot pass for a default."""

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from digitwise.benchmark.suite import ALL, Suite


def load_suite(path: str | Path) -> Suite:
    """Return the suite that a TOML file describes.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is not TOML, has keys that mean nothing, or values of the wrong kind.
    """
    path = Path(path)
    if not path.is_file():
        raise FileNotFoundError(f"There is no suite at {path}. Give the path of a TOML file.")
    try:
        return parse_suite(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValueError as error:  # tomllib's own error is one, too
        raise ValueError(f"{path.name}: {error}") from error


def parse_suite(table: dict[str, Any]) -> Suite:
    """Return the suite that a nested table describes.

    Raises
    ------
    ValueError
        If keys are missing or mean nothing, or values are of the wrong kind.

    Examples
    --------
    >>> parse_suite({"name": "tiny", "sets": []})
    Traceback (most recent call last):
    ...
    ValueError: sets: unknown key; datasets: is missing; methods: is missing
    """
    from pydantic import TypeAdapter, ValidationError

    if isinstance(table.get("datasets"), str) and table["datasets"].endswith(ALL):
        table = {**table, "datasets": [table["datasets"]]}
    try:
        # through JSON, because its strict mode takes lists for tuples and nothing else in disguise
        return TypeAdapter(Suite).validate_json(json.dumps(table), strict=True)
    except ValidationError as error:
        raise ValueError(_in_one_line(error.errors())) from None


def _in_one_line(errors: Sequence[Any]) -> str:
    """Return pydantic's errors as ``place: what is wrong``; unknown keys first."""
    ours = {"unexpected_keyword_argument": "unknown key", "missing": "is missing"}
    lines = []
    for error in sorted(errors, key=lambda error: error["type"] != "unexpected_keyword_argument"):
        place = ".".join(str(part) for part in error["loc"])
        message = ours.get(error["type"], error["msg"].removeprefix("Value error, "))
        lines.append(f"{place}: {message}" if place else message)
    return "; ".join(lines)
