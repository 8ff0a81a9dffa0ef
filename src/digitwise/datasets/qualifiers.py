"""What people write for a number that is known only from one side, or between two ends."""

import math
import re

NUMBER = r"[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|∞)"
ONE_SIDED = re.compile(rf"(<=|>=|<|>|≤|≥|=)?\s*({NUMBER})", re.IGNORECASE)
TWO_SIDED = re.compile(rf"({NUMBER})\s*(?:-|–|\.\.\.?|…)\s*({NUMBER})", re.IGNORECASE)
BRACKETS = re.compile(rf"[\[(]\s*({NUMBER})\s*[,;]\s*({NUMBER})\s*[\])]", re.IGNORECASE)


def ends_of(text: str) -> tuple[float, float]:
    """Return the low and the high end that a text means; both are one number where the number is known.

    Raises
    ------
    ValueError
        If it is no number, no one-sided limit and no interval.

    Examples
    --------
    >>> [ends_of(text) for text in ("12.5", "< 10", ">=3", "3-5", "-1e-3..2", "[3, 5]")]
    [(12.5, 12.5), (-inf, 10.0), (3.0, inf), (3.0, 5.0), (-0.001, 2.0), (3.0, 5.0)]
    """
    text = text.strip()
    if found := ONE_SIDED.fullmatch(text):
        sign, number = (found[1] or "=")[0], _number(found[2])
        return -math.inf if sign in "<≤" else number, math.inf if sign in ">≥" else number
    if found := TWO_SIDED.fullmatch(text) or BRACKETS.fullmatch(text):
        return _number(found[1]), _number(found[2])
    raise ValueError(f"must be a number, '< 10', '>= 3', '3-5', '3..5' or '[3, 5]', but is {text!r}")


def _number(text: str) -> float:
    return float(text.replace("∞", "inf"))
