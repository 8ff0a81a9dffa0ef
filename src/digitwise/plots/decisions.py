"""What decisions cost that follow the law, against those that follow a single number."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from digitwise.plots.promise import DASHES
from digitwise.plots.style import LIGHT, axes_or_new, dress, legend_above, show_percent

if TYPE_CHECKING:
    import matplotlib.axes

TOP = 1.5
"""Costs beyond this multiple of the point prediction's run out of the picture."""


def decision_curve(
    levels: ArrayLike,
    by_law: ArrayLike,
    by_point: ArrayLike,
    *,
    expected: ArrayLike | None = None,
    constant: ArrayLike | None = None,
    ax: "matplotlib.axes.Axes | None" = None,
) -> "matplotlib.axes.Axes":
    """Draw the cost of decisions by the law, in percent of what they cost by the point prediction.

    At level ``q`` a unit too little costs ``q`` and a unit too much ``1 - q``, so that the best answer is the ``q``
    quantile of the law. A curve below 100 % says what the law is worth to somebody with such costs; one above it, that
    quantiles are worse than the point prediction there. Where the cost that the law expects lies far below the one that
    came, it is too sure of itself.

    Parameters
    ----------
    levels : array-like of shape (level,)
        Decision quantiles, strictly between 0 and 1.
    by_law, by_point : array-like of shape (level,)
        Mean cost of the law's quantile and of the point prediction, from ``digitwise.calibration.decision_costs``.
    expected : array-like of shape (level,), optional
        Mean cost that the law itself expects of its quantile.
    constant : array-like of shape (level,), optional
        Mean cost of the best single answer for all rows. Where it is above 150 % it leaves the picture.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If lengths disagree, a level is out of range, or the point prediction costs nothing.
    ModuleNotFoundError
        If matplotlib is not installed.

    Examples
    --------
    >>> ax = decision_curve([0.1, 0.5, 0.9], [0.4, 1.0, 0.5], [1.0, 1.0, 1.0], expected=[0.4, 0.9, 0.4])
    >>> ax.get_xlabel()
    'decision quantile (0.9: too little costs nine times as much)'
    """
    at = np.asarray(levels, dtype=np.float64).reshape(-1)
    costs = {
        name: np.asarray(values, dtype=np.float64).reshape(-1)
        for name, values in (("law", by_law), ("point", by_point), ("expected", expected), ("constant", constant))
        if values is not None
    }
    if at.size == 0 or any(cost.shape != at.shape for cost in costs.values()):
        sizes = {name: cost.size for name, cost in costs.items()}
        raise ValueError(f"There must be one cost for each of the {at.size} levels, but got {sizes}.")
    if not ((at > 0.0) & (at < 1.0)).all():
        raise ValueError(f"levels must lie strictly between 0 and 1, but got {at}.")
    if not (costs["point"] > 0.0).all():
        raise ValueError("The point prediction costs nothing: there is nothing to compare with.")
    ax = axes_or_new(ax, width=4.8, height=3.6)

    relative = {name: cost / costs["point"] for name, cost in costs.items()}
    ax.axhline(1.0, color=LIGHT.ink, linewidth=1.0, linestyle=DASHES, label="the point prediction")
    ax.fill_between(at, relative["law"], 1.0, where=relative["law"] < 1.0, color=LIGHT.law, alpha=0.12, linewidth=0)
    ax.plot(at, relative["law"], "o-", color=LIGHT.law, linewidth=1.6, markersize=3.5, label="the law's quantile")
    if "expected" in relative:
        ax.plot(
            at,
            relative["expected"],
            color=LIGHT.law,
            linewidth=1.2,
            linestyle=(0, (1, 1.2)),
            label="as the law expects",
        )
    if "constant" in relative:
        ax.plot(at, relative["constant"], color=LIGHT.chance, linewidth=1.4, label="one answer for all rows")
    dress(
        ax,
        x_label="decision quantile (0.9: too little costs nine times as much)",
        y_label="cost, relative to the point prediction",
    )
    show_percent(ax.yaxis)
    highest = max(float(relative["law"].max()), float(relative.get("expected", relative["law"]).max()))
    ax.set_xlim(0.0, 1.0)
    ax.set_ylim(0.0, max(TOP, 1.05 * highest))
    legend_above(ax, columns=2)
    return ax
