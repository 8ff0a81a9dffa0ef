"""Whether every group of rows gets the coverage that all were promised."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

from digitwise.plots.chance import binomial_interval
from digitwise.plots.promise import DASHES
from digitwise.plots.style import LIGHT, SMALL, axes_or_new, dress, legend_above, show_percent

if TYPE_CHECKING:
    import matplotlib.axes

MOST_GROUPS = 60


def coverage_by_group(
    names: Sequence[str],
    n_hits: ArrayLike,
    n_rows: ArrayLike,
    *,
    coverage: float = 0.9,
    confidence: float = 0.95,
    ax: "matplotlib.axes.Axes | None" = None,
) -> "matplotlib.axes.Axes":
    """Draw the observed coverage of each group of rows, with the interval that its true coverage lies in.

    The intervals are as wide as it takes for all of them to hold at once. A group whose whole interval lies below the
    promise is drawn in the colour of the truth: its intervals are too narrow, however good the average is.

    Parameters
    ----------
    names : sequence of str
        One per group, the first on top.
    n_hits, n_rows : array-like of shape (group,)
        Rows whose interval holds the truth, and all rows of the group.
    coverage : float
        What was promised.
    confidence : float
        Probability that all intervals hold.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If there are no groups or more than 60, lengths disagree, or there are more hits than rows.
    ModuleNotFoundError
        If matplotlib is not installed.

    Examples
    --------
    >>> ax = coverage_by_group(["north", "south"], [181, 60], [200, 100])
    >>> [text.get_text() for text in ax.get_yticklabels()]
    ['north', 'south']
    """
    hits, rows = (np.asarray(n, dtype=np.int64).reshape(-1) for n in (n_hits, n_rows))
    if not (1 <= len(names) <= MOST_GROUPS and hits.shape == rows.shape == (len(names),)):
        raise ValueError(
            f"There must be between 1 and {MOST_GROUPS} groups with a number of hits and of rows each, but got "
            f"{len(names)} names, {hits.size} numbers of hits and {rows.size} of rows."
        )
    if not ((hits >= 0) & (hits <= rows) & (rows >= 1)).all():
        raise ValueError(f"Each group needs a row and at most as many hits, but got {hits} hits of {rows} rows.")
    ax = axes_or_new(ax, width=6.0, height=0.9 + 0.3 * len(names))

    share = hits / rows
    low, high = simultaneous_intervals(hits, rows, confidence)
    at = np.arange(len(names))[::-1].astype(np.float64)
    below = high < coverage
    ax.axvline(coverage, color=LIGHT.ink, linewidth=1.0, linestyle=DASHES, label=f"promised, {coverage:.0%}")
    for chosen, colour, marker, label in (
        (~below, LIGHT.law, "o", "observed"),
        (below, LIGHT.truth, "D", "below the promise"),
    ):
        if chosen.any():
            ax.hlines(at[chosen], low[chosen], high[chosen], color=colour, linewidth=2.2, alpha=0.45)
            ax.plot(share[chosen], at[chosen], marker, color=colour, markersize=5, label=label)
    dress(ax, x_label=f"coverage of the {coverage:.0%} intervals", y_label="", grid="x")
    ax.spines["left"].set_visible(False)
    ax.set_yticks(at, names, fontsize=SMALL)
    ax.tick_params(axis="y", length=0, colors=LIGHT.ink)
    show_percent(ax.xaxis)
    ax.set_xlim(min(float(low.min()), coverage - 0.1) - 0.01, 1.005)
    ax.set_ylim(-0.6, len(names) - 0.4)
    legend_above(ax, columns=3)
    return ax


def simultaneous_intervals(
    n_hits: Int[np.ndarray, " group"], n_rows: Int[np.ndarray, " group"], confidence: float = 0.95
) -> tuple[Float[np.ndarray, " group"], Float[np.ndarray, " group"]]:
    """Return intervals of the groups' true coverage that hold all at once (Bonferroni)."""
    return binomial_interval(n_hits, n_rows, 1.0 - (1.0 - confidence) / len(n_hits))
