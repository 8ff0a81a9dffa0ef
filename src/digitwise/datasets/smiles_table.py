"""Read molecules with a number each from CSV: one file, or a file for each part of the published split."""

import warnings
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from digitwise.datasets.dataset import SPLIT_LABELS, Dataset
from digitwise.datasets.folder_index import published_split
from digitwise.datasets.molecules import SHOWN, invalid_smiles, refuse_invalid
from digitwise.datasets.part_files import part_files
from digitwise.datasets.scaffold_split import Fractions, check_fractions, scaffold_split
from digitwise.optional import optional_package

CSV_SUFFIXES = (".csv", ".csv.gz")
MADE_SPLITS = ("scaffold", "random")


def read_smiles(
    path: str | Path,
    *,
    target: str,
    smiles: str = "smiles",
    split: str | None = None,
    fractions: Fractions = (0.8, 0.1, 0.1),
    random_state: int = 0,
    invalid: Literal["keep", "raise", "drop"] = "keep",
    name: str | None = None,
) -> Dataset:
    r"""Molecules of a table as a data set of one column, their SMILES.

    Other columns are left out: beside a measured number, tables of molecules often hold what was computed for it. RDKit
    is needed only for a split by scaffold and to look for invalid SMILES.

    Parameters
    ----------
    path : str or Path
        A CSV file, or a folder with one for each of ``train``, ``valid`` (or ``val``, ``validation``) and ``test``.
    target, smiles : str
        The columns of the numbers and of the SMILES.
    split : str, optional
        A column with a label per row. Or a split made here, where no column has that name: ``"scaffold"``, or
        ``"random"`` by ``random_state``. None for the files of a folder as they are, and no split of one file.
    fractions : (float, float, float)
        Shares for training, validation and testing, where a split is made here.
    random_state : int
        Decides a random split.
    invalid : {"keep", "raise", "drop"}
        What becomes of SMILES that stand for no molecule: they are not looked for, they are an error that names their
        rows, or their rows are left out with a warning, before a split is made.
    name : str, optional
        Name of the data set; that of the file or folder by default.

    Raises
    ------
    FileNotFoundError
        If there is no such file, or none for any part.
    ValueError
        If a column is not there, SMILES are invalid, or targets are not numbers.
    ImportError
        If pandas, or RDKit where it is needed, is not installed.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "boiling.csv")
    ...     _ = path.write_text("smiles,celsius\nO,100\nCO,64.7\nCCO,78.2\nC=O,-19\n")
    ...     data = read_smiles(path, target="celsius", split="random", fractions=(0.5, 0.25, 0.25))
    >>> data.name, data.X["smiles"].tolist(), sorted(data.split.tolist())
    ('boiling', ['O', 'CO', 'CCO', 'C=O'], ['test', 'train', 'train', 'validation'])
    """
    if invalid not in ("keep", "raise", "drop"):
        raise ValueError(f"invalid must be 'keep', 'raise' or 'drop', but is {invalid!r}.")
    path = Path(path)
    frame, parts = _read(path)
    absent = [column for column in (smiles, target) if column not in frame.columns]
    if split is not None and split not in (*frame.columns, *MADE_SPLITS):
        absent.append(split)
    if absent:
        raise ValueError(
            f"{path} has no column {', '.join(map(repr, absent))}. It has {', '.join(map(repr, frame.columns))}"
            + (", and a split may be 'scaffold' or 'random'." if split in absent else ".")
        )
    frame[smiles] = frame[smiles].fillna("")
    y = _numbers(frame[target], path)
    keep = np.ones(len(frame), dtype=bool)
    if invalid != "keep":
        faults = invalid_smiles(frame[smiles].tolist())
        if invalid == "raise":
            refuse_invalid(faults, f"the {len(frame)} in {path} (positions count its rows from 0)")
        if faults:
            shown = "; ".join(f"row {row}: {reason}" for row, _, reason in faults[:SHOWN])
            warnings.warn(
                f"{len(faults)} of {len(frame)} rows of {path} are left out, for their SMILES stand for no molecule "
                f"(rows count from 0): {shown}{' ...' if len(faults) > SHOWN else ''}.",
                stacklevel=2,
            )
        keep[[fault.position for fault in faults]] = False
    frame, y, parts = frame[keep].reset_index(drop=True), y[keep], None if parts is None else parts[keep]
    return Dataset(
        name=name or path.resolve().name.split(".")[0],
        X=frame[[smiles]],
        y=y,
        target=target,
        feature_names=(smiles,),
        split=parts if split is None else _split(frame, smiles, split, fractions, random_state, str(path)),
    )


def _read(path: Path) -> tuple[Any, np.ndarray | None]:
    """Return the rows of a file, or of a folder's files with the part of each row; every cell is text."""
    pd = optional_package("pandas", "Reading tables needs pandas.", "data")
    if path.is_dir():
        files = part_files(path, CSV_SUFFIXES)
    elif path.is_file():
        files = {"": path}
    else:
        raise FileNotFoundError(f"There is no file or folder {path}.")
    frames = [pd.read_csv(file, dtype="str", keep_default_na=False, na_values=[""]) for file in files.values()]
    parts = np.repeat(list(files), [len(frame) for frame in frames])
    return pd.concat(frames, ignore_index=True), parts if path.is_dir() else None


def _numbers(column: Any, path: Path) -> Float[np.ndarray, " row"]:
    """Return a column of texts as finite numbers."""
    numbers = np.array([_number(cell) for cell in column], dtype=np.float64)
    wrong = np.flatnonzero(~np.isfinite(numbers)).tolist()
    if wrong:
        shown = ", ".join(f"{column[place]!r} in row {place}" for place in wrong[:SHOWN])
        raise ValueError(
            f"Targets must be finite numbers, but {len(wrong)} of {len(column)} in {column.name!r} of {path} are not: "
            f"{shown} (rows count from 0). Leave these rows out."
        )
    return numbers


def _number(cell: Any) -> float:
    try:
        return float(cell)
    except ValueError:
        return float("nan")


def _split(frame: Any, smiles: str, split: str, fractions: Fractions, random_state: int, where: str) -> np.ndarray:
    """Return a label per row: those of a column, or new ones."""
    if split in frame.columns:
        return published_split(frame[split].str.lower(), where)
    if split == "scaffold":
        return scaffold_split(frame[smiles].tolist(), fractions)
    check_fractions(fractions)
    ends = np.round(len(frame) * np.cumsum(fractions[:2]))
    places = np.random.default_rng(random_state).permutation(len(frame))
    return np.array(SPLIT_LABELS)[np.searchsorted(ends, places, side="right")]
