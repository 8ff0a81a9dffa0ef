"""A data set in several files, one for each part of its published split."""

import re
from collections.abc import Sequence
from pathlib import Path

from digitwise.datasets.folder_index import SPLIT_NAMES

PART = re.compile(rf"(?:^|.*[-_.])({'|'.join(sorted(SPLIT_NAMES, key=len, reverse=True))})", re.IGNORECASE)


def part_files(folder: Path, suffixes: Sequence[str], prefix: str = "") -> dict[str, Path]:
    """Return the file of each part: those named train, val, valid, validation or test.

    Parameters
    ----------
    folder
        Where the files are.
    suffixes
        How the names may end, such as ``".csv"``. The word for the part comes before that, alone or after ``-``, ``_``
        or ``.``, as in ``KBSS_rl_valid.parquet``.
    prefix
        How the names begin.

    Returns
    -------
    dict
        From ``"train"``, ``"validation"`` and ``"test"`` to the files, in this order, for the parts that have one.

    Raises
    ------
    FileNotFoundError
        If there is no file for any part.
    ValueError
        If there are several files for one.
    """
    found: dict[str, list[Path]] = {"train": [], "validation": [], "test": []}
    for path in sorted(folder.iterdir()) if folder.is_dir() else []:
        stems = [path.name.removesuffix(suffix) for suffix in suffixes if path.name.endswith(suffix)]
        if not stems or not path.name.startswith(prefix):
            continue
        part = PART.fullmatch(min(stems, key=len))
        if part:
            found[SPLIT_NAMES[part[1].lower()]].append(path)
    for label, paths in found.items():
        if len(paths) > 1:
            raise ValueError(
                f"There must be one file for each part, but for {label} {folder} has "
                f"{', '.join(path.name for path in paths)}. Say how the names begin, or give a folder of one set."
            )
    if not any(found.values()):
        raise FileNotFoundError(
            f"A folder in parts must hold {prefix}train{suffixes[0]}, {prefix}valid{suffixes[0]} or "
            f"{prefix}test{suffixes[0]}, but {folder} has none of them."
        )
    return {label: paths[0] for label, paths in found.items() if paths}
