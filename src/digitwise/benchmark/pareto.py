"""What accuracy costs: seconds of training against the error, and the methods that nothing beats in both."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Bool, Float

from digitwise.benchmark.board import Board, geometric_mean, mean_over_seeds, ratios
from digitwise.benchmark.tables import LABELS
from digitwise.plots.labels import label_points
from digitwise.plots.style import LIGHT, axes_or_new, dress

if TYPE_CHECKING:
    import matplotlib.figure


def non_dominated(
    cost: Float[np.ndarray, " method"], error: Float[np.ndarray, " method"]
) -> Bool[np.ndarray, " method"]:
    """Return which methods have no other that is as good in both and better in one.

    Examples
    --------
    >>> non_dominated(np.array([1.0, 2.0, 3.0]), np.array([5.0, 6.0, 4.0]))
    array([ True, False,  True])
    """
    no_worse = (cost[None, :] <= cost[:, None]) & (error[None, :] <= error[:, None])
    better = (cost[None, :] < cost[:, None]) | (error[None, :] < error[:, None])
    return ~np.asarray((no_worse & better).any(axis=1))


def cost_and_error(board: Board) -> tuple[list[str], Float[np.ndarray, " method"], Float[np.ndarray, " method"]]:
    """Return methods, geometric means of their seconds of training, and of their RMSE over the reference's.

    Both means are over the data sets that a method has together with the reference. Methods without any, and those that
    use no features, are left out.
    """
    reference = board.references["rmse"]
    if reference not in board.methods:
        return [], np.empty(0), np.empty(0)
    quotients = ratios(board.score("rmse"), board.methods.index(reference))
    seconds, _ = mean_over_seeds(board.fact("fit_seconds"))
    seconds = np.where(np.isfinite(quotients), seconds, np.nan)
    error, cost = geometric_mean(quotients), geometric_mean(seconds)
    constant = {method.name for method in board.suite.methods if method.estimator == "constant"}
    shown = np.isfinite(error) & np.isfinite(cost) & np.array([name not in constant for name in board.methods])
    return [name for name, is_shown in zip(board.methods, shown, strict=True) if is_shown], cost[shown], error[shown]


def draw_pareto(board: Board) -> "matplotlib.figure.Figure":
    """Return a figure with a labelled dot for each method; a line joins those that are not dominated.

    Raises
    ------
    ModuleNotFoundError
        If matplotlib is not installed.
    """
    ax = axes_or_new(None, width=8.0, height=5.0)  # first: it says so if matplotlib is not installed
    from matplotlib.ticker import LogLocator, NullLocator

    names, cost, error = cost_and_error(board)
    dress(
        ax,
        x_label="seconds of training (geometric mean over data sets)",
        y_label=f"{LABELS['rmse']} / {LABELS['rmse']} of {board.references['rmse']} (geometric mean)",
    )
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    if len(names) > 0:
        margin = max(float(cost.max() / cost.min()), 2.0) ** 0.12
        ax.set_xlim(float(cost.min()) / margin, float(cost.max()) * margin)
    front = non_dominated(cost, error)
    order = np.flatnonzero(front)[np.argsort(cost[front])]
    ax.plot(cost[order], error[order], color=LIGHT.chance, linewidth=1.6, alpha=0.6, zorder=1)
    ours = np.array([name in board.decoders for name in names], dtype=bool)
    for chosen, colour in ((ours, LIGHT.law), (~ours, LIGHT.truth)):
        ax.plot(cost[chosen], error[chosen], "o", color=colour, markersize=6.5, markeredgewidth=0, zorder=3)
    ax.margins(y=0.08)
    label_points(ax, names, cost, error)
    figure = ax.get_figure(root=True)
    assert figure is not None  # axes_or_new has just made it
    return figure


def save_pareto(board: Board, path: Path) -> None:
    """Write the picture as a PNG file."""
    import matplotlib.pyplot as plt

    figure = draw_pareto(board)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130, facecolor=LIGHT.paper)
    plt.close(figure)
