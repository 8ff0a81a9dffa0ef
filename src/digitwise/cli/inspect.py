"""``digitwise inspect``: what a table holds, and what a digit decoder would make of its target."""

from typing import Any, Literal

import numpy as np
from jaxtyping import Float

from digitwise.cli.console import figure, print_facts, print_table, say
from digitwise.cli.options import Column, DataFile, Flag, OptionalNumber
from digitwise.cli.tables import read_table
from digitwise.cli.targets import split_target
from digitwise.codecs.auto_scaling import make_scaling
from digitwise.codecs.doctor import diagnose
from digitwise.encoders.columns import Columns
from digitwise.report.columns import summarise_columns

MOST_COLUMNS = 60
WHOLE: dict[str, Literal["auto"] | bool] = {"auto": "auto", "yes": True, "no": False}


def inspect(
    data: DataFile,
    /,
    *,
    target: Column,
    scaling: str = "auto",
    margin: float = 0.05,
    low: OptionalNumber = None,
    high: OptionalNumber = None,
    integer: Literal["auto", "yes", "no"] = "auto",
    drop_missing_target: Flag = False,
) -> None:
    """Show what a table holds, and what digits would make of its target.

    Nothing is trained and nothing is written.

    Parameters
    ----------
    data
        CSV (also .csv.gz) or Parquet.
    target
        Column to predict.
    scaling
        How the target becomes normalised digits: auto, affine, log, symlog or quantile.
    margin
        How far the range reaches beyond the training targets on each side, as a share of it.
    low, high
        Bounds that the target cannot leave, such as 0.
    integer
        Whether the target is a whole number by nature; auto: if all its values are.
    drop_missing_target
        Leave out rows whose target is missing, instead of stopping.

    Raises
    ------
    ValueError
        If the data or an option cannot be used.
    OSError
        If the file cannot be read.
    """
    frame = read_table(data)
    X, y = split_target(frame, target, data, drop_missing=drop_missing_target)
    choice = make_scaling(scaling, y, margin)
    found = diagnose(y, low=low, high=high, integer=WHOLE[integer], margin=margin, scaling=scaling)
    _tell_columns(X, f"{data}: {len(y):,} rows and {len(X.columns):,} columns besides {target!r}")
    say("")
    print_facts(f"target {target!r}", [*_target_facts(y), ("scaling", choice.reason)])
    say(f"\n{found}")


def _tell_columns(X: Any, title: str) -> None:
    unused = Columns.fit(X).dropped
    rows = []
    for column in summarise_columns(X[X.columns[:MOST_COLUMNS]]):
        note = f"; left out: {unused[column.name]}" if column.name in unused else ""
        missing = f"{column.missing:,}" if column.missing else ""
        rows.append([column.name, column.kind, missing, column.content + note])
    print_table(title, ["column", "kind", "missing", "content"], rows, numbers_from=4)
    if len(X.columns) > MOST_COLUMNS:
        say(f"... and {len(X.columns) - MOST_COLUMNS:,} columns more.")


def _target_facts(y: Float[np.ndarray, " row"]) -> list[tuple[str, str]]:
    low, first, middle, third, high = (figure(v) for v in np.quantile(y, [0, 0.25, 0.5, 0.75, 1]))
    values, counts = np.unique(y, return_counts=True)
    often = counts.argmax()
    return [
        ("lowest, highest", f"{low}, {high}"),
        ("median (middle half)", f"{middle} ({first} to {third})"),
        ("mean (standard deviation)", f"{figure(y.mean())} ({figure(y.std())})"),
        ("different values", f"{len(values):,} in {len(y):,} rows"),
        ("most frequent value", f"{figure(values[often])}, {counts[often] / len(y):.1%} of rows"),
    ]
