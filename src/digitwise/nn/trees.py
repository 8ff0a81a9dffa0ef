"""Regression trees as plain tensors, and the sum of many of them for many rows at once.

The leaves of a tree are numbered from left to right. A row that goes right at a split can no longer end to the left of
it, so each split a row passes on the right takes away a run of leaves, as a bit mask; of the leaves that remain, the
lowest is where the row ends. Going through a tree is then the AND of one mask per column, looked up in a table by how
many thresholds of the column the row lies above: no walk, the same work for every row, and columns that several rows
share are looked up once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int, Int16, Int64
from torch import Tensor

MAX_LEAVES = 15
"""Masks are 16-bit integers, and stay positive."""

ALL_LEAVES = 2**MAX_LEAVES - 1

TREES_PER_TABLE = 128
"""A table of so many trees fits in the processor's cache."""

PAIRS_AT_ONCE = 1024
"""So many pairs (or rows) at work on a table do too."""


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
class ColumnTable:
    """What is left to a row by one column: row ``k`` of the masks is for values above ``k`` of the thresholds."""

    column: int
    thresholds: Float[Tensor, " threshold"]
    masks: Int16[Tensor, "place tree"]

    def left_to(self, x: Float[Tensor, " row"]) -> Int16[Tensor, "row tree"]:
        """Return the leaves that are left to rows with these values."""
        return self.masks.index_select(0, torch.searchsorted(self.thresholds, x, out_int32=True))


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

    @property
    def n_trees(self) -> int:
        """How many trees there are."""
        return len(self.value) // self.n_leaves

    def left_to(self, x: Float[Tensor, "row column"], first: int = 0) -> Int16[Tensor, "row tree"]:
        """Return the leaves that are left to rows by some neighbouring columns, ``first`` the first of them."""
        left = x.new_full((len(x), self.n_trees), ALL_LEAVES, dtype=torch.int16)
        by_column = x.T.contiguous()
        for table in self.columns:
            if first <= table.column < first + x.shape[1]:
                left &= table.left_to(by_column[table.column - first])
        return left

    def sums(self, left: Int16[Tensor, "row tree"]) -> Float[Tensor, " row"]:
        """Return the sum over trees of the value of the lowest leaf left."""
        lowest = (left & -left).float().view(torch.int32) >> 23  # the exponent: 127 + the number of the bit
        starts = torch.arange(self.n_trees, dtype=torch.int32, device=left.device) * self.n_leaves - 127
        leaf = (lowest + starts).flatten()
        return self.value.index_select(0, leaf).view(left.shape).sum(1)


def tables_of(trees: Trees) -> list[TreeTable]:
    """Return the tables of the trees, ``TREES_PER_TABLE`` in each."""
    return [_table_of(trees.take(slice(i, i + TREES_PER_TABLE))) for i in range(0, len(trees), TREES_PER_TABLE)]


def _table_of(trees: Trees) -> TreeTable:
    threshold, splits = trees.threshold.float(), trees.threshold.isfinite()
    columns = []
    for column in torch.unique(trees.column[splits]).tolist():
        tree, split = (splits & (trees.column == column)).nonzero(as_tuple=True)
        order = threshold[tree, split].argsort(stable=True)
        tree, split = tree[order], split[order]
        thresholds, place = torch.unique_consecutive(threshold[tree, split], return_inverse=True)
        columns.append(ColumnTable(column, thresholds, _masks(place, tree, trees.kept[tree, split], len(trees))))
    return TreeTable(tuple(columns), trees.value.float().flatten(), trees.value.shape[1])


def _masks(
    place: Int64[Tensor, " split"], tree: Int64[Tensor, " split"], kept: Int[Tensor, " split"], n_trees: int
) -> Int16[Tensor, "place tree"]:
    """Return the masks of a column: each row is the one before it, less what the splits of its threshold take away."""
    masks = kept.new_full((int(place[-1]) + 2, n_trees), ALL_LEAVES)
    for at, of_tree, mask in zip((place + 1).tolist(), tree.tolist(), kept.tolist(), strict=True):
        masks[at, of_tree] &= mask
    for at in range(1, len(masks)):
        masks[at] &= masks[at - 1]
    return masks


def tree_sums(tables: Sequence[TreeTable], x: Float[Tensor, "row column"]) -> Float[Tensor, " row"]:
    """Return the sum of all trees, float64; without the baseline."""
    total = x.new_zeros(len(x), dtype=torch.float64)
    for table in tables:
        for start in range(0, len(x), PAIRS_AT_ONCE):
            part = slice(start, start + PAIRS_AT_ONCE)
            total[part] += table.sums(table.left_to(x[part]))
    return total


def tree_sums_of_pairs(
    tables: Sequence[TreeTable],
    x: Float[Tensor, "row column"],
    rows: Int64[Tensor, " pair"],
    more: Float[Tensor, "pair more"],
) -> Float[Tensor, " pair"]:
    """Return the same for pairs of a row and more columns, which come after the row's own.

    What a row's own columns leave is looked up once, however many pairs it has.
    """
    total = x.new_zeros(len(rows), dtype=torch.float64)
    for table in tables:
        of_row = table.left_to(x)
        for start in range(0, len(rows), PAIRS_AT_ONCE):
            part = slice(start, start + PAIRS_AT_ONCE)
            left = of_row.index_select(0, rows[part]).bitwise_and_(table.left_to(more[part], x.shape[1]))
            total[part] += table.sums(left)
    return total
