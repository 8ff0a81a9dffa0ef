"""Read records of a text and a number, such as code and its run time, from JSON Lines or Parquet.

The defaults fit the records of the work on regression language models: a text ``input``, a number ``target``, and a
``space`` that says where the record comes from and so what is measured (APPS and CDSS bytes, KBSS milliseconds).

References
----------
Akhauri et al. (2025), "Regression language models for code", arXiv:2509.26476.
"""

import math
import warnings
from pathlib import Path
from typing import Any, Literal

import numpy as np

from digitwise.datasets.dataset import Dataset
from digitwise.datasets.part_files import part_files
from digitwise.datasets.record_files import RECORD_SUFFIXES, read_records
from digitwise.optional import optional_package

SHOWN = 5
"""How many bad records an error or a warning spells out."""


def read_metric_records(
    path: str | Path,
    *,
    text: str = "input",
    metric: str = "target",
    space: str | None = None,
    space_field: str = "space",
    prefix: str = "",
    invalid: Literal["raise", "drop"] = "raise",
) -> Dataset:
    r"""Texts with a number each, from one file of records or a file per part of the published split.

    Parameters
    ----------
    path : str or Path
        A file that ends in ``.jsonl``, ``.jsonl.gz``, ``.ndjson`` or ``.parquet``, or a folder with one such file for
        each of ``train``, ``val`` (or ``valid``, ``validation``) and ``test``; not all need be there.
    text, metric : str
        Fields of a record. Dots lead into what it holds, and numbers count in lists:
        ``text="prompt.-1.content", metric="extra_info.response"`` is the last message of a chat, and a number beside
        it. A number may be written as text.
    space : str, optional
        Keep only records of this space; of the others nothing is checked.
    space_field : str
        The field that holds it.
    prefix : str
        How the names of a folder's files begin, where it holds several sets, such as ``"KBSS_rl_"``.
    invalid : {"raise", "drop"}
        What becomes of bad records: lines that are no JSON, records without text or without a finite number. They are
        reported by number either way, in an error or in a warning.

    Returns
    -------
    Dataset
        One column ``text`` in a pandas data frame. A folder's files become the published split; one file has none.

    Raises
    ------
    FileNotFoundError
        If there is no such file, or none for any part.
    ValueError
        If records are bad, or none is of the space, or a part has several files.
    ImportError
        If pandas, or for Parquet pyarrow, is not installed.

    Examples
    --------
    >>> import json, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for part, n in (("train", 3), ("test", 1)):
    ...         lines = [json.dumps({"input": "x = 1", "target": 96, "space": "APPS"})] * n
    ...         _ = Path(folder, f"{part}.jsonl").write_text("\n".join(lines))
    ...     data = read_metric_records(folder, space="APPS")
    >>> data.X["text"].tolist()[:1], data.split.tolist()
    (['x = 1'], ['train', 'train', 'train', 'test'])
    """
    if invalid not in ("raise", "drop"):
        raise ValueError(f"invalid must be 'raise' or 'drop', but is {invalid!r}.")
    pd = optional_package("pandas", "A column of texts needs pandas.", "data")
    path = Path(path)
    whole = path.is_file() or path.name.endswith(RECORD_SUFFIXES)
    files = {"": path} if whole else part_files(path, RECORD_SUFFIXES, prefix)
    columns = {field.split(".")[0] for field in (text, metric, space_field)}
    texts, numbers, labels, bad, others = [], [], [], [], set()
    for label, file in files.items():
        for place, record in read_records(file, columns):
            if space is not None and isinstance(record, dict) and (found := _field(record, space_field)) != space:
                others.add(str(found))
                continue
            try:
                pair = _text_and_number(record, text, metric)
            except ValueError as error:
                bad.append(f"{file.name}:{place}: {error}")
                continue
            texts.append(pair[0])
            numbers.append(pair[1])
            labels.append(label)
    if bad:
        shown = "; ".join(bad[:SHOWN]) + (f"; and {len(bad) - SHOWN} more" if len(bad) > SHOWN else "")
        if invalid == "raise":
            raise ValueError(
                f"Every record must hold a text in {text!r} and a finite number in {metric!r}, but {len(bad)} do not: "
                f"{shown}. Name other fields, or leave these records out with invalid='drop'."
            )
        warnings.warn(f"{len(bad)} bad records of {path} are left out: {shown}.", stacklevel=2)
    if not texts:
        hint = f" of the space {space!r}. It has {', '.join(sorted(others)[:SHOWN])}" if others else ""
        raise ValueError(f"There must be at least one record, but {path} has none{hint}.")
    return Dataset(
        name="_".join(filter(None, (path.resolve().name.split(".")[0], space))),
        X=pd.DataFrame({"text": texts}),
        y=np.array(numbers, dtype=np.float64),
        target=metric,
        feature_names=("text",),
        split=None if whole else np.array(labels),
    )


def _field(record: Any, name: str) -> Any:
    """Return what a record holds under a name with dots, or None."""
    if isinstance(record, dict) and name in record:
        return record[name]
    for step in name.split("."):
        if isinstance(record, dict):
            record = record.get(step)
        elif isinstance(record, list) and step.lstrip("-").isdecimal() and -len(record) <= int(step) < len(record):
            record = record[int(step)]
        else:
            return None
    return record


def _text_and_number(record: Any, text: str, metric: str) -> tuple[str, float]:
    if isinstance(record, ValueError):
        raise ValueError(f"no JSON ({record})")
    if not isinstance(record, dict):
        raise ValueError(f"no record but {type(record).__name__}")
    words, value = _field(record, text), _field(record, metric)
    if not isinstance(words, str):
        raise ValueError(f"no text in {text!r}")
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"no finite number in {metric!r}")
    return words, number
