"""Tails: what a histogram says beyond its edges, on either side."""

from typing import Literal, TypeAlias

Tail: TypeAlias = Literal["closed", "exponential"]
Tails: TypeAlias = Tail | tuple[Tail, Tail]


def tail_pair(tails: Tails) -> tuple[Tail, Tail]:
    """Return the lower and the upper tail; a single word means both.

    Raises
    ------
    ValueError
        If tails are neither one of the two words nor a pair of them.

    Examples
    --------
    >>> tail_pair("closed"), tail_pair(("closed", "exponential"))
    (('closed', 'closed'), ('closed', 'exponential'))
    """
    pair = (tails, tails) if isinstance(tails, str) else tuple(tails)
    if len(pair) != 2 or any(tail not in ("closed", "exponential") for tail in pair):
        raise ValueError(
            f'tails must be "closed" or "exponential", or a pair (lower, upper) of them, but got {tails!r}.'
        )
    return pair


def shortest(tails: Tails) -> Tails:
    """Return tails as one word where both sides are alike, else as a pair.

    Examples
    --------
    >>> shortest(("closed", "closed")), shortest(("exponential", "closed"))
    ('closed', ('exponential', 'closed'))
    """
    lower, upper = tail_pair(tails)
    return lower if lower == upper else (lower, upper)
