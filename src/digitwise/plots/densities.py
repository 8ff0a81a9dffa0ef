"""The laws of several rows, one under the other."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from digitwise.plots.law import RowLaws, as_targets, density_on_grid, grid_over
from digitwise.plots.style import LIGHT, SMALL, axes_or_new, dress, legend_above, with_unit

if TYPE_CHECKING:
    import matplotlib.axes

MOST_ROWS = 30


def predicted_density(
    law: RowLaws,
    y: ArrayLike | None = None,
    *,
    labels: Sequence[str] | None = None,
    coverage: float = 0.9,
    smoothing: float = 0.1,
    target_name: str = "target",
    unit: str | None = None,
    ax: "matplotlib.axes.Axes | None" = None,
) -> "matplotlib.axes.Axes":
    """Draw the predicted density of each row as a ridge, with mean, interval and the true value.

    Each ridge is scaled to its own peak: read the spread from its width, not from its height. The
    density is drawn from differences of the cdf on a regular grid, so a histogram with hundreds of
    narrow leaves appears aggregated and slightly smoothed (see ``smoothing``); numbers computed
    from the law are not affected.

    Parameters
    ----------
    law : law object
        One law per row, 30 rows at most. For a model: ``model.predict_distribution(X[:8])``.
    y : array-like of shape (row,), optional
        True values in data units.
    labels : sequence of str, optional
        One label per row; row numbers by default.
    coverage : float
        Probability inside the interval that is drawn darker.
    smoothing : float
        Half width of the smoothing window as a share of the law's effective width; 0 for the grid
        step alone.
    target_name, unit : str
        Name of the target and its unit, for the axis label.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there are no rows or more than 30, or ``y`` or ``labels`` do not have one entry per row.
    ModuleNotFoundError
        If matplotlib is not installed.

    Examples
    --------
    >>> from digitwise.distributions import GaussianMixture
    >>> law = GaussianMixture(weights=[[1.0], [1.0]], means=[[0.0], [2.0]], stds=[[1.0], [0.3]])
    >>> ax = predicted_density(law, [0.5, 2.1], target_name="price", unit="EUR")
    >>> ax.get_xlabel()
    'price (EUR)'
    """
    rows = len(law)
    if not 1 <= rows <= MOST_ROWS:
        raise ValueError(f"Between 1 and {MOST_ROWS} rows can be read as ridges, but got {rows}. Index the law first.")
    labels = [f"row {i}" for i in range(rows)] if labels is None else list(labels)
    if len(labels) != rows:
        raise ValueError(f"There must be one label per row, but got {len(labels)} labels for {rows} rows.")
    truth = None if y is None else as_targets(y, rows)
    ax = axes_or_new(ax, height=0.9 + 0.5 * rows)

    grid = grid_over(law, 400, truth)
    density = density_on_grid(law, grid, smoothing=smoothing)
    height = density / density.max(axis=1, keepdims=True) * (0.8 if rows > 1 else 0.95)
    interval, mean = law.interval(coverage), law.mean()
    floors = np.arange(rows)[::-1].astype(np.float64)
    for row, floor in enumerate(floors):
        seen = np.flatnonzero(height[row] > 2e-3)
        curve = grid[seen[0] : seen[-1] + 1], floor + height[row, seen[0] : seen[-1] + 1]
        ax.plot(*curve, color=LIGHT.law, linewidth=1.2)
        for low, high, alpha in ((curve[0][0], curve[0][-1], 0.16), (*interval[row], 0.28)):
            middle = curve[0][(curve[0] > low) & (curve[0] < high)]
            across = np.concatenate([[low], middle, [high]])
            top = np.interp(across, *curve)
            outline = np.concatenate([[floor], top, [floor]])
            across = np.concatenate([[low], across, [high]])
            ax.fill(across, outline, color=LIGHT.law, alpha=alpha, linewidth=0)
    ax.hlines(floors, grid[0], grid[-1], color=LIGHT.grid, linewidth=0.8, zorder=0.5)
    ax.hlines(
        floors,
        interval[:, 0],
        interval[:, 1],
        color=LIGHT.law,
        linewidth=2.6,
        label=f"{coverage:.0%} interval",
    )
    ax.plot(
        mean,
        floors,
        "o",
        markersize=6,
        color=LIGHT.paper,
        markeredgecolor=LIGHT.law,
        markeredgewidth=1.6,
        label="mean",
    )
    if truth is not None:
        ax.plot(
            truth,
            floors,
            "D",
            markersize=6,
            color=LIGHT.truth,
            markeredgecolor=LIGHT.paper,
            label="true value",
        )

    dress(ax, x_label=with_unit(target_name, unit), y_label="", grid="x")
    ax.spines["left"].set_visible(False)
    ax.set_yticks(floors, labels, fontsize=SMALL)
    ax.tick_params(axis="y", length=0, colors=LIGHT.ink)
    ax.set_xlim(grid[0], grid[-1])
    ax.set_ylim(-0.25, rows - 0.05)
    legend_above(ax, columns=3)
    return ax
