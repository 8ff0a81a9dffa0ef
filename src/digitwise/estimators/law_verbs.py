"""The verbs that read predicted laws: the same for every estimator."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from sklearn.utils.validation import check_is_fitted

from digitwise.encoders.columns import Columns
from digitwise.encoders.columns_tensors import ReadTable
from digitwise.estimators.hardware import cpu_threads, side_by_side
from digitwise.estimators.inputs import check_features
from digitwise.training import Network, Rows

ROWS_PER_PASS = 1024


class LawVerbs(ABC):
    """One verb, one return type, in the units of ``y``; needs a fitted network and columns.

    With several targets, answers have an axis for them after that of the rows.
    """

    network_: Network
    columns_: Columns
    point_estimate: str
    n_jobs: int | None

    def predict(self, X: Any) -> Float[np.ndarray, "row ..."]:
        """Return the point estimate of each row, in the units of ``y``."""
        return self._read(X, lambda law: getattr(law, self.point_estimate)())

    def predict_quantiles(
        self, X: Any, quantiles: Sequence[float] | np.ndarray = (0.05, 0.5, 0.95)
    ) -> Float[np.ndarray, "row ... q"]:
        """Return ``(rows, quantiles)``: where the law's cdf reaches each level. They never cross."""
        levels = np.asarray(quantiles, dtype=np.float64)
        if levels.ndim != 1 or not ((levels >= 0) & (levels <= 1)).all():
            raise ValueError(f"quantiles must be a list of levels in [0, 1], but got {quantiles}.")
        return self._read(X, lambda law: law.quantile(levels))

    def predict_interval(self, X: Any, coverage: float = 0.9) -> Float[np.ndarray, "row ... 2"]:
        """Return ``(rows, 2)``: the central interval that holds ``coverage`` of the law."""
        return self._read(X, lambda law: law.interval(coverage))

    def predict_variance(self, X: Any) -> Float[np.ndarray, "row ..."]:
        """Return the variance of each row's law, in squared units of ``y``."""
        return self._read(X, lambda law: law.variance())

    @abstractmethod
    def _law(self, rows: Rows) -> Any:
        """Return the laws of some rows, for verbs that look at one target at a time."""

    @abstractmethod
    def _as_table(self, X: Any) -> Any:
        """Return features as a table."""

    @abstractmethod
    def _networks(self) -> dict[str, Network]:
        """Return all networks by name."""

    def _predicted(self, rows: Rows) -> Any:
        """Return the laws that verbs read."""
        return self._law(rows)

    def _read(
        self,
        X: Any,
        verb: Callable[..., np.ndarray],
        *per_row: np.ndarray | None,
        laws_of: Callable[[Rows], Any] | None = None,
    ) -> np.ndarray:
        """Return what a verb says of the laws, and of what else each row has, in passes of bounded memory."""
        with cpu_threads(self.n_jobs):
            table, laws = self._table_to_read(X), laws_of or self._predicted
            for network in self._networks().values():
                network.eval()

            def answer(part: slice) -> np.ndarray:
                return verb(
                    laws(self._some_rows(table, part)), *(None if each is None else each[part] for each in per_row)
                )

            passes = [slice(start, start + ROWS_PER_PASS) for start in range(0, len(table), ROWS_PER_PASS)]
            return np.concatenate(side_by_side(answer, passes))

    def _rows(self, X: Any) -> Rows:
        """Return all rows at once, for verbs that need them together."""
        return self._some_rows(self._table_to_read(X), slice(None))

    def _table_to_read(self, X: Any) -> ReadTable:
        check_is_fitted(self)
        return self.columns_.read(check_features(self, self._as_table(X), reset=False))

    def _some_rows(self, table: ReadTable, part: slice) -> Rows:
        """Return some rows of a table, on the device; ids of texts are made now."""
        tensors = table.take(part)
        unknown = torch.full((len(tensors),), torch.nan, dtype=torch.float64)
        rows = Rows(tensors.numeric, tensors.categorical, unknown, torch.ones_like(unknown), unknown, ids=tensors.ids)
        return rows.to(self.network_.device)
