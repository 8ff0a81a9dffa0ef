"""Regression trees as plain tensors, and the sum of many of them for many rows at once.

The leaves of a tree are numbered from left to right. A row that goes right at a split can no longer end to the left of
it, so each split a row passes on the right takes away a run of leaves, as a bit mask; of the leaves that remain, the
lowest is where the row ends. Going through a tree is then the AND of one mask per column, looked up in a table by how
many thresholds of the column the row lies above: no walk, the same work for every row, and columns that several rows
share are looked up once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Float, Int16, Int32, Int64
from torch import Tensor

MAX_LEAVES = 15
"""Masks are 16-bit integers, and stay positive."""

ALL_LEAVES = 2**MAX_LEAVES - 1

TREES_PER_TABLE = 256
"""A table of so many trees fits in the processor's cache."""

ROWS_AT_ONCE = 1024
"""So many rows (or pairs) at work on a table do too."""


@dataclass(frozen=True)
class Trees:
    """Trees whose values are added up.

    Parameters
    ----------
    column
        ``(tree, split)``: which column each split looks at.
    threshold
        A row goes right where the column is above it; infinite where a tree has no more splits. Columns are compared
        in float32.
    kept
        Bit mask of the leaves that are left to a row that goes right.
    value
        ``(tree, leaf)``: what each leaf adds.
    baseline
        What all rows start from.

    References
    ----------
    Lucchese et al., "QuickScorer: a fast algorithm to rank documents with additive ensembles of regression trees",
    SIGIR 2015.

    Examples
    --------
    A tree of two leaves, 10 up to the threshold and 20 above it:

    >>> stump = Trees(
    ...     column=torch.tensor([[0]]),
    ...     threshold=torch.tensor([[0.5]]),
    ...     kept=torch.tensor([[0b10]], dtype=torch.int16),
    ...     value=torch.tensor([[10.0, 20.0]]),
    ...     baseline=torch.tensor(1.0),
    ... )
    >>> tree_sums(tables_of(stump), torch.tensor([[0.5], [0.6]])).tolist()
    [10.0, 20.0]
    """

    column: Int64[Tensor, "tree split"]
    threshold: Float[Tensor, "tree split"]
    kept: Int16[Tensor, "tree split"]
    value: Float[Tensor, "tree leaf"]
    baseline: Float[Tensor, ""]

    def __len__(self) -> int:
        """Return the number of trees."""
        return len(self.value)

    def take(self, trees: slice) -> "Trees":
        """Return some of the trees, with the same baseline."""
        parts = {name: part[trees] for name, part in vars(self).items() if name != "baseline"}
        return replace(self, **parts)


def no_trees(baseline: float = 0.0) -> Trees:
    """Return what is the same number for all rows."""
    return Trees(
        column=torch.zeros(0, MAX_LEAVES - 1, dtype=torch.int64),
        threshold=torch.zeros(0, MAX_LEAVES - 1),
        kept=torch.zeros(0, MAX_LEAVES - 1, dtype=torch.int16),
        value=torch.zeros(0, MAX_LEAVES),
        baseline=torch.tensor(baseline, dtype=torch.float32),
    )


def mean_of(boosters: Sequence[Trees]) -> Trees:
    """Return trees that add up to the mean of several sums of trees."""
    names = ("column", "threshold", "kept")
    return Trees(
        **{name: torch.cat([getattr(trees, name) for trees in boosters]) for name in names},
        value=torch.cat([trees.value for trees in boosters]) / len(boosters),
        baseline=torch.stack([trees.baseline for trees in boosters]).mean(),
    )


@dataclass(frozen=True)
class Places:
    """How many thresholds each row lies above, by column."""

    n_rows: int
    of_column: dict[int, Int32[Tensor, " row"]]


@dataclass(frozen=True)
class ColumnTable:
    """What is left to a row by one column.

    Parameters
    ----------
    column
        The column.
    row
        Row of the masks for each place among the thresholds of all tables: how many of them a value lies above.
    masks
        One row for each stretch between thresholds of these trees.
    """

    column: int
    row: Int32[Tensor, " place"]
    masks: Int16[Tensor, "stretch tree"]


