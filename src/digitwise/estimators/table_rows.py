"""Features, targets and weights of some rows, before they are encoded."""

from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from jaxtyping import Float, Int64


@dataclass(frozen=True)
class TableRows:
    """Rows of a table.

    Parameters
    ----------
    X
        Data frame or 2-D array.
    y, weight
        Targets in data units and sample weights.
    """

    X: Any
    y: Float[np.ndarray, " row"]
    weight: Float[np.ndarray, " row"]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.y)

    def take(self, index: Int64[np.ndarray, " pick"]) -> "TableRows":
        """Return the named rows."""
        if isinstance(self.X, np.ndarray):
            features = self.X[index]
        else:
            features = nw.from_native(self.X, eager_only=True)[index].to_native()
        return TableRows(features, self.y[index], self.weight[index])

    def split(self, n_held_out: int, random: np.random.RandomState) -> tuple["TableRows", "TableRows"]:
        """Return training rows and held-out rows; without held-out rows, the same rows twice."""
        if n_held_out == 0:
            return self, self
        order = random.permutation(len(self))
        return self.take(np.sort(order[n_held_out:])), self.take(np.sort(order[:n_held_out]))
