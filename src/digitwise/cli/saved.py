"""Saved models on the command line: load one, and give it the columns it knows."""

from pathlib import Path
from typing import Any

import numpy as np

from digitwise.cli.tables import read_table
from digitwise.cli.targets import check_columns
from digitwise.estimators import DistributionalRegressor


def load_model(path: Path) -> DistributionalRegressor:
    """Return the model that ``digitwise train`` (or ``model.save``) wrote.

    Parameters
    ----------
    path
        The model's folder.

    Raises
    ------
    FileNotFoundError
        If there is no such folder, or it is no saved model.
    ValueError
        If the model is damaged, or of a later version.
    """
    if not path.exists():
        raise FileNotFoundError(f"The model '{path}' does not exist.")
    if not path.is_dir():
        raise ValueError(f"A model is a folder that digitwise train wrote, but '{path}' is a file.")
    return DistributionalRegressor.load(path)


def read_for(model: DistributionalRegressor, path: Path) -> Any:
    """Return a file as a frame in which the model's text columns are text, whatever they look like.

    Parameters
    ----------
    model
        A fitted model.
    path
        CSV or Parquet file.
    """
    text = {column.name for column in model.columns_.categorical if column.kind in ("text", "mixed")}
    if model.columns_.texts is not None:
        text |= set(model.columns_.texts.names)
    return read_table(path, text_columns=text)


def features_for(model: DistributionalRegressor, frame: Any, path: Path) -> Any:
    """Return the columns that the model was trained on, in its order; others are left out.

    A model that was trained on an array knows no names: it takes the columns as they stand.

    Parameters
    ----------
    model
        A fitted model.
    frame
        A pandas frame.
    path
        Where the frame was read from.

    Raises
    ------
    ValueError
        If a column is not there, or, without names, there are more or fewer columns.
    """
    if hasattr(model, "feature_names_in_"):
        names = [str(name) for name in model.feature_names_in_]
        check_columns(frame, names, path, "column that the model needs:")
        return frame[names]
    if len(frame.columns) != model.n_features_in_:
        raise ValueError(
            f"The model was trained on {model.n_features_in_} columns without names, but '{path}' "
            f"leaves {len(frame.columns)}. Give a file with just these columns, in the same order."
        )
    return np.asarray(frame.to_numpy())
