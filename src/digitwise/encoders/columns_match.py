"""Find the columns of a table that training, or the user, speaks of."""

from collections.abc import Sequence
from typing import Literal

from digitwise.encoders.columns_cells import TableColumn
from digitwise.encoders.columns_table import Table

COMPATIBLE = {
    "number": {"number", "boolean"},
    "boolean": {"number", "boolean"},
    "mixed": {"number", "boolean", "text", "mixed"},
}


def listed_columns(
    table: Table, listed: Literal["auto"] | Sequence[str | int], *, parameter: str = "categorical"
) -> set[str]:
    """Return the names of the columns that a list of names and indices stands for.

    Parameters
    ----------
    table
        The training table.
    listed
        Names or indices; ``"auto"`` for none.
    parameter
        What the list is called where it comes from.

    Raises
    ------
    ValueError
        If a column does not exist, or a word is given instead of a list.
    """
    if isinstance(listed, str):
        if listed != "auto":
            raise ValueError(
                f"{parameter} must be 'auto' or a list of columns, but got {listed!r}. "
                f"Write [{listed!r}] for one column."
            )
        return set()
    found: set[str] = set()
    unknown: list[str | int] = []
    for column in listed:
        if isinstance(column, str) and column in table.names:
            found.add(column)
        elif isinstance(column, int) and 0 <= column < len(table.names):
            found.add(table.names[column])
        else:
            unknown.append(column)
    if unknown:
        raise ValueError(
            f"{parameter} must list names of columns, or indices from 0 to "
            f"{len(table.names) - 1}, but X has no {unknown}."
        )
    return found


def matched_columns(table: Table, feature_names: Sequence[str], named: bool) -> dict[str, TableColumn]:
    """Return the columns of a table under the names they had in training.

    Parameters
    ----------
    table
        Any table.
    feature_names
        Names of all columns in training, in their order.
    named
        Whether these are names of a frame. Two frames are matched by name, everything else by
        position.

    Raises
    ------
    ValueError
        If columns are absent or unexpected.
    """
    if not (named and table.named):
        if len(table.columns) != len(feature_names):
            raise ValueError(
                f"X has {len(table.columns)} features, but Columns is expecting {len(feature_names)} features as input."
            )
        return dict(zip(feature_names, table.columns, strict=True))
    absent = sorted(set(feature_names) - set(table.names))
    unexpected = sorted(set(table.names) - set(feature_names))
    if absent or unexpected:
        parts = [f"{absent} are absent"] * bool(absent)
        parts += [f"{unexpected} were not in training"] * bool(unexpected)
        raise ValueError(f"X must have the columns seen in training, but {' and '.join(parts)}.")
    return dict(zip(table.names, table.columns, strict=True))


def of_kind(column: TableColumn, kind: str) -> TableColumn:
    """Return the column, after checking that it holds what it held in training.

    Booleans and numbers stand in for each other, and so does anything that is all missing.

    Parameters
    ----------
    column
        A column of any table.
    kind
        Kind of its cells in training.

    Raises
    ------
    ValueError
        If the cells are of another kind.
    """
    if not column.missing.all() and column.kind not in COMPATIBLE.get(kind, {kind}):
        raise ValueError(
            f"Column {column.name!r} held cells of kind {kind!r} in training, but holds "
            f"{column.kind!r} now. Convert it."
        )
    return column
