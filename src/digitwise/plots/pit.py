"""Where the truth falls within its own law."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from digitwise.plots.promise import draw_promise
from digitwise.plots.style import LIGHT, axes_or_new, dress, legend_above, show_percent

if TYPE_CHECKING:
    import matplotlib.axes


def pit_histogram(
    pit: ArrayLike,
    *,
    n_bins: int | None = None,
    confidence: float = 0.95,
    ax: "matplotlib.axes.Axes | None" = None,
) -> "matplotlib.axes.Axes":
    """Draw the histogram of the probability integral transform, with the band that chance explains.

    The transform is the cdf of each row's law at its true value. It is uniform when the laws are
    right: bars that rise at both ends mean laws that are too narrow, a hump means too wide, a slope
    means a bias.

    Parameters
    ----------
    pit : array-like of shape (row,)
        Values between 0 and 1, from ``digitwise.metrics.pit``.
    n_bins : int, optional
        Number of bars; about the square root of half the rows by default, at least 5 and at most
        20.
    confidence : float
        Probability inside the band, for each bar on its own.
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
    Gneiting, Balabdaoui and Raftery, Probabilistic forecasts, calibration and sharpness, JRSS B,
    2007.

    Examples
    --------
    >>> ax = pit_histogram(np.linspace(0.0, 1.0, 101))
    >>> ax.get_ylabel()
    'share of rows'
    """
    values = np.asarray(pit, dtype=np.float64).reshape(-1)
    if values.size == 0 or not ((values >= 0.0) & (values <= 1.0)).all():
        raise ValueError(
            "pit must hold one value between 0 and 1 per row, but got "
            f"{values.size} values from {values.min(initial=np.inf)} "
            f"to {values.max(initial=-np.inf)}. "
            "Compute it with digitwise.metrics.pit(law, y)."
        )
    bins = int(np.clip(np.sqrt(values.size / 2), 5, 20)) if n_bins is None else n_bins
    ax = axes_or_new(ax, width=4.6, height=3.2)
    share = np.histogram(values, bins=bins, range=(0.0, 1.0))[0] / values.size
    ends = np.array([0.0, 1.0])
    low, high = draw_promise(ax, ends, 1.0 / bins, values.size, confidence=confidence, name="calibrated")
    edges = np.linspace(0.0, 1.0, bins + 1)
    ax.bar(
        edges[:-1],
        share,
        width=1.0 / bins,
        align="edge",
        color=LIGHT.law,
        alpha=0.8,
        edgecolor=LIGHT.paper,
    )
    ax.hlines([low[0], high[0]], 0.0, 1.0, color=LIGHT.chance, linewidth=0.9)
    dress(ax, x_label="cdf of the predicted law at the true value", y_label="share of rows", grid="y")
    show_percent(ax.yaxis)
    ax.set_xlim(0.0, 1.0)
    ax.set_ylim(0.0, 1.1 * max(float(share.max()), float(high[0])))
    legend_above(ax)
    return ax
