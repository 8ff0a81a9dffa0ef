"""Columns of answers as a pandas frame, with the rows' own index."""

from collections.abc import Mapping
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from digitwise.optional import optional_package


def framed(columns: Mapping[str, np.ndarray], X: Any) -> Any:
    """Return columns as a pandas frame; its index is that of ``X`` where this is pandas' own, else 0, 1, 2, ….

    Raises
    ------
    ModuleNotFoundError
        If pandas is not installed.
    """
    pandas = optional_package("pandas", "predict_frame returns a pandas frame.", "data")
    native = X.to_native() if isinstance(X, nw.DataFrame | nw.Series) else X
    is_pandas = isinstance(native, pandas.DataFrame | pandas.Series)
    return pandas.DataFrame(dict(columns), index=native.index if is_pandas else None)
