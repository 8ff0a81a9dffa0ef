"""The prediction of somebody who knows the target but no features: the same law for every row."""

from typing import final

import numpy as np
from jaxtyping import Float

from digitwise.distributions import Atoms, Distribution, GaussianMixture

MOST_ATOMS = 500


@final
class SameForAll:
    """One law, given as the answer for any number of rows; it is stored once.

    Parameters
    ----------
    law : Distribution
        A law with one row.
    n_rows : int
        For how many rows it stands.
    """

    def __init__(self, law: Distribution, n_rows: int) -> None:
        if len(law) != 1:
            raise ValueError(f"The law must have one row, but got {len(law)}. Index it first.")
        self._law, self._n_rows = law, n_rows

    def __len__(self) -> int:
        """Return the number of rows it stands for."""
        return self._n_rows

    def quantile(self, q: float | np.ndarray) -> Float[np.ndarray, "row ..."]:
        """Return the quantiles, the same for each row."""
        return np.repeat(self._law.quantile(q), self._n_rows, axis=0)

    def interval(self, coverage: float = 0.9) -> Float[np.ndarray, "row 2"]:
        """Return the central interval, the same for each row."""
        return np.repeat(self._law.interval(coverage), self._n_rows, axis=0)

    def cdf(self, y: Float[np.ndarray, " row"]) -> Float[np.ndarray, " row"]:
        """Return the cumulative probability at each row's ``y``."""
        return self._law.cdf(y[None, :]).ravel()

    def log_prob(self, y: Float[np.ndarray, " row"]) -> Float[np.ndarray, " row"]:
        """Return the log density at each row's ``y``."""
        return self._law.log_prob(y[None, :]).ravel()

    def crps(self, y: Float[np.ndarray, " row"]) -> Float[np.ndarray, " row"]:
        """Return the continuous ranked probability score of each row's ``y``."""
        return self._law.crps(y[None, :]).ravel()


def empirical_law(y: Float[np.ndarray, " row"]) -> SameForAll:
    """Return the law of the values themselves; beyond 500 values, 500 quantiles stand for them.

    Examples
    --------
    >>> empirical_law(np.array([1.0, 3.0])).crps(np.array([1.0, 3.0]))
    array([0.5, 0.5])
    """
    values = y
    if len(y) > MOST_ATOMS:
        values = np.quantile(y, (np.arange(MOST_ATOMS) + 0.5) / MOST_ATOMS)
    return SameForAll(Atoms(values, np.full((1, len(values)), 1.0 / len(values))), len(y))


def normal_law(y: Float[np.ndarray, " row"]) -> SameForAll:
    """Return the normal law with the mean and the standard deviation of the values.

    Raises
    ------
    ValueError
        If all values are the same.

    Examples
    --------
    >>> normal_law(np.array([-1.0, 1.0])).log_prob(np.array([0.0, 0.0])).round(3)
    array([-0.919, -0.919])
    """
    law = GaussianMixture([[1.0]], [[y.mean()]], [[y.std()]])
    return SameForAll(law, len(y))
