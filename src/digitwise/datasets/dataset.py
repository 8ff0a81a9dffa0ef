"""One record for every data set: features, target, units, and what is known beyond the rows.

A published split travels with the data as one label per row. Synthetic data also carry the law
that the target was drawn from, so that a prediction can be compared with the truth.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

SPLIT_LABELS = ("train", "validation", "test")


class MixtureParameters(NamedTuple):
    """Gaussian mixtures, one per row, as plain arrays in data units.

    The order is that of ``digitwise.distributions.GaussianMixture``, so
    ``GaussianMixture(*parameters)`` is the law with all its verbs.

    Parameters
    ----------
    weights : array, shape (row, component)
        Non-negative, summing to one in each row.
    means, stds : array, shape (row, component)
        Mean and standard deviation of each component, in units of the target.
    """

    weights: Float[np.ndarray, "row component"]
    means: Float[np.ndarray, "row component"]
    stds: Float[np.ndarray, "row component"]


@dataclass(frozen=True, kw_only=True, eq=False)
class Dataset:
    """Rows of features with one numeric target.

    Parameters
    ----------
    name : str
        Short identifier.
    X : data frame or array, shape (row, column)
        Features. Text and categories need a data frame.
    y : array, shape (row,)
        Target in data units, finite.
    target : str
        Name of the target.
    units : str
        Units of the target; empty where it has none.
    description : str
        Where the data come from and what to know about them.
    feature_names : tuple of str
        Names of the columns of ``X``; empty where they have none.
    split : array of str, shape (row,), optional
        Published split: ``"train"``, ``"validation"`` or ``"test"`` for each row.
    true_law : callable, optional
        Maps features to the exact law of the target, where it is known.

    Raises
    ------
    ValueError
        If the parts do not have one entry per row, a target is not finite, or a split label is
        unknown.

    Examples
    --------
    >>> data = Dataset(name="pair", X=np.array([[0.0], [1.0]]), y=np.array([2.0, 3.0]))
    >>> data.n_rows, data.n_features
    (2, 1)
    """

    name: str
    X: Any
    y: Float[np.ndarray, " row"]
    target: str = "y"
    units: str = ""
    description: str = ""
    feature_names: tuple[str, ...] = ()
    split: np.ndarray | None = None
    true_law: Callable[[Float[np.ndarray, "row column"]], MixtureParameters] | None = None

    def __post_init__(self) -> None:
        """Check that the parts belong together."""
        rows = len(self.y)
        if len(self.X) != rows:
            raise ValueError(
                f"X and y must have one entry per row, but {self.name} has {len(self.X)} rows in X and {rows} in y."
            )
        if not np.isfinite(self.y).all():
            raise ValueError(
                f"Targets must be finite, but {int((~np.isfinite(self.y)).sum())} of {rows} in "
                f"{self.name} are not. Drop these rows."
            )
        if self.feature_names and len(self.feature_names) != self.n_features:
            raise ValueError(
                f"There must be one name per column, but {self.name} has {self.n_features} columns "
                f"and {len(self.feature_names)} names."
            )
        if self.split is None:
            return
        if len(self.split) != rows:
            raise ValueError(
                f"A split must have one label per row, but {self.name} has {rows} rows and {len(self.split)} labels."
            )
        unknown = sorted(set(self.split.tolist()) - set(SPLIT_LABELS))
        if unknown:
            raise ValueError(f"Split labels must be among {SPLIT_LABELS}, but {self.name} also has {unknown}.")

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.y)

    @property
    def n_features(self) -> int:
        """Number of columns of ``X``."""
        return int(self.X.shape[1])
