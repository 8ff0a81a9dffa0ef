"""Numbers as a reader likes them: few digits, no exponent where it can be avoided."""

import math
from typing import Any


def plain(value: Any, digits: int = 3) -> str:
    """Return a number with ``digits`` significant digits, thousands separated.

    Examples
    --------
    >>> [plain(v) for v in (54.0817, 0.031416, 1234567.0, 12, -0.5, 3e-7, float("nan"))]
    ['54.1', '0.0314', '1,234,567', '12', '-0.500', '3e-07', '–']
    """
    number = float(value)
    if math.isnan(number):
        return "–"
    if math.isinf(number):
        return "∞" if number > 0 else "-∞"
    if number == int(number) and abs(number) < 1e15:
        return f"{int(number):,}"
    size = int(f"{number:.{digits - 1}e}".split("e")[1])  # after rounding: 0.9999 is 1.00
    if not -4 <= size < 15:
        return f"{number:.{digits - 1}g}"
    decimals = max(0, digits - 1 - size)
    return f"{number:,.{decimals}f}"


def aligned(values: Any) -> list[str]:
    """Return numbers with the same decimals, so that they line up: three digits of the largest one.

    Examples
    --------
    >>> aligned([1.5, 20.25, float("nan")]), aligned([3.0, 12.0]), aligned([0.0012, 0.02])
    (['1.5', '20.2', '–'], ['3', '12'], ['0.0012', '0.0200'])
    """
    numbers = [float(value) for value in values]
    finite = [abs(number) for number in numbers if math.isfinite(number)]
    if not finite or all(number == int(number) for number in finite):
        return [plain(number) for number in numbers]
    size = math.floor(math.log10(max(finite)))
    if size < -5:
        return [plain(number) for number in numbers]
    decimals = max(0, 2 - size)
    return [f"{number:,.{decimals}f}" if math.isfinite(number) else plain(number) for number in numbers]


def percent(share: Any) -> str:
    """Return a share as a whole percentage, with a decimal near 0 and 1 where it matters.

    Examples
    --------
    >>> percent(0.894), percent(0.996), percent(1.0), percent(0.0)
    ('89%', '99.6%', '100%', '0%')
    """
    number = 100.0 * float(share)
    near_an_end = 0.0 < number < 1.0 or 99.0 < number < 100.0
    return f"{number:.1f}%" if near_an_end else f"{number:.0f}%"


def moved(before: float, after: float) -> str:
    """Return how a figure that should be low has changed.

    Examples
    --------
    >>> moved(2.0, 1.0), moved(2.0, 2.0)
    ('fell by 50%, from 2 to 1', 'stayed at 2')
    """
    change = after / before - 1.0 if before else 0.0
    if abs(change) < 5e-4:
        return f"stayed at {plain(after)}"
    return f"{'fell' if change < 0 else 'rose'} by {percent(abs(change))}, from {plain(before)} to {plain(after)}"


def value_in_words(value: Any) -> str:
    """Return a setting or a fact as short text.

    Examples
    --------
    >>> value_in_words(0.12345), value_in_words(None), value_in_words(True), value_in_words((1, 2))
    ('0.123', 'none', 'yes', '(1, 2)')
    """
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return plain(value)
    if isinstance(value, str):
        return value
    text = repr(value.item() if type(value).__module__ == "numpy" and hasattr(value, "item") else value)
    return text if len(text) <= 200 else text[:199] + "…"
