"""What sections of a report are made of: pictures and tables, each with words."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A drawing, what it is, and how to read it.

    Parameters
    ----------
    svg : str
        The ``<svg>`` element.
    heading, reading : str
        Title, and one or two sentences in plain words.
    """

    svg: str
    heading: str
    reading: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of texts.

    Parameters
    ----------
    columns : sequence of str
        Heads of the columns.
    rows : sequence of sequences of str
        One text per column.
    texts : frozenset of int
        Columns that hold words and stand to the left; the others hold numbers and stand to the right.
    marked : frozenset of int
        Rows that need attention.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    texts: frozenset[int] = frozenset({0})
    marked: frozenset[int] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the page.

    Parameters
    ----------
    heading : str
    sentences : sequence of str
        What it found, first of all.
    pictures : sequence of Picture
    table : Table, optional
    beside : bool
        Whether the table stands beside the first picture; otherwise below all of them.
    """

    heading: str
    sentences: Sequence[str]
    pictures: Sequence[Picture] = field(default=())
    table: Table | None = None
    beside: bool = False
