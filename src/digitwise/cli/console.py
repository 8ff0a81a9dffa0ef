"""Tables on the terminal, and numbers in them."""

import math
from collections.abc import Sequence

from digitwise.report.numbers import plain


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]], *, numbers_from: int = 1) -> None:
    """Print a table to stdout.

    Parameters
    ----------
    title
        Line above the table.
    header
        Names of the columns; if all are empty no header is shown.
    rows
        Cells, one text per column; an empty row draws a line.
    numbers_from
        First column that is aligned to the right.
    """
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    table = Table(box=SIMPLE_HEAD, show_header=any(header), show_edge=False, pad_edge=False)
    for index, name in enumerate(header):
        is_number = index >= numbers_from
        table.add_column(Text(name), justify="right" if is_number else "left", no_wrap=is_number)
    for row in rows:
        if row:
            table.add_row(*map(Text, row))
        else:
            table.add_section()
    console.print(Text(title, style="bold"))
    console.print(table)


def print_facts(title: str, facts: Sequence[tuple[str, str]]) -> None:
    """Print names and values, one pair per line.

    Parameters
    ----------
    title
        Line above.
    facts
        Names and values; long values wrap.
    """
    print_table(title, ["", ""], facts, numbers_from=2)


def say(text: str) -> None:
    """Print a line to stdout as it is, without wrapping it."""
    print(text, flush=True)


def figure(value: float) -> str:
    """Return a number for a table; a dash where it is not defined.

    Parameters
    ----------
    value
        Any float.

    Examples
    --------
    >>> figure(12.3456), figure(float("nan")), figure(float("inf"))
    ('12.35', '–', '∞')
    """
    return "–" if math.isnan(value) else plain(value, 4)
