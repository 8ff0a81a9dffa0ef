"""Our laws as a distribution of skpro."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from skpro.distributions.base import BaseDistribution

from digitwise.distributions import Atoms, Distribution, Histogram
from digitwise.distributions.probabilities import FloatArray

FAR = 1e-12
"""Share of a law that is left out on either side when the law is enclosed in two numbers."""

DISCRETE = {
    "distr:measuretype": "discrete",
    "capabilities:exact": ["mean", "var", "pmf", "log_pmf", "cdf", "ppf", "energy"],
    "capabilities:approx": [],
}
"""Tags of laws that have mass on single numbers."""


class SkproLaw(BaseDistribution):
    """Laws of one target as skpro has them: a table with one column, entry by entry.

    Answers are those of the law, with no sampling in between: ``pdf``, ``cdf``, ``ppf``, ``mean``, ``var``, and
    ``energy``, with it skpro's CRPS. Laws with point masses have a ``pmf``, and density 0.

    Parameters
    ----------
    law
        What ``predict_distribution`` returns.
    index
        Of the rows; by default they are counted. A single row with neither index nor columns is a scalar.
    columns
        The name of the target, in a list of one.

    Raises
    ------
    ValueError
        If index or columns do not fit the law.

    Examples
    --------
    >>> from digitwise.adapters.skpro import SkproLaw
    >>> from digitwise.distributions import Histogram
    >>> law = SkproLaw(Histogram([0.0, 1.0, 2.0], [[0.5, 0.5], [0.2, 0.8]]), columns=["price"])
    >>> law.mean()["price"].round(3).tolist(), law.cdf(1.0)["price"].tolist()
    ([1.0, 1.3], [0.5, 0.2])
    """

    _tags = {  # noqa: RUF012
        "distr:measuretype": "continuous",
        "distr:paramtype": "nonparametric",
        "capabilities:exact": ["mean", "var", "pdf", "log_pdf", "cdf", "ppf", "energy"],
        "capabilities:approx": ["pdfnorm"],
        "broadcast_init": "off",
    }

    def __init__(self, law: Distribution, index: Any = None, columns: Any = None) -> None:
        self.law = law
        if len(law) != 1 or index is not None or columns is not None:
            index = pd.RangeIndex(len(law)) if index is None else index
            columns = pd.RangeIndex(1) if columns is None else columns
            if len(index) != len(law) or len(columns) != 1:
                raise ValueError(
                    f"A law of {len(law)} rows needs as many entries in index and one in columns, but got {len(index)} "
                    f"and {len(columns)}."
                )
        super().__init__(index=index, columns=columns)
        if isinstance(law, Atoms):
            self.set_tags(**DISCRETE)

    def _iloc(self, rowidx: Any = None, colidx: Any = None) -> "SkproLaw":
        rows = np.atleast_1d(np.arange(len(self.law))[slice(None) if rowidx is None else rowidx])
        if np.isscalar(rowidx) and np.isscalar(colidx):
            return SkproLaw(self.law[rows])
        columns = np.atleast_1d(np.arange(1)[slice(None) if colidx is None else colidx])
        return SkproLaw(self.law[rows], index=self.index[rows], columns=self.columns[columns])

    def _iat(self, rowidx: Any = None, colidx: Any = None) -> "SkproLaw":
        return self._iloc(rowidx, colidx)

    def _entries(self, verb: Callable[..., FloatArray], *values: Any) -> FloatArray:
        """Return what a verb says of each entry, at a value of its own."""
        columns = [np.broadcast_to(value, self.shape).reshape(-1, 1) for value in values]
        answer: FloatArray = verb(*columns).reshape(self.shape)
        return answer

    def _mean(self) -> FloatArray:
        return self._entries(self.law.mean)

    def _var(self) -> FloatArray:
        return self._entries(self.law.variance)

    def _pdf(self, x: Any) -> FloatArray:
        return self._entries(self.law.pdf, x)

    def _log_pdf(self, x: Any) -> FloatArray:
        return self._entries(self.law.log_prob, x)

    def _pmf(self, x: Any) -> FloatArray:
        return np.exp(self._log_pmf(x))

    def _log_pmf(self, x: Any) -> FloatArray:
        return self._entries(self.law.log_prob, x)

    def _cdf(self, x: Any) -> FloatArray:
        return self._entries(self.law.cdf, x)

    def _surv(self, x: Any) -> FloatArray:
        return self._entries(self.law.prob_above, x)

    def _ppf(self, p: Any) -> FloatArray:
        return self._entries(self.law.quantile, p)

    def _energy_self(self) -> FloatArray:
        """Return the mean distance of two draws: what is left of a span once the CRPS of its two ends is gone."""
        low, high = self.law.quantile([FAR, 1.0 - FAR]).T
        distance = high - low - self.law.crps(low) - self.law.crps(high)
        return np.asarray(np.maximum(distance, 0.0).reshape(self.shape))

    def _energy_x(self, x: Any) -> FloatArray:
        return self._entries(self.law.crps, x) + 0.5 * self._energy_self()

    @classmethod
    def get_test_params(cls, parameter_set: str = "default") -> list[dict[str, Any]]:
        """Return settings with which skpro checks this class."""
        histogram = Histogram([-1.0, 0.0, 2.0, 3.0], [[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]])
        atoms = Atoms([1.0, 2.0, 5.0], [[0.2, 0.5, 0.3], [0.1, 0.1, 0.8]])
        return [
            {"law": histogram, "index": ["a", "b"], "columns": ["y"]},
            {"law": atoms, "index": ["a", "b"], "columns": ["y"]},
            {"law": histogram[0]},
        ]
