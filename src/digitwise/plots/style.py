"""The one source of colours, sizes and axes for every picture of the package.

Blue is what the model says, orange is what happened, grey is chance and scaffolding. The two hues
stay apart for the common kinds of colour blindness, and they differ in lightness too, so that a
grey print remains readable.
"""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from digitwise.optional import optional_package

if TYPE_CHECKING:
    import matplotlib.axes
    import matplotlib.axis

SMALL = 8.5  # points: ticks and legends
NORMAL = 9.5  # points: axis labels
MANY_POINTS = 2000  # from here on a scatter is stored as pixels


@dataclass(frozen=True, kw_only=True)
class Palette:
    """Colours by meaning, as ``#rrggbb``.

    Parameters
    ----------
    ink, muted, grid, paper : str
        Text; secondary text and axes; grid lines; background.
    law : str
        What the model says.
    truth : str
        What was observed.
    chance : str
        What would be expected by chance, or from a perfect model.
    third, fourth : str
        Further series.
    """

    ink: str
    muted: str
    grid: str
    paper: str
    law: str
    truth: str
    chance: str
    third: str
    fourth: str

    def __post_init__(self) -> None:
        """Check that each colour is ``#rrggbb`` and used once."""
        colours = list(asdict(self).values())
        if any(len(c) != 7 or c[0] != "#" or c != c.lower() for c in colours):
            raise ValueError(f"Colours must be written #rrggbb in lower case, but got {colours}.")
        if len(set(colours)) < len(colours):
            raise ValueError(f"Each meaning needs its own colour, but got {colours}.")


LIGHT = Palette(
    ink="#1b2430",
    muted="#5d6873",
    grid="#e4e8ec",
    paper="#ffffff",
    law="#2b6ca3",
    truth="#d95f0e",
    chance="#8b95a1",
    third="#148f77",
    fourth="#a0569b",
)
DARK = Palette(
    ink="#e6eaef",
    muted="#9aa5b1",
    grid="#2b333d",
    paper="#151a21",
    law="#6fb1e6",
    truth="#ff9a4d",
    chance="#7d8894",
    third="#4cc3a9",
    fourth="#cf8fca",
)
SERIES = (LIGHT.law, LIGHT.truth, LIGHT.third, LIGHT.fourth)


def require_matplotlib() -> None:
    """Check that pictures can be drawn.

    Raises
    ------
    ModuleNotFoundError
        If matplotlib is not installed.
    """
    optional_package("matplotlib.pyplot", "Pictures need matplotlib, which is not installed.", "plot")


def axes_or_new(ax: "matplotlib.axes.Axes | None", width: float = 5.2, height: float = 3.6) -> "matplotlib.axes.Axes":
    """Return ``ax``, or axes on a new figure of ``width`` by ``height`` inches.

    Raises
    ------
    ModuleNotFoundError
        If matplotlib is not installed.
    """
    if ax is not None:
        return ax
    require_matplotlib()
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=(width, height), layout="constrained")[1]


def dress(ax: "matplotlib.axes.Axes", *, x_label: str, y_label: str, grid: str = "both") -> "matplotlib.axes.Axes":
    """Give axes the house look: labels, thin grey scaffolding behind the data, no box.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    x_label, y_label : str
        Axis labels, units included.
    grid : {"x", "y", "both", "none"}
        Along which axes grid lines are drawn.
    """
    ax.set_facecolor("none")
    ax.set_xlabel(x_label, fontsize=NORMAL, color=LIGHT.ink)
    ax.set_ylabel(y_label, fontsize=NORMAL, color=LIGHT.ink)
    ax.tick_params(labelsize=SMALL, colors=LIGHT.muted, length=3, width=0.8)
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(LIGHT.muted)
        spine.set_linewidth(0.8)
    ax.set_axisbelow(True)
    if grid in ("x", "y", "both"):
        ax.grid(visible=True, axis=grid, color=LIGHT.grid, linewidth=0.8)  # type: ignore[arg-type]
    return ax


def legend_above(ax: "matplotlib.axes.Axes", *, columns: int = 4) -> None:
    """Put the legend in one frameless line above the axes, where it covers no data."""
    ax.legend(
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        borderaxespad=0.2,
        ncols=columns,
        frameon=False,
        fontsize=SMALL,
        labelcolor=LIGHT.ink,
        handlelength=1.4,
        handletextpad=0.5,
        columnspacing=1.2,
    )


def show_percent(*axes: "matplotlib.axis.Axis") -> None:
    """Label shares as whole percentages, with ticks at round ones."""
    from matplotlib.ticker import MaxNLocator

    for axis in axes:
        axis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
        axis.set_major_formatter(lambda value, _: f"{value:.0%}")


def with_unit(name: str, unit: str | None) -> str:
    """Return an axis label: the name, and the unit in brackets where there is one.

    Examples
    --------
    >>> with_unit("price", "EUR")
    'price (EUR)'
    >>> with_unit("price", None)
    'price'
    """
    return name if unit is None else f"{name} ({unit})"
