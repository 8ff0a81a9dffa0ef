"""What a right model would show: a dashed line, and around it the band that chance explains."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from digitwise.plots.chance import chance_band
from digitwise.plots.style import LIGHT, dress, show_percent

if TYPE_CHECKING:
    import matplotlib.axes

DASHES = (0, (4, 3))


def draw_promise(
    ax: "matplotlib.axes.Axes",
    across: ArrayLike,
    probability: float | ArrayLike,
    n_rows: int | ArrayLike,
    *,
    confidence: float,
    name: str,
) -> tuple[np.ndarray, np.ndarray]:
    """Draw the shares that are promised, with the band of chance around them, and return the band.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    across : array-like of shape (point,)
        Where the shares stand on the horizontal axis.
    probability : array-like
        Promised share at each point, or one for all.
    n_rows : array-like
        Number of rows behind each share, or one for all.
    confidence : float
        Probability inside the band, at each point on its own.
    name : str
        What the legend calls the dashed line.
    """
    at = np.asarray(across, dtype=np.float64)
    promised = np.broadcast_to(np.asarray(probability, dtype=np.float64), at.shape)
    low, high = chance_band(promised, n_rows, confidence)
    ax.fill_between(
        at, low, high, color=LIGHT.chance, alpha=0.28, linewidth=0, zorder=0.9, label=f"chance, {confidence:.0%}"
    )
    ax.plot(at, promised, color=LIGHT.ink, linewidth=1.0, linestyle=DASHES, label=name)
    return low, high


def draw_diagonal(ax: "matplotlib.axes.Axes", n_rows: int, *, confidence: float) -> None:
    """Draw the promise of shares that equal their level: the diagonal of the unit square."""
    levels = np.linspace(0.0, 1.0, 201)
    draw_promise(ax, levels, levels, n_rows, confidence=confidence, name="calibrated")


def dress_as_shares(ax: "matplotlib.axes.Axes", *, x_label: str, y_label: str) -> None:
    """Give axes of shares against shares their look: a square in percent."""
    dress(ax, x_label=x_label, y_label=y_label)
    show_percent(ax.xaxis, ax.yaxis)
    ax.set_xlim(0.0, 1.0)
    ax.set_ylim(0.0, 1.02)
    ax.set_aspect("equal")
