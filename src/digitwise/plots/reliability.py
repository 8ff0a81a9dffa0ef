"""Promised coverage against delivered coverage."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from digitwise.plots.promise import draw_diagonal, dress_as_shares
from digitwise.plots.style import LIGHT, axes_or_new, legend_above

if TYPE_CHECKING:
    import matplotlib.axes


def reliability_curve(
    nominal: ArrayLike,
    observed: ArrayLike,
    *,
    n_rows: int,
    confidence: float = 0.95,
    ax: "matplotlib.axes.Axes | None" = None,
) -> "matplotlib.axes.Axes":
    """Draw observed against nominal coverage of central intervals, with the band of chance.

    On the diagonal the intervals keep their promise; below it they are too narrow, above it too
    wide.

    Parameters
    ----------
    nominal, observed : array-like of shape (level,)
        Promised and delivered coverage, between 0 and 1, from ``digitwise.metrics.reliability``.
    n_rows : int
        Number of rows the observed coverage is taken over.
    confidence : float
        Probability inside the band, at each level on its own.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If lengths disagree, a value is no probability, or ``n_rows`` is not positive.
    ModuleNotFoundError
        If matplotlib is not installed.

    Examples
    --------
    >>> ax = reliability_curve([0.5, 0.8, 0.9], [0.47, 0.81, 0.88], n_rows=200)
    >>> ax.get_xlabel()
    'nominal coverage'
    """
    x, y = (np.asarray(v, dtype=np.float64).reshape(-1) for v in (nominal, observed))
    if x.shape != y.shape or not ((x >= 0) & (x <= 1)).all() or not ((y >= 0) & (y <= 1)).all():
        raise ValueError(
            "nominal and observed must be equally many probabilities, but got "
            f"{x.size} and {y.size} values: {x} and {y}."
        )
    if n_rows < 1:
        raise ValueError(f"n_rows must be at least 1, but got {n_rows}.")
    ax = axes_or_new(ax, width=4.0, height=3.8)
    draw_diagonal(ax, n_rows, confidence=confidence)
    order = np.argsort(x)
    ax.plot(x[order], y[order], "o-", color=LIGHT.law, linewidth=1.4, markersize=4, label="model")
    dress_as_shares(ax, x_label="nominal coverage", y_label="observed coverage")
    legend_above(ax)
    return ax
