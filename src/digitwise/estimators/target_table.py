"""Several targets as a table: checked, named, with holes where one is missing."""

from collections.abc import Mapping, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from jaxtyping import Float
from sklearn.utils.validation import check_consistent_length


def target_names(y: Any, n_targets: int) -> tuple[str, ...]:
    """Return the names of the targets: those of a data frame's columns, else ``y0``, ``y1`` and so on.

    Examples
    --------
    >>> target_names(np.zeros((3, 2)), n_targets=2)
    ('y0', 'y1')
    """
    if nw.dependencies.is_into_dataframe(y):
        return tuple(str(name) for name in nw.from_native(y, eager_only=True).columns)
    return tuple(f"y{index}" for index in range(n_targets))


def check_target_table(X: Any, y: Any) -> Float[np.ndarray, "row target"]:
    """Return the targets as float64 ``(row, target)``; NaN (or a data frame's null) marks a missing one.

    Raises
    ------
    ValueError
        If there are none, they are not numbers, one is infinite, or they are not as many as the rows.
    """
    if y is None:
        raise ValueError("requires y to be passed, but the target y is None.")
    if nw.dependencies.is_into_dataframe(y):
        y = nw.from_native(y, eager_only=True).to_numpy()
    try:
        table = np.asarray(y)
        if np.iscomplexobj(table):
            raise ValueError("Complex data not supported: targets must be real numbers.")
        table = table.astype(np.float64)
    except TypeError as error:
        raise ValueError(f"Targets must be numbers, but {error}.") from error
    if table.ndim == 1:
        table = table[:, None]
    if table.ndim != 2 or table.shape[1] == 0:
        raise ValueError(f"y must be (rows, targets), one column per target, but has shape {table.shape}.")
    if np.isinf(table).any():
        raise ValueError("Targets must be finite, or NaN where one is missing, but y contains infinity.")
    check_consistent_length(X, table)
    return table


def per_target(value: Any, names: Sequence[str], parameter: str) -> list[Any]:
    """Return a parameter for each target: a mapping says it by name, anything else holds for all.

    Raises
    ------
    ValueError
        If a mapping lacks a target, or names one that does not exist.

    Examples
    --------
    >>> per_target({"cost": "log", "time": "affine"}, ["time", "cost"], "scaling")
    ['affine', 'log']
    """
    if not isinstance(value, Mapping):
        return [value] * len(names)
    if set(value) != set(names):
        raise ValueError(
            f"{parameter} must be one setting for all targets or name each of {', '.join(names)}, but names "
            f"{', '.join(map(str, value))}."
        )
    return [value[name] for name in names]


def writing_order(
    order: str | Sequence[str], y: Float[np.ndarray, "row target"], names: Sequence[str]
) -> tuple[int, ...]:
    """Return the targets in the order in which they are written.

    ``"auto"`` begins with those that are missing least often: a row trains a target directly as long as those written
    before it are known.

    Raises
    ------
    ValueError
        If an order does not name each target once.

    Examples
    --------
    >>> y = np.array([[np.nan, 1.0], [2.0, 3.0]])
    >>> writing_order("auto", y, ["time", "cost"]), writing_order("given", y, ["time", "cost"])
    ((1, 0), (0, 1))
    """
    if isinstance(order, str):
        if order not in ("auto", "given"):
            raise ValueError(f"target_order must be 'auto', 'given' or a list of names, but got {order!r}.")
        n_missing = np.isnan(y).sum(0) if order == "auto" else np.zeros(len(names))
        return tuple(np.argsort(n_missing, kind="stable").tolist())
    if sorted(order) != sorted(names):
        raise ValueError(f"target_order must name each of {', '.join(names)} once, but is {', '.join(order)}.")
    return tuple(list(names).index(name) for name in order)
