"""Coverage and width of intervals, stage by stage of their calibration."""

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from digitwise.plots.chance import chance_band
from digitwise.plots.promise import DASHES
from digitwise.plots.style import LIGHT, SMALL, axes_or_new, dress, legend_above, show_percent, with_unit

if TYPE_CHECKING:
    import matplotlib.axes

MARKERS = ("o", "s", "D")
COLOURS = (LIGHT.third, LIGHT.fourth, LIGHT.law)


def coverage_by_stage(
    nominal: ArrayLike,
    stages: Mapping[str, tuple[ArrayLike, ArrayLike]],
    *,
    n_rows: int,
    confidence: float = 0.95,
    unit: str | None = None,
    ax: "matplotlib.axes.Axes | None" = None,
) -> "matplotlib.axes.Axes":
    """Draw, for each promised coverage, how coverage and width of the intervals moved from stage to stage.

    Each promise is a dashed line with its band of chance, in which the last stage should end. An arrow upwards and to
    the right buys coverage with width; one downwards and to the left gives away width that was not needed.

    Parameters
    ----------
    nominal : array-like of shape (level,)
        Promised coverages.
    stages : mapping of str to pairs of array-like of shape (level,)
        Name of each stage, in order, with the observed coverages and the mean widths, in data units. Levels whose width
        is infinite or NaN are left out of that stage. Two or three stages.
    n_rows : int
        Number of rows that the coverages are taken over.
    confidence : float
        Probability inside the bands, for each level on its own.
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
        If there are not two or three stages, lengths disagree, or ``n_rows`` is not positive.
    ModuleNotFoundError
        If matplotlib is not installed.

    Examples
    --------
    >>> stages = {"as fitted": ([0.42, 0.8], [1.1, 2.7]), "conformal": ([0.51, 0.9], [1.4, 3.6])}
    >>> ax = coverage_by_stage([0.5, 0.9], stages, n_rows=200, unit="m")
    >>> ax.get_xlabel()
    'mean width of the intervals (m)'
    """
    levels = np.asarray(nominal, dtype=np.float64).reshape(-1)
    found = {name: [np.asarray(v, dtype=np.float64).reshape(-1) for v in pair] for name, pair in stages.items()}
    if not 2 <= len(found) <= len(MARKERS):
        raise ValueError(f"There must be two or three stages to compare, but got {list(found)}.")
    if any(values.shape != levels.shape for pair in found.values() for values in pair):
        raise ValueError(f"Each stage needs a coverage and a width for each of the {levels.size} promised coverages.")
    if n_rows < 1:
        raise ValueError(f"n_rows must be at least 1, but got {n_rows}.")
    ax = axes_or_new(ax, width=4.8, height=4.2)

    for level, low, high in zip(levels, *chance_band(levels, n_rows, confidence), strict=True):
        ax.axhspan(low, high, color=LIGHT.chance, alpha=0.22, linewidth=0)
        ax.axhline(level, color=LIGHT.ink, linewidth=0.9, linestyle=DASHES)
        ax.annotate(
            f"{level:.0%}",
            (1.0, level),
            (3, 0),
            xycoords=("axes fraction", "data"),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
            color=LIGHT.muted,
            annotation_clip=False,
        )
    pairs = list(found.values())
    for (share, width), (next_share, next_width) in pairwise(pairs):
        for k in np.flatnonzero(np.isfinite(width) & np.isfinite(next_width)):
            ax.annotate(
                "",
                (next_width[k], next_share[k]),
                (width[k], share[k]),
                arrowprops={"arrowstyle": "->", "color": LIGHT.muted, "linewidth": 1.0, "shrinkA": 4, "shrinkB": 4},
            )
    colours = COLOURS[-len(found) :] if len(found) > 2 else (COLOURS[0], COLOURS[-1])
    for (name, (share, width)), colour, marker in zip(found.items(), colours, MARKERS, strict=False):
        finite = np.isfinite(width)
        ax.plot(width[finite], share[finite], marker, color=colour, markersize=5.5, label=name)
    ax.plot([], [], color=LIGHT.ink, linewidth=0.9, linestyle=DASHES, label="promised")
    dress(ax, x_label=with_unit("mean width of the intervals", unit), y_label="observed coverage", grid="none")
    show_percent(ax.yaxis)
    shares = np.concatenate([levels, *(share for share, _ in pairs)])
    ax.set_ylim(max(0.0, float(shares.min()) - 0.06), min(1.02, float(shares.max()) + 0.06))
    ax.set_xlim(left=0.0)  # so that arrows are as long as the change matters
    legend_above(ax)
    return ax
