"""Rows of several tables, one below the other."""

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from digitwise.estimators.table_rows import TableRows


def joined_rows(tables: Sequence[TableRows]) -> TableRows:
    """Return the rows of some tables with the same columns, in order.

    Raises
    ------
    ValueError
        If the features are not all of one kind, such as pandas data frames.

    Examples
    --------
    >>> first, second = (TableRows(np.array([[x]]), np.array([x]), np.ones(1)) for x in (1.0, 2.0))
    >>> joined_rows([first, second]).X.tolist()
    [[1.0], [2.0]]
    """
    y_high = None
    if any(table.y_high is not None for table in tables):
        y_high = np.concatenate([table.y if table.y_high is None else table.y_high for table in tables])
    return TableRows(
        _joined_features([table.X for table in tables]),
        np.concatenate([table.y for table in tables]),
        np.concatenate([table.weight for table in tables]),
        y_high,
    )


def _joined_features(parts: Sequence[Any]) -> Any:
    kinds = {type(part) for part in parts}
    if len(kinds) > 1:
        names = " and ".join(sorted(f"{kind.__module__}.{kind.__name__}" for kind in kinds))
        raise ValueError(
            f"Rows that are learnt together must be of the same kind, but they are {names}. Convert them; or set "
            "replay_rows=0 if the earlier ones are replayed, and refit=False if they are validation_data."
        )
    if isinstance(parts[0], np.ndarray):
        return np.concatenate(parts)
    frames = [nw.from_native(part, eager_only=True) for part in parts]
    named = [name for name in frames[0].columns if isinstance(name, str)]  # pandas has others, and joins any types
    differing = [name for name in named if len({frame.schema[name] for frame in frames}) > 1]
    if differing:  # such as whole numbers here and fractions there, or other categories
        frames = [frame.with_columns(*(_plain(frame, name) for name in differing)) for frame in frames]
    return nw.concat(frames).to_native()


def _plain(frame: "nw.DataFrame[Any]", name: str) -> nw.Expr:
    """Return a column in a type that all tables can have: fractions, or what it is, or texts."""
    kind = frame.schema[name]
    if kind.is_numeric() or kind == nw.Boolean:
        return nw.col(name).cast(nw.Float64)
    return nw.col(name).cast(nw.String) if kind in (nw.Categorical, nw.Enum) else nw.col(name)
