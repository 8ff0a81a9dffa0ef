"""Read tables in the layout of the TALENT benchmark: one folder per task, already divided into parts.

A task's folder holds ``info.json``, the targets ``y_{train,val,test}.npy``, and numbers ``N_*.npy`` or categories
``C_*.npy`` or both. The three parts are joined, and ``Dataset.split`` says which row was in which.

References
----------
Liu et al., "TALENT: A Tabular Analytics and Learning Toolbox", 2024, arXiv:2407.04057.
"""

import difflib
import json
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float

from digitwise.datasets.dataset import Dataset
from digitwise.datasets.folder_index import SPLIT_NAMES
from digitwise.datasets.plain_npy import read_npy
from digitwise.optional import optional_package

PARTS = ("train", "val", "test")
INTRODUCED = {"N": "num_feature_intro", "C": "cat_feature_intro"}
"""Where ``info.json`` names the columns of a block."""
NO_CATEGORY = ("", "nan")
"""Texts of a category that is missing: what a blank and a NaN become where a block was stored as text."""


def list_talent(folder: str | Path) -> tuple[str, ...]:
    """Names of the regression tasks of a folder, in alphabetical order.

    Parameters
    ----------
    folder : str or Path
        The folder whose subfolders are tasks.

    Raises
    ------
    FileNotFoundError
        If no subfolder is a task.
    """
    names = _tasks(Path(folder))
    return tuple(name for name in names if _info(Path(folder) / name).get("task_type") == "regression")


def load_talent(folder: str | Path, name: str) -> Dataset:
    """One regression task as a data set with a pandas data frame and its published split.

    Numbers are float64 with NaN where missing. Categories have the pandas dtype ``category`` with text levels; empty
    ones, None, NaN and the text ``nan`` are missing.

    Parameters
    ----------
    folder : str or Path
        The folder whose subfolders are tasks.
    name : str
        A name that ``list_talent`` gives.

    Raises
    ------
    FileNotFoundError
        If the task or one of its files is not there.
    ValueError
        If the task is no regression, or its files do not fit together.
    ImportError
        If pandas is not installed.
    """
    pd = optional_package("pandas", "Reading tables needs pandas.", "data")
    folder = Path(folder)
    known = _tasks(folder)
    if name not in known:
        close = difflib.get_close_matches(name, known, n=3)
        hint = f"Did you mean {' or '.join(close)}?" if close else f"It has {', '.join(known)}."
        raise FileNotFoundError(f"There is no task {name!r} in {folder}. {hint}")
    info = _info(folder / name)
    if info.get("task_type") != "regression":
        raise ValueError(f"Only regression tasks can be read, but {name} is of the type {info.get('task_type')!r}.")
    y = _joined(folder / name, "y")
    blocks = [block for block in ("N", "C") if any((folder / name / f"{block}_{part}.npy").is_file() for part in PARTS)]
    if not blocks:
        raise FileNotFoundError(f"A task needs N_*.npy or C_*.npy beside its targets, but {name} has neither.")
    frames = []
    for block in blocks:
        rows = _joined(folder / name, block)
        values = rows.reshape(len(rows), -1)
        columns = _column_names(info, block, values.shape[1])
        if len(values) != len(y):
            raise ValueError(
                f"There must be a target per row, but {name} has {len(values)} in {block} and {len(y)} in y."
            )
        frames.append(
            pd.DataFrame(_numbers(values, f"{name}/{block}_*.npy"), columns=columns)
            if block == "N"
            else pd.DataFrame(_categories(values), columns=columns, dtype="category")
        )
    X = pd.concat(frames, axis=1)
    if X.columns.has_duplicates:
        X.columns = [f"{column}_{place}" for place, column in enumerate(X.columns)]
    sizes = [len(read_npy(folder / name / f"y_{part}.npy")) for part in PARTS]
    return Dataset(
        name=name,
        X=X,
        y=_numbers(y.reshape(-1), f"{name}/y_*.npy"),
        description=str(info.get("source", "")),
        feature_names=tuple(X.columns),
        split=np.repeat([SPLIT_NAMES[part] for part in PARTS], sizes),
    )


def _tasks(folder: Path) -> list[str]:
    names = sorted(path.parent.name for path in folder.glob("*/info.json"))
    if not names:
        raise FileNotFoundError(
            f"A TALENT folder must hold a subfolder with info.json for each task, but {folder} has none. Give the "
            "folder that contains the tasks' folders."
        )
    return names


def _info(task: Path) -> dict[str, Any]:
    info: dict[str, Any] = json.loads((task / "info.json").read_text(encoding="utf-8"))
    return info


def _joined(task: Path, block: str) -> np.ndarray:
    """The rows of all three parts."""
    absent = [f"{block}_{part}.npy" for part in PARTS if not (task / f"{block}_{part}.npy").is_file()]
    if absent:
        raise FileNotFoundError(f"A task needs all of {block}_{{train,val,test}}.npy, but {task.name} lacks {absent}.")
    return np.concatenate([read_npy(task / f"{block}_{part}.npy") for part in PARTS])


def _column_names(info: dict[str, Any], block: str, n_columns: int) -> list[str]:
    names = list(info.get(INTRODUCED[block]) or {})
    return names if len(names) == n_columns else [f"{block}{place}" for place in range(n_columns)]


def _numbers(values: np.ndarray, where: str) -> Float[np.ndarray, "..."]:
    try:
        return values.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where} must hold numbers, but: {error}.") from error


def _categories(values: np.ndarray) -> np.ndarray:
    """Categories as text, None where missing."""
    texts = np.array([None if value is None else str(value) for value in values.ravel().tolist()], dtype=object)
    texts[np.isin(texts.astype(str), NO_CATEGORY)] = None
    return texts.reshape(values.shape)
