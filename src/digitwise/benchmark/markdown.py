"""Markdown tables whose columns line up in plain text, and numbers that fit into them."""

import math
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

NOTHING = "–"


def table(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Return a table; the first ``left`` columns are flush left, the others flush right.

    Examples
    --------
    >>> print(table(["set", "rmse"], [["kin8nm", "0.1"], ["abalone", "**2.15**"]]))
    | set     |     rmse |
    | :------ | -------: |
    | kin8nm  |      0.1 |
    | abalone | **2.15** |
    """
    width = [max(3, *(len(row[i]) for row in [header, *rows])) for i in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        padded = [cell.ljust(width[i]) if i < left else cell.rjust(width[i]) for i, cell in enumerate(cells)]
        return f"| {' | '.join(padded)} |"

    rule = [":" + "-" * (n - 1) if i < left else "-" * (n - 1) + ":" for i, n in enumerate(width)]
    return "\n".join([line(header), line(rule), *(line(row) for row in rows)])


def decimals_for(values: Float[np.ndarray, "..."], digits: int = 3) -> int:
    """Return how many decimals give the smallest value so many significant digits, 5 at most.

    Examples
    --------
    >>> [decimals_for(np.array(values)) for values in ([12.3, 4.56], [2e4], [0.07])]
    [2, 0, 4]
    """
    sizes = np.abs(values[np.isfinite(values)])
    sizes = sizes[sizes > 0]
    if len(sizes) == 0:
        return digits
    return int(np.clip(digits - 1 - math.floor(math.log10(sizes.min())), 0, 5))


def number(value: float, decimals: int, spread: float = math.nan) -> str:
    """Return a number with its spread, where there is one; a dash for NaN.

    Examples
    --------
    >>> number(1234.56, 1), number(0.5, 2, spread=0.011), number(float("nan"), 2)
    ('1,234.6', '0.50 ± 0.01', '–')
    """
    if not math.isfinite(value):
        return NOTHING
    text = f"{value:,.{decimals}f}"
    return f"{text} ± {spread:,.{decimals}f}" if math.isfinite(spread) else text


def score_rows(
    names: Sequence[str],
    mean: Float[np.ndarray, "row column"],
    spread: Float[np.ndarray, "row column"] | None = None,
    *,
    decimals: int | None = None,
    mark_lowest: bool = True,
) -> list[list[str]]:
    """Return the rows of a table of scores, each with its own number of decimals.

    Parameters
    ----------
    names
        What each row begins with.
    mean, spread
        Scores and their spread over the seeds; NaN where there is none.
    decimals
        The same number for all rows, or None to choose one for each row.
    mark_lowest
        Whether the lowest score of each row is set in bold, and all that look the same.

    Examples
    --------
    >>> score_rows(["kin8nm"], np.array([[0.081, 0.0923]]))
    [['kin8nm', '**0.0810**', '0.0923']]
    """
    spread = np.full_like(mean, np.nan) if spread is None else spread
    rows = []
    for name, values, widths in zip(names, mean, spread, strict=True):
        places = decimals_for(values) if decimals is None else decimals
        best = number(float(np.min(values[np.isfinite(values)], initial=math.inf)), places)
        cells = []
        for value, width in zip(values.tolist(), widths.tolist(), strict=True):
            text = number(value, places, width)
            lowest = mark_lowest and math.isfinite(value) and number(value, places) == best
            cells.append(f"**{text}**" if lowest else text)
        rows.append([name, *cells])
    return rows
