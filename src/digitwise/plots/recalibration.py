"""Whether laws say what happens, before and after they were recalibrated."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from digitwise.plots.promise import draw_diagonal, dress_as_shares
from digitwise.plots.style import LIGHT, axes_or_new, legend_above

if TYPE_CHECKING:
    import matplotlib.axes


def recalibration(
    before: ArrayLike,
    after: ArrayLike,
    *,
    confidence: float = 0.95,
    ax: "matplotlib.axes.Axes | None" = None,
) -> "matplotlib.axes.Axes":
    """Draw how often the truth lies below each predicted level, before and after, with the band of chance.

    On the diagonal, outcomes lie below the 30 % quantile 30 % of the time. A curve that is steep in the middle means
    laws that are too wide, one that is flat there too narrow laws, one above the diagonal laws that are too high.

    Parameters
    ----------
    before, after : array-like of shape (row,)
        Values between 0 and 1 of held-out rows, from ``digitwise.metrics.pit``; the rows that fitted the recalibration
        are no fair test of it.
    confidence : float
        Probability inside the band, at each level on its own, for as many rows as ``after`` has.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there are no values or one lies outside 0 to 1.
    ModuleNotFoundError
        If matplotlib is not installed.

    References
    ----------
    Kuleshov, Fenner and Ermon, Accurate uncertainties for deep learning using calibrated regression, arXiv 1807.00263.

    Examples
    --------
    >>> even = np.linspace(0.0, 1.0, 101)
    >>> ax = recalibration(np.abs(2 * even - 1) ** 0.2, even)
    >>> ax.get_ylabel()
    'share of outcomes below'
    """
    sides = [np.sort(np.asarray(side, dtype=np.float64).reshape(-1)) for side in (before, after)]
    for name, side in zip(("before", "after"), sides, strict=True):
        if side.size == 0 or not ((side >= 0.0) & (side <= 1.0)).all():
            raise ValueError(
                f"{name} must hold one value between 0 and 1 per row, but got {side.size} values from "
                f"{side.min(initial=np.inf)} to {side.max(initial=-np.inf)}. Compute it with "
                "digitwise.metrics.pit(law, y)."
            )
    ax = axes_or_new(ax, width=4.0, height=3.8)
    draw_diagonal(ax, sides[1].size, confidence=confidence)
    for side, colour, name in zip(sides, (LIGHT.third, LIGHT.law), ("before", "after"), strict=True):
        share = np.arange(side.size + 1) / side.size
        ax.plot(
            np.concatenate([[0.0], side, [1.0]]),
            np.append(share, 1.0),
            color=colour,
            linewidth=1.4,
            linestyle="-" if name == "after" else (0, (1, 1)),
            drawstyle="steps-post",
            label=name,
        )
    dress_as_shares(ax, x_label="predicted level", y_label="share of outcomes below")
    legend_above(ax)
    return ax
