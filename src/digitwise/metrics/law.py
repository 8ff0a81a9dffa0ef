"""What metrics ask of a law, and what they check of one and of levels first."""

from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from digitwise.metrics.rows import FloatArray, checked_vector


@runtime_checkable
class Law(Protocol):
    """The verbs that metrics ask of a law: one law per row, in data units."""

    def __len__(self) -> int:
        """Return the number of rows."""
        ...

    def quantile(self, q: float | FloatArray) -> Float[FloatArray, "row ..."]:
        """Return the quantiles of each row's law."""
        ...

    def interval(self, coverage: float = 0.9) -> Float[FloatArray, "row 2"]:
        """Return the central interval of each row's law."""
        ...

    def cdf(self, y: FloatArray) -> Float[FloatArray, "row ..."]:
        """Return the cumulative probability at ``y``."""
        ...

    def log_prob(self, y: FloatArray) -> Float[FloatArray, "row ..."]:
        """Return the log density at ``y``."""
        ...

    def crps(self, y: FloatArray) -> Float[FloatArray, "row ..."]:
        """Return the continuous ranked probability score at ``y``."""
        ...


def checked_rows(law: Law) -> int:
    """Return the number of rows, or raise a ValueError where there is none.

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> checked_rows(Histogram([0.0, 1.0], [[1.0], [1.0]]))
    2
    """
    if len(law) == 0:
        raise ValueError("A metric needs at least 1 row, but the law has none.")
    return len(law)


def checked_truth(law: Law, y: ArrayLike) -> Float[FloatArray, " row"]:
    """Return true values as a float64 vector with the law's rows.

    Raises
    ------
    ValueError
        If rows disagree, there is none, or values are not finite.
    """
    truth = checked_vector(y, "y")
    if len(truth) != checked_rows(law):
        raise ValueError(
            f"law and y must have the same rows, but got {len(law)} and {len(truth)}. Index both with the same rows."
        )
    return truth


def checked_level(level: float) -> float:
    """Return one level strictly between 0 and 1, or raise a ValueError."""
    return float(checked_levels(level)[0])


def checked_levels(levels: ArrayLike | float) -> Float[FloatArray, " quantile"]:
    """Return levels as a vector, or raise a ValueError where one is not strictly between 0 and 1.

    Examples
    --------
    >>> checked_levels(0.9)
    array([0.9])
    """
    values = np.atleast_1d(np.asarray(levels, dtype=np.float64))
    if values.ndim != 1 or not np.all((values > 0.0) & (values < 1.0)):
        raise ValueError(f"Levels must lie strictly between 0 and 1, but got {levels!r}. For 90 % pass 0.9.")
    return values
