"""Matplotlib figures as SVG inside an HTML page, in the page's own font and colours.

Every colour of the house palette becomes a CSS variable, so one drawing serves light, dark and
print. Text stays text: it can be selected, searched and read aloud.
"""

import io
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from html import escape
from typing import TYPE_CHECKING, Any

from digitwise.plots.style import DARK, LIGHT, Palette, require_matplotlib

if TYPE_CHECKING:
    import matplotlib.axes

_FAMILY = re.compile(r"(?<=font-family: )[^;\"]+")
_STYLE = re.compile(r'style="([^"]*)"')
_LONG = re.compile(r"(\.\d\d)\d+")  # a hundredth of a point is finer than any eye


def draw(
    plot: Callable[..., "matplotlib.axes.Axes"],
    *arguments: Any,
    name: str,
    description: str,
    width: float = 4.8,
    height: float = 3.4,
    **keywords: Any,
) -> str:
    """Return a picture as an ``<svg>`` element.

    Parameters
    ----------
    plot : callable
        One of ``digitwise.plots``; called with the arguments, the keywords and ``ax``.
    name : str
        Letters only, unique on the page: it keeps the ids of several pictures apart.
    description : str
        What is seen, for readers who cannot see it.
    width, height : float
        Size in inches of 96 pixels.

    Raises
    ------
    ModuleNotFoundError
        If matplotlib is not installed.
    """
    require_matplotlib()
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context():
        matplotlib.rcParams["svg.fonttype"] = "none"
        matplotlib.rcParams["svg.hashsalt"] = name
        matplotlib.rcParams["savefig.dpi"] = 150
        matplotlib.rcParams["text.parse_math"] = False  # names are data: a $ is a dollar
        figure = Figure(figsize=(width, height), layout="constrained")
        plot(*arguments, **keywords, ax=figure.add_subplot())
        buffer = io.StringIO()
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(buffer, format="svg", transparent=True, metadata=nothing)
    return _inline(buffer.getvalue(), name, description)


def css_variables(palette: Palette) -> str:
    """Return the declarations that give each colour of a palette to its CSS variable.

    Examples
    --------
    >>> css_variables(LIGHT).split(";")[0]
    '--ink: #1b2430'
    """
    return "; ".join(f"--{meaning}: {colour}" for meaning, colour in asdict(palette).items())


def page_colours() -> dict[str, str]:
    """Return the variables of the light and of the dark page."""
    return {"light": css_variables(LIGHT), "dark": css_variables(DARK)}


def _inline(svg: str, name: str, description: str) -> str:
    body = svg[svg.index("<svg") :]
    view_box = re.search(r'viewBox="([^"]*)"', body)
    if view_box is None:
        raise RuntimeError("matplotlib wrote an SVG without a viewBox. Please report this.")
    width, height = view_box.group(1).split()[2:]
    body = body[body.index(">") + 1 :].replace("xlink:href", "href")
    body = re.sub(r'\bid="([^"]+)"', rf'id="{name}-\1"', body)
    body = re.sub(r'(url\(#|href="#)', rf"\g<1>{name}-", body)
    body = re.sub(r'\b(d|x|y)="[^"]*"', lambda match: _LONG.sub(r"\1", match.group()), body)
    body = _FAMILY.sub("var(--font)", body)
    for meaning, colour in asdict(LIGHT).items():
        body = body.replace(colour, f"var(--{meaning})")
    body = _share_styles(re.sub(r"<style.*?</style>", "", body, flags=re.DOTALL), name)
    size = f'viewBox="0 0 {width} {height}" style="max-width: {float(width) * 4 / 3:.0f}px"'
    return f'<svg role="img" aria-label="{escape(description)}" {size}>{body}'


def _share_styles(body: str, name: str) -> str:
    """Name each style that many elements repeat, and let them refer to it."""
    repeated = [style for style, n in Counter(_STYLE.findall(body)).items() if n >= 10]
    rules = []
    for i, style in enumerate(repeated):
        body = body.replace(f'style="{style}"', f'class="{name}-{i}"')
        rules.append(f".{name}-{i} {{{style}}}")
    return f"<style>{' '.join(rules)}</style>{body}" if rules else body
