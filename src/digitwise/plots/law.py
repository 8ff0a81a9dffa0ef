"""What a picture asks of a law, and its density on a regular grid.

The density is taken from differences of the cdf, so that laws of any kind (fine histograms, atoms,
mixtures) are drawn the same way. A histogram with many narrow leaves is spiky where it learnt from
few rows; differences over a window much wider than a leaf show its shape instead.
"""

from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike


@runtime_checkable
class RowLaws(Protocol):
    """The verbs of a law that pictures use: one law per row, in data units."""

    def __len__(self) -> int:
        """Return the number of rows."""
        ...

    def __getitem__(self, index: Any) -> "RowLaws":
        """Return the laws of some rows."""
        ...

    def mean(self) -> Float[np.ndarray, " row"]:
        """Return the mean of each row's law."""
        ...

    def interval(self, coverage: float = 0.9) -> Float[np.ndarray, "row 2"]:
        """Return the central interval of each row's law."""
        ...

    def quantile(self, q: ArrayLike) -> Float[np.ndarray, "row ..."]:
        """Return the quantiles of each row's law."""
        ...

    def cdf(self, y: ArrayLike) -> Float[np.ndarray, "row ..."]:
        """Return the cumulative probability at ``y``."""
        ...


def as_targets(y: ArrayLike, n_rows: int) -> Float[np.ndarray, " row"]:
    """Return ``y`` as a float vector with one value per row of the law.

    Raises
    ------
    ValueError
        If there is not exactly one finite value per row.
    """
    values = np.asarray(y, dtype=np.float64).reshape(-1)
    if values.shape[0] != n_rows:
        raise ValueError(
            f"There must be one value per row of the law, but the law has {n_rows} rows and "
            f"{values.shape[0]} values came. Index the law and the values with the same rows."
        )
    if not np.isfinite(values).all():
        raise ValueError(
            "Values must be finite, but NaN or infinity came. Drop those rows from the law and the values first."
        )
    return values


def grid_over(law: RowLaws, n_points: int, y: Float[np.ndarray, " row"] | None = None) -> Float[np.ndarray, " point"]:
    """Return a regular grid over the central 99.6 % of every row's law, and over ``y`` if given."""
    ends = law.quantile(np.array([0.002, 0.998]))
    values = ends.ravel() if y is None else np.concatenate([ends.ravel(), y])
    low, high = float(values.min()), float(values.max())
    margin = 0.06 * (high - low) or 0.5 * max(abs(high), 1.0)
    return np.linspace(low - margin, high + margin, n_points)


def density_on_grid(
    law: RowLaws, grid: Float[np.ndarray, " point"], *, smoothing: float = 0.1
) -> Float[np.ndarray, "row point"]:
    """Return the density of each row's law on a regular grid, smoothed by a triangular window.

    The window's half width is ``smoothing`` times the row's effective width ``1 / ∫ pdf²`` (3.5
    standard deviations for a normal law), but never less than a grid step: wide laws are smoothed
    more than narrow ones, and the two modes of a bimodal law stay apart. The mass is kept.

    Parameters
    ----------
    law : RowLaws
    grid : Float[np.ndarray, " point"]
        Equally spaced values in data units.
    smoothing : float
        Half width of the window as a share of the row's effective width; 0 for the grid step alone.

    Examples
    --------
    >>> from digitwise.distributions import GaussianMixture
    >>> law = GaussianMixture(weights=[[1.0]], means=[[0.0]], stds=[[1.0]])
    >>> density_on_grid(law, np.array([-1.0, 0.0, 1.0]) * 0.1, smoothing=0.0).round(2)
    array([[0.4, 0.4, 0.4]])
    """
    step = float(grid[1] - grid[0])
    rows = len(law)
    mass = np.diff(law.cdf(np.tile(grid, (rows, 1))), axis=1)
    effective_width = step / np.maximum((mass**2).sum(axis=1), step / (grid[-1] - grid[0]))
    half = np.maximum(smoothing * effective_width, step)[:, None]
    total = np.zeros((rows, grid.shape[0]))
    shares = (np.arange(6) + 0.5) / 6
    for share in shares:
        total += law.cdf(grid + share * half) - law.cdf(grid - share * half)
    density: Float[np.ndarray, "row point"] = np.maximum(total, 0.0) / (len(shares) * half)
    return density


def mass_above(
    density: Float[np.ndarray, "row point"],
) -> Float[np.ndarray, "row point"]:
    """Return, for each point of a regular grid, the probability of all points denser than it.

    The set where this is at most ``p`` is the smallest region that holds probability ``p``
    (the highest-density region); for a bimodal law it falls into two pieces.

    Examples
    --------
    >>> mass_above(np.array([[1.0, 6.0, 3.0]])).round(2)
    array([[0.9, 0. , 0.6]])
    """
    order = np.argsort(-density, axis=1, kind="stable")
    sorted_density = np.take_along_axis(density, order, axis=1)
    before = np.cumsum(sorted_density, axis=1) - sorted_density
    before /= density.sum(axis=1, keepdims=True)
    level = np.empty_like(density)
    np.put_along_axis(level, order, before, axis=1)
    return level
