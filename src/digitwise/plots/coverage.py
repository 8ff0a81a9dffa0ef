"""Whether narrow intervals keep their promise as well as wide ones."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from digitwise.plots.law import as_targets
from digitwise.plots.promise import draw_promise
from digitwise.plots.style import LIGHT, axes_or_new, dress, legend_above, show_percent, with_unit

if TYPE_CHECKING:
    import matplotlib.axes


def coverage_against_width(
    interval: ArrayLike,
    y: ArrayLike,
    *,
    coverage: float = 0.9,
    n_groups: int | None = None,
    confidence: float = 0.95,
    unit: str | None = None,
    ax: "matplotlib.axes.Axes | None" = None,
) -> "matplotlib.axes.Axes":
    """Draw observed coverage against interval width, over groups of rows of similar width.

    Rows are sorted by the width of their interval and cut into equal groups. A model that knows
    where it is unsure covers equally often everywhere, and its groups lie far apart from left to
    right.

    Parameters
    ----------
    interval : array-like of shape (row, 2)
        Predicted intervals in data units.
    y : array-like of shape (row,)
        True values in data units.
    coverage : float
        Nominal coverage of the intervals.
    n_groups : int, optional
        Number of groups; by default one per 25 rows, at least 2 and at most 10, but a single one
        where all intervals are equally wide.
    confidence : float
        Probability inside the band of chance, for each group on its own.
    unit : str, optional
        Unit of the target, for the axis label.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the lengths disagree, or there are fewer rows than groups.
    ModuleNotFoundError
        If matplotlib is not installed.

    Examples
    --------
    >>> y = np.linspace(-1.0, 1.0, 60)
    >>> width = np.linspace(0.5, 2.0, 60)
    >>> ax = coverage_against_width(np.stack([-width, width], axis=1), y, unit="m")
    >>> ax.get_xlabel()
    'width of the 90% interval (m)'
    """
    low, high = np.asarray(interval, dtype=np.float64).reshape(-1, 2).T
    truth = as_targets(y, low.shape[0])
    all_alike = bool(np.ptp(high - low) <= 1e-6 * np.max(high - low))
    automatic = 1 if all_alike else int(np.clip(truth.size // 25, 2, 10))
    groups = automatic if n_groups is None else n_groups
    if not 1 <= groups <= truth.size:
        raise ValueError(f"Each group needs a row, but got {groups} groups for {truth.size} rows.")
    ax = axes_or_new(ax, width=4.6, height=3.2)

    hit = (low <= truth) & (truth <= high)
    members = np.array_split(np.argsort(high - low, kind="stable"), groups)
    width = np.array([(high - low)[rows].mean() for rows in members])
    share = np.array([hit[rows].mean() for rows in members])
    rows_of = [rows.size for rows in members]

    across = width if groups > 1 else width[0] * np.array([0.9, 1.1])
    band = draw_promise(ax, across, coverage, rows_of, confidence=confidence, name=f"nominal, {coverage:.0%}")
    ax.plot(width, share, "o-", color=LIGHT.law, linewidth=1.2, markersize=4.5, label="observed")
    dress(
        ax,
        x_label=with_unit(f"width of the {coverage:.0%} interval", unit),
        y_label="observed coverage",
    )
    show_percent(ax.yaxis)
    ax.set_ylim(max(0.0, min(float(share.min()), float(band[0].min())) - 0.05), 1.02)
    legend_above(ax)
    return ax
