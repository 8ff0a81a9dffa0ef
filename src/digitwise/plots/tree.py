"""One law as the tree of its digits."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from digitwise.plots.branches import Branch, depth_of, likely_branches, rounding_step
from digitwise.plots.law import RowLaws
from digitwise.plots.style import LIGHT, SMALL, axes_or_new, with_unit

if TYPE_CHECKING:
    import matplotlib.axes

HALF_WIDTH, HALF_HEIGHT = 0.42, 0.38
"""Of a box, in steps from level to level and from branch to branch."""


def digit_tree(
    law: RowLaws,
    borders: Sequence[ArrayLike],
    *,
    digits: Sequence[Sequence[str]] | None = None,
    y: float | None = None,
    smallest: float = 0.02,
    most_branches: int = 12,
    target_name: str = "target",
    unit: str | None = None,
    ax: "matplotlib.axes.Axes | None" = None,
) -> "matplotlib.axes.Axes":
    """Draw one law as the tree of its digits: from left to right each digit narrows down the number.

    A box is a choice of the first digits, with the numbers that begin with them and their probability. The thicker the
    branch and the darker the box, the likelier. Improbable branches are left out, and levels beyond those that fit.

    Parameters
    ----------
    law : law object
        The law of one row, such as ``model.predict_distribution(X)[3]``.
    borders : sequence of array-like of shape (prefix + 1,)
        For each level, where the numbers of one prefix end and the next begin, in data units; from
        ``digitwise.codecs.digit_levels``. The outermost are taken to be open.
    digits : sequence of sequences of str, optional
        For each level, what each prefix is written as.
    y : float, optional
        True value; the boxes that hold it get its colour.
    smallest : float
        Probability below which a branch is left out.
    most_branches : int
        Levels are drawn as long as no more branches than this stand above each other.
    target_name, unit : str
        Name of the target and its unit.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; new ones by default.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ValueError
        If the law has not one row, or levels are missing, not nested, or do not fit their digits.
    ModuleNotFoundError
        If matplotlib is not installed.

    Examples
    --------
    >>> from digitwise.distributions import GaussianMixture
    >>> law = GaussianMixture([[1.0]], [[5.0]], [[1.0]])
    >>> ax = digit_tree(law, [[0, 4, 8], [0, 2, 4, 6, 8]], digits=[["0", "1"], ["00", "01", "10", "11"]], unit="m")
    >>> ax.texts[-2].get_text()
    'target (m)'
    """
    root = likely_branches(law, borders, digits, smallest=smallest, most_branches=most_branches)
    depth = depth_of(root)
    width, height = tree_size(root)
    ax = axes_or_new(ax, width=width, height=height)
    _draw(ax, root, 0, 0.0, y, _shortened(with_unit(target_name, unit), root), rounding_step(root))
    ax.set_xlim(-HALF_WIDTH - 0.05, depth + HALF_WIDTH + 0.05)
    ax.set_ylim(-0.6, root.n_ends - 0.4)
    ax.set_facecolor("none")
    ax.set_axis_off()
    return ax


def tree_size(root: Branch) -> tuple[float, float]:
    """Return the width and the height that a tree needs, in inches."""
    longest = _longest(root, rounding_step(root))
    return (0.4 + 0.08 * longest) * (depth_of(root) + 1), 0.3 + 0.5 * root.n_ends


def _shortened(name: str, root: Branch) -> str:
    """Return as much of a name as fits into a box."""
    room = max(10, int(0.9 * _longest(root, rounding_step(root))))
    return name if len(name) <= room else name[: room - 1] + "…"


def _longest(branch: Branch, step: float) -> int:
    """Return the number of characters of the longest interval."""
    return max([len(_interval(branch, step)), *(_longest(child, step) for child in branch.children)])


def _draw(
    ax: "matplotlib.axes.Axes", branch: Branch, level: int, floor: float, y: float | None, name: str, step: float
) -> float:
    """Draw a branch and all below it from some height on, and return the height of its box."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    heights, start = [], floor
    for child in branch.children:
        heights.append(_draw(ax, child, level + 1, start, y, name, step))
        start += child.n_ends
    height = float(np.mean([heights[0], heights[-1]])) if heights else floor
    for child, end in zip(branch.children, heights, strict=True):
        left, right = level + HALF_WIDTH, level + 1 - HALF_WIDTH
        middle = (left + right) / 2
        curve = Path([(left, height), (middle, height), (middle, end), (right, end)], [1, 4, 4, 4])
        ax.add_patch(
            PathPatch(
                curve, facecolor="none", edgecolor=LIGHT.law, alpha=0.45, linewidth=0.6 + 12 * child.prob, zorder=1
            )
        )
    holds = y is not None and branch.low <= y < branch.high
    for zorder, colour, alpha in ((2.0, LIGHT.paper, 1.0), (2.1, LIGHT.law, 0.04 + 0.4 * branch.prob)):
        _box(ax, float(level), height, facecolor=colour, alpha=alpha, edgecolor="none", zorder=zorder)
    edge, thick = (LIGHT.truth, 1.8) if holds else (LIGHT.chance, 0.8)
    _box(ax, float(level), height, facecolor="none", edgecolor=edge, linewidth=thick, zorder=3.0)
    first = name if level == 0 else " · ".join(filter(None, [branch.text, f"{branch.prob:.0%}"]))
    for text, up, weight in ((first, 0.16, "bold"), (_interval(branch, step), -0.17, "normal")):
        ax.text(
            level, height + up, text, ha="center", va="center", fontsize=SMALL, weight=weight, color=LIGHT.ink, zorder=4
        )
    return height


def _box(ax: "matplotlib.axes.Axes", x: float, y: float, **look: Any) -> None:
    from matplotlib.patches import FancyBboxPatch

    corner = (x - HALF_WIDTH, y - HALF_HEIGHT)
    style = "round,pad=0,rounding_size=0.06"
    ax.add_patch(FancyBboxPatch(corner, 2 * HALF_WIDTH, 2 * HALF_HEIGHT, boxstyle=style, **look))


def _interval(branch: Branch, step: float) -> str:
    """Return the numbers that a branch covers, in words."""
    decimals = max(0, -int(np.floor(np.log10(step))))
    low, high = (
        f"{round(end / step) * step + 0.0:,.{decimals}f}" if np.isfinite(end) else ""
        for end in (branch.low, branch.high)
    )
    if low and high:
        return f"{low} to {high}"
    return f"below {high}" if high else f"{low} and more" if low else "any number"
