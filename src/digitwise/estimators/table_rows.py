"""Features, targets and weights of some rows, before they are encoded."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import narwhals.stable.v2 as nw
import numpy as np
from jaxtyping import Bool, Float, Int64


@dataclass(frozen=True)
class TableRows:
    """Rows of a table.

    Parameters
    ----------
    X
        Data frame or 2-D array.
    y, weight
        Targets in data units and sample weights.
    y_high
        The high ends, and ``y`` the low ones, where of some targets only an interval is known; else None. Open ends are
        infinite.
    taken
        Which rows of another table these are; None if they are a table of their own.
    """

    X: Any
    y: Float[np.ndarray, " row"]
    weight: Float[np.ndarray, " row"]
    y_high: Float[np.ndarray, " row"] | None = None
    taken: "Taken | None" = None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.y)

    def take(self, index: Int64[np.ndarray, " pick"]) -> "TableRows":
        """Return the named rows."""
        if isinstance(self.X, np.ndarray):
            features = self.X[index]
        else:
            features = nw.from_native(self.X, eager_only=True)[index].to_native()
        y_high = None if self.y_high is None else self.y_high[index]
        if y_high is not None and (y_high == self.y[index]).all():
            y_high = None
        return TableRows(features, self.y[index], self.weight[index], y_high, Taken(self, index))

    @property
    def is_exact(self) -> Bool[np.ndarray, " row"]:
        """Where the number is known."""
        return np.ones(len(self), dtype=bool) if self.y_high is None else self.y == self.y_high

    @property
    def is_number(self) -> Bool[np.ndarray, " row"]:
        """Where the target is a known finite number, and no special value."""
        return np.asarray(self.is_exact & np.isfinite(self.y))

    def numbers(self) -> tuple[Float[np.ndarray, "number ..."], Float[np.ndarray, " number"]]:
        """Return the numbers that are known of the targets, and their weights: finite ends count as numbers.

        A row with two ends gives each of them half its weight; special values give none.
        """
        if self.y_high is None:
            is_number = self.is_number
            return (self.y, self.weight) if is_number.all() else (self.y[is_number], self.weight[is_number])
        high = np.where(self.is_exact, np.inf, self.y_high)
        both = np.concatenate([self.y, high])
        is_known = np.isfinite(both)
        count = is_known.reshape(2, -1).sum(0)
        return both[is_known], np.tile(self.weight / count, 2)[is_known]

    def folds(self, n_folds: int, random: np.random.RandomState) -> Iterator[tuple["TableRows", "TableRows"]]:
        """Yield, for each of some random folds, the rows outside of it and those in it."""
        for held_out in np.array_split(random.permutation(len(self)), n_folds):
            kept = np.setdiff1d(np.arange(len(self)), held_out)
            yield self.take(kept), self.take(np.sort(held_out))

    def split(self, n_held_out: int, random: np.random.RandomState) -> tuple["TableRows", "TableRows"]:
        """Return training rows and held-out rows; without held-out rows, the same rows twice."""
        if n_held_out == 0:
            return self, self
        order = random.permutation(len(self))
        return self.take(np.sort(order[n_held_out:])), self.take(np.sort(order[:n_held_out]))


class Taken(NamedTuple):
    """A table, and the rows that were taken from it."""

    whole: TableRows
    rows: Int64[np.ndarray, " pick"]
