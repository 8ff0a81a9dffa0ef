"""``digitwise inspect``: what a table holds, and what a digit decoder would make of its target."""

import math
from typing import Any

import numpy as np
from jaxtyping import Float

from digitwise.cli.console import figure, print_facts, print_table, say
from digitwise.cli.options import Column, DataFile, Flag
from digitwise.cli.quantisation import Quantisation, quantisation
from digitwise.cli.tables import read_table
from digitwise.cli.targets import split_target
from digitwise.codecs import NormalizedCodec
from digitwise.codecs.auto_scaling import make_scaling
from digitwise.encoders.columns import Columns
from digitwise.report.columns import summarise_columns

MOST_COLUMNS = 60
CODECS = (NormalizedCodec(base=2, length=8), NormalizedCodec(base=10, length=3))


def inspect(
    data: DataFile,
    /,
    *,
    target: Column,
    scaling: str = "auto",
    margin: float = 0.05,
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
        How the target becomes digits: auto, affine, log, symlog or quantile.
    margin
        How far the range reaches beyond the training targets on each side, as a share of it.
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
    found = [quantisation(y, codec, scaling, margin) for codec in CODECS] if len(y) > 1 else []
    _tell_columns(X, f"{data}: {len(y):,} rows and {len(X.columns):,} columns besides {target!r}")
    say("")
    print_facts(f"target {target!r}", [*_target_facts(y), ("scaling", choice.reason)])
    if found:
        say("")
        _tell_quantisation(found, y, margin)


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


def _tell_quantisation(found: list[Quantisation], y: Float[np.ndarray, " row"], margin: float) -> None:
    def error(value: float) -> str:
        is_defined = y.std() > 0 and not math.isnan(value)
        return figure(value) + (f" ({value / y.std():.2%} of std)" if is_defined else "")

    print_table(
        "Lost by writing digits (root mean squared error of held-out targets within the range)",
        ["digits", "leaf means", "mid-points", "leaves in use"],
        [
            [
                q.name,
                error(q.error_of_means),
                error(q.error_of_middles),
                f"{q.n_occupied:,} of {q.n_leaves:,}",
            ]
            for q in found
        ],
    )
    say(
        f"\nWith margin {margin:g}, {found[0].saturation:.2%} of held-out targets lie outside the "
        f"range of the others ({found[0].n_folds} folds)."
    )
