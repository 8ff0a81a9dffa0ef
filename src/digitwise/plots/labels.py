"""Names beside points, each at the side where it covers least."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from digitwise.plots.style import LIGHT, SMALL

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.transforms

Box = tuple[float, float, float, float]
"""Left, bottom, right and top."""
SIDES = (
    (1, 0, "left", "center"),
    (-1, 0, "right", "center"),
    (0, 1, "center", "bottom"),
    (0, -1, "center", "top"),
    (0.7, 0.7, "left", "bottom"),
    (0.7, -0.7, "left", "top"),
    (-0.7, 0.7, "right", "bottom"),
    (-0.7, -0.7, "right", "top"),
)
"""Where a name may stand: steps to the right and up from its point, and how the text is aligned."""
DISTANCES = (6.0, 14.0, 24.0)  # points; the nearest free place wins
CLEARANCE = 4.0  # pixels kept free around each point


def label_points(
    ax: "matplotlib.axes.Axes", names: Sequence[str], x: Float[np.ndarray, " point"], y: Float[np.ndarray, " point"]
) -> None:
    """Write a name beside each point, where it overlaps other names, points and the border least.

    The limits and scales of the axes must be settled before. A name that has to stand away from its point gets a thin
    line to it.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        Axes that already show the points.
    names : sequence of str
        One per point.
    x, y : array, shape (point,)
        Where the points are, in data units.
    """
    from matplotlib.text import Text

    figure = ax.get_figure(root=True)
    assert figure is not None  # axes belong to a figure
    figure.draw_without_rendering()
    dots = ax.transData.transform(np.column_stack([x, y]))
    taken = [(cx - CLEARANCE, cy - CLEARANCE, cx + CLEARANCE, cy + CLEARANCE) for cx, cy in dots.tolist()]
    frame = _box(ax.get_window_extent())
    for place in np.lexsort((dots[:, 0], -dots[:, 1])).tolist():
        best = None
        for distance in DISTANCES:
            for right, up, horizontal, vertical in SIDES:
                text = ax.annotate(
                    names[place],
                    (float(x[place]), float(y[place])),
                    (right * distance, up * distance),
                    textcoords="offset points",
                    ha=horizontal,
                    va=vertical,
                    fontsize=SMALL,
                    color=LIGHT.ink,
                    arrowprops={"arrowstyle": "-", "color": LIGHT.chance, "linewidth": 0.6} if distance > 6 else None,
                    zorder=4,
                )
                text.get_window_extent()  # settles where it stands
                box = _box(Text.get_window_extent(text))  # without the line to the point
                covered = sum(_overlap(box, other) for i, other in enumerate(taken) if i != place)
                covered += _overlap(box, box) - _overlap(box, frame)
                if best is None or covered < best[0] - 1e-9:
                    if best is not None:
                        best[1].remove()
                    best = (covered, text, box)
                else:
                    text.remove()
            if best is not None and best[0] < 1.0:
                break
        assert best is not None  # there is always a side
        taken.append(best[2])


def _box(box: "matplotlib.transforms.BboxBase") -> Box:
    return float(box.x0), float(box.y0), float(box.x1), float(box.y1)


def _overlap(box: Box, other: Box) -> float:
    """Return the area that two boxes share.

    Examples
    --------
    >>> _overlap((0.0, 0.0, 2.0, 2.0), (1.0, 1.0, 5.0, 5.0)), _overlap((0.0, 0.0, 1.0, 1.0), (2.0, 0.0, 3.0, 1.0))
    (1.0, 0.0)
    """
    width = min(box[2], other[2]) - max(box[0], other[0])
    height = min(box[3], other[3]) - max(box[1], other[1])
    return max(width, 0.0) * max(height, 0.0)
