"""The verbs that read predicted laws: the same for every estimator."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from sklearn.utils.validation import check_is_fitted

from digitwise.encoders.columns import Columns
from digitwise.estimators.hardware import cpu_threads
from digitwise.estimators.inputs import check_features
from digitwise.objectives import DecodingHead
from digitwise.training import Network, Rows

ROWS_PER_PASS = 8192
SEARCHED_ROWS_PER_PASS = 1024
"""Laws that come from a search have some thousand leaves, and each row its own edges."""


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
            rows, head = self._rows(X), self.network_.head
            is_searched = isinstance(head, DecodingHead) and head.search is not None
            size = min(ROWS_PER_PASS, SEARCHED_ROWS_PER_PASS) if is_searched else ROWS_PER_PASS
            passes = [slice(i, i + size) for i in range(0, len(rows), size)]
            laws_of = laws_of or self._predicted
            answers = [
                verb(laws_of(rows.take(part)), *(None if each is None else each[part] for each in per_row))
                for part in passes
            ]
            return np.concatenate(answers)

    def _rows(self, X: Any) -> Rows:
        check_is_fitted(self)
        X = check_features(self, X, reset=False)
        unknown = torch.full((len(X),), torch.nan, dtype=torch.float64)
        tensors = self.columns_.transform(X)
        rows = Rows(tensors.numeric, tensors.categorical, unknown, torch.ones_like(unknown), unknown)
        return rows.to(self.network_.device)