@dataclass(frozen=True)
class TreeTable:
    """Some trees, ready to be looked up.

    Parameters
    ----------
    columns
        One table for each column that a split looks at.
    value
        Values of the leaves, one tree after another.
    n_leaves
        Leaves per tree.
    """

    columns: tuple[ColumnTable, ...]
    value: Float[Tensor, " leaf"]
    n_leaves: int

    def left_to(self, places: Places, rows: slice) -> Int16[Tensor, "row tree"]:
        """Return the leaves that are left to some rows by the columns whose places are given."""
        left = None
        for table in self.columns:
            if table.column in places.of_column:
                found = places.of_column[table.column][rows]
                by_column = table.masks.index_select(0, table.row.index_select(0, found))
                left = by_column if left is None else left.bitwise_and_(by_column)
        if left is None:
            n_rows, n_trees = len(range(*rows.indices(places.n_rows))), len(self.value) // self.n_leaves
            return self.value.new_full((n_rows, n_trees), ALL_LEAVES, dtype=torch.int16)
        return left

    def sums(self, left: Int16[Tensor, "row tree"]) -> Float[Tensor, " row"]:
        """Return the sum over trees of the value of the lowest leaf left."""
        lowest = (left & -left).float().view(torch.int32) >> 23  # the exponent: 127 + the number of the bit
        starts = torch.arange(left.shape[1], dtype=torch.int32, device=left.device) * self.n_leaves - 127
        leaf = (lowest + starts).flatten()
        return self.value.index_select(0, leaf).view(left.shape).sum(1)


@dataclass(frozen=True)
class TreeTables:
    """Trees in tables of ``TREES_PER_TABLE`` each, and the thresholds of all of them by column, rising."""

    thresholds: dict[int, Float[Tensor, " threshold"]]
    tables: tuple[TreeTable, ...]

    def places(self, x: Float[Tensor, "row column"], first: int = 0) -> Places:
        """Return the places of rows by some neighbouring columns, ``first`` the first of them."""
        by_column = x.float().T.contiguous()
        return Places(
            len(x),
            {
                column: torch.searchsorted(thresholds, by_column[column - first], out_int32=True)
                for column, thresholds in self.thresholds.items()
                if first <= column < first + x.shape[1]
            },
        )


def tables_of(trees: Trees) -> TreeTables:
    """Return the tables of the trees."""
    splits, thresholds = trees.threshold.isfinite(), {}
    for column in torch.unique(trees.column[splits]).tolist():
        thresholds[column] = torch.unique(trees.threshold[splits & (trees.column == column)].float())
    parts = [trees.take(slice(i, i + TREES_PER_TABLE)) for i in range(0, len(trees), TREES_PER_TABLE)]
    return TreeTables(thresholds, tuple(_table_of(part, thresholds) for part in parts))


def _table_of(trees: Trees, thresholds: dict[int, Tensor]) -> TreeTable:
    columns = []
    for column, all_thresholds in thresholds.items():
        tree, split = (trees.threshold.isfinite() & (trees.column == column)).nonzero(as_tuple=True)
        if len(tree):
            own, stretch = torch.unique(trees.threshold[tree, split].float(), return_inverse=True)
            # Above k of all thresholds is above as many of its own as there are among the k lowest.
            row = torch.cat([own.new_zeros(1), torch.isin(all_thresholds, own).cumsum(0)]).int()
            columns.append(ColumnTable(column, row, _masks(stretch, tree, trees.kept[tree, split], len(trees))))
    return TreeTable(tuple(columns), trees.value.float().flatten(), trees.value.shape[1])


def _masks(
    stretch: Int64[Tensor, " split"], tree: Int64[Tensor, " split"], kept: Int16[Tensor, " split"], n_trees: int
) -> Int16[Tensor, "stretch tree"]:
    """Return the masks of a column: each row is the one before it, less what the splits of its threshold take away."""
    masks = np.full((int(stretch.max()) + 2, n_trees), ALL_LEAVES, dtype=np.int16)
    np.bitwise_and.at(masks, (stretch.cpu().numpy() + 1, tree.cpu().numpy()), kept.cpu().numpy())
    return torch.from_numpy(np.bitwise_and.accumulate(masks, axis=0)).to(kept.device)


def tree_sums(tables: TreeTables, x: Float[Tensor, "row column"]) -> Float[Tensor, " row"]:
    """Return the sum of all trees, float64; without the baseline."""
    total, places = x.new_zeros(len(x), dtype=torch.float64), tables.places(x)
    for table in tables.tables:
        for part in _passes(len(x)):
            total[part] += table.sums(table.left_to(places, part))
    return total


def tree_sums_of_pairs(
    tables: TreeTables,
    x: Float[Tensor, "row column"],
    rows: Int64[Tensor, " pair"],
    more: Float[Tensor, "pair more"],
) -> Float[Tensor, " pair"]:
    """Return the same for pairs of a row and more columns, which come after the row's own.

    What a row's own columns leave is looked up once, however many pairs it has.
    """
    total = x.new_zeros(len(rows), dtype=torch.float64)
    of_rows, of_pairs = tables.places(x), tables.places(more, x.shape[1])
    for table in tables.tables:
        left_to_row = table.left_to(of_rows, slice(None))
        for part in _passes(len(rows)):
            left = left_to_row.index_select(0, rows[part]).bitwise_and_(table.left_to(of_pairs, part))
            total[part] += table.sums(left)
    return total


def _passes(n_rows: int) -> list[slice]:
    return [slice(start, start + ROWS_AT_ONCE) for start in range(0, n_rows, ROWS_AT_ONCE)]
