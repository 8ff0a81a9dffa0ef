"""The picture of a suite: each method's score over the reference's, one line per data set."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from digitwise.benchmark.board import Board, geometric_mean, ratios
from digitwise.benchmark.tables import LABELS
from digitwise.plots.style import DARK, LIGHT, NORMAL, SMALL, axes_or_new, dress

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.figure

NARROWEST, WIDEST = (0.9, 1.1), (0.5, 2.0)  # of the axis; ratios beyond are arrows at its border
TICKS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1, 1.05, 1.1, 1.2, 1.4, 1.7, 2)
DECODER_COLOURS = (LIGHT.law, DARK.law, LIGHT.ink)
DECODER_MARKERS = "os^"
OTHER_COLOURS = (LIGHT.truth, LIGHT.third, LIGHT.fourth, LIGHT.chance, DARK.fourth, DARK.third)
OTHER_MARKERS = "sD^vPX"


@dataclass(frozen=True)
class Look:
    """How a method is drawn."""

    colour: str
    marker: str
    size: float
    offset: float


def draw_ratios(board: Board) -> "matplotlib.figure.Figure":
    """Return a figure with a panel for RMSE and one for CRPS, on a logarithmic scale.

    Left of the line at 1 is better than the reference. The decoder has a thin line from its best to
    its worst seed. Methods that use no features are left out.

    Raises
    ------
    ModuleNotFoundError
        If matplotlib is not installed.
    """
    first = axes_or_new(None, width=10.0, height=1.5 + 0.42 * (len(board.datasets) + 1))
    figure = first.get_figure(root=True)
    assert figure is not None  # axes_or_new has just made it
    figure.clear()
    left, right = figure.subplots(1, 2, sharey=True)
    looks = _looks(board)
    for ax, (score, reference) in zip((left, right), board.references.items(), strict=True):
        _panel(ax, board, looks, score, reference)
    handles = [
        left.plot([], [], look.marker, color=look.colour, markersize=look.size, label=name)[0]
        for name, look in looks.items()
    ]
    columns = min(len(handles), 7)
    legend = {"ncols": columns, "frameon": False, "fontsize": SMALL}
    figure.legend(handles=handles, loc="outside upper left", **legend)
    return figure


def save_ratios(board: Board, path: Path) -> None:
    """Write the picture as a PNG file."""
    import matplotlib.pyplot as plt

    figure = draw_ratios(board)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130, facecolor=LIGHT.paper)
    plt.close(figure)


def _looks(board: Board) -> dict[str, Look]:
    """Return how each method is drawn: decoders large and on top, others as small shapes."""
    constant = {m.name for m in board.suite.methods if m.estimator == "constant"}
    names = [name for name in board.methods if name not in constant]
    others = [name for name in names if name not in board.decoders]
    offsets = np.linspace(-0.27, 0.27, len(names)) if len(names) > 1 else np.zeros(1)
    looks = {}
    for name, offset in zip(names, offsets.tolist(), strict=True):
        if name in board.decoders:
            rank = board.decoders.index(name)
            turn, place = divmod(rank, len(DECODER_COLOURS))
            looks[name] = Look(DECODER_COLOURS[place], DECODER_MARKERS[turn % len(DECODER_MARKERS)], 7.5, offset)
        else:
            rank = others.index(name)
            marker = OTHER_MARKERS[rank % len(OTHER_MARKERS)]
            looks[name] = Look(OTHER_COLOURS[rank % len(OTHER_COLOURS)], marker, 5.0, offset)
    return looks


def _panel(ax: "matplotlib.axes.Axes", board: Board, looks: dict[str, Look], score: str, reference: str) -> None:
    """Draw one score; nothing but the frame while the reference has no results."""
    labels = [*board.datasets, "geometric mean"]
    rows = np.arange(len(labels), dtype=np.float64)
    dress(ax, x_label=f"{LABELS[score]} / {LABELS[score]} of {reference}", y_label="", grid="x")
    ax.axhspan(rows[-1] - 0.5, rows[-1] + 0.5, color=LIGHT.grid, alpha=0.6, linewidth=0)
    ax.set_yticks(rows, labels, fontsize=NORMAL, color=LIGHT.ink)
    ax.set_ylim(rows[-1] + 0.5, -0.5)
    low, high = NARROWEST
    if reference in board.methods:
        values = board.score(score)
        other = board.methods.index(reference)
        quotients = ratios(values, other)
        quotients = np.vstack([quotients, geometric_mean(quotients)])
        drawn = {name: board.methods.index(name) for name in looks if name != reference}
        low, high = _limits(quotients[:, list(drawn.values())])
        for name, column in drawn.items():
            height = rows + looks[name].offset
            _dots(ax, quotients[:, column], height, looks[name], (low, high))
            if name in board.decoders:
                by_seed = values[:, column] / values[:, other]
                _seed_lines(ax, by_seed.clip(low, high), height[:-1], looks[name])
    ax.axvline(1.0, color=LIGHT.muted, linewidth=1.2, zorder=1)
    _ratio_axis(ax, low, high)


def _limits(quotients: Float[np.ndarray, "row method"]) -> tuple[float, float]:
    """Return the ends of the axis: as wide as the ratios, within bounds."""
    present = quotients[np.isfinite(quotients)]
    low = np.min(present, initial=NARROWEST[0])
    high = np.max(present, initial=NARROWEST[1])
    return max(float(low), WIDEST[0]), min(float(high), WIDEST[1])


def _ratio_axis(ax: "matplotlib.axes.Axes", low: float, high: float) -> None:
    """Make the axis logarithmic, with round ratios as ticks, few enough to be read."""
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    ticks = [tick for tick in TICKS if low * 0.98 <= tick <= high / 0.98]
    if high / low > 1.5:
        ticks = [tick for tick in ticks if tick not in (0.95, 1.05)]
    margin = (high / low) ** 0.03
    ax.set_xscale("log")
    ax.set_xlim(low / margin, high * margin)
    ax.xaxis.set_major_locator(FixedLocator(ticks))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))


def _dots(
    ax: "matplotlib.axes.Axes",
    quotient: Float[np.ndarray, " row"],
    height: Float[np.ndarray, " row"],
    look: Look,
    limits: tuple[float, float],
) -> None:
    """Draw one method's ratios; arrows at the border for those beyond."""
    low, high = limits
    for marker, shown in (
        (look.marker, (quotient >= low) & (quotient <= high)),
        ("<", quotient < low),
        (">", quotient > high),
    ):
        ax.plot(
            quotient[shown].clip(low, high),
            height[shown],
            marker,
            color=look.colour,
            markersize=look.size,
            markeredgewidth=0,
            zorder=4 if look.marker == "o" else 3,
        )


def _seed_lines(
    ax: "matplotlib.axes.Axes",
    by_seed: Float[np.ndarray, "row seed"],
    height: Float[np.ndarray, " row"],
    look: Look,
) -> None:
    """Draw a thin line from the lowest to the highest ratio of the seeds."""
    shown = np.isfinite(by_seed).any(axis=1)
    low, high = np.nanmin(by_seed[shown], axis=1), np.nanmax(by_seed[shown], axis=1)
    ax.hlines(height[shown], low, high, color=look.colour, linewidth=1.4, alpha=0.6)
