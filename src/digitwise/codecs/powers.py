"""Integers times powers of a base, as float64: the numbers that digits stand for.

``12345 * 10.0**-40`` is wrong in the last bits, because ``10**-40`` is no float64. Here a power is held as the sum of
two float64, and the product is rounded once, so that digits stand for the number that Python reads from their text.
"""

from fractions import Fraction
from functools import lru_cache
from math import floor, log10

import torch
from jaxtyping import Float, Int64
from torch import Tensor

MAX_DECIMAL_EXPONENT = 290
"""Powers of a base lie between ``10**-290`` and ``10**290``: clear of the ends of float64."""
MAX_INTEGER = 2**52
"""Integers must be smaller in magnitude."""


def times_power(
    integer: Int64[Tensor, "*shape"], base: int, exponent: Int64[Tensor, "*shape"]
) -> Float[Tensor, "*shape"]:
    """Return ``integer × base**exponent``, rounded to the nearest float64.

    Examples
    --------
    >>> times_power(torch.tensor([12345]), 10, torch.tensor([-40])).item() == 1.2345e-36
    True
    """
    return times_power_parts(integer, base, exponent)[0]


def times_power_parts(
    integer: Int64[Tensor, "*shape"], base: int, exponent: Int64[Tensor, "*shape"]
) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
    """Return the nearest float64, and what the exact product has beyond it.

    Parameters
    ----------
    integer
        Below 2**52 in magnitude.
    base
        At least 2.
    exponent
        So that the power lies between ``10**-290`` and ``10**290``.

    Notes
    -----
    Dekker's product gives the rounding error of a float64 product exactly; with the remainder of the power it is known
    to some 2**-104 of the number.

    References
    ----------
    Dekker, "A floating-point technique for extending the available precision", Numerische Mathematik 18, 1971.

    Examples
    --------
    >>> number, rest = times_power_parts(torch.tensor([2675]), 10, torch.tensor([-3]))
    >>> number.item(), rest.item() > 0  # the float64 called 2.675 lies below it
    (2.675, True)
    """
    number, rest, lowest = powers_of(base)
    power, beyond = (part.to(integer.device)[exponent - lowest] for part in (number, rest))
    factor = integer.double()
    product = factor * power
    factor_high, power_high = _upper_half(factor), _upper_half(power)
    factor_low, power_low = factor - factor_high, power - power_high
    error = factor_high * power_high - product + factor_high * power_low + factor_low * power_high
    error = error + factor_low * power_low + factor * beyond
    total = product + error
    return total, error - (total - product)


@lru_cache(maxsize=64)
def powers_of(base: int) -> tuple[Float[Tensor, " power"], Float[Tensor, " power"], int]:
    """Return the powers of a base, what they have beyond float64, and the exponent of the first of them."""
    highest = floor(MAX_DECIMAL_EXPONENT / log10(base))
    exact = [Fraction(base) ** exponent for exponent in range(-highest, highest + 1)]
    numbers = [float(power) for power in exact]
    rests = [float(power - Fraction(number)) for power, number in zip(exact, numbers, strict=True)]
    return torch.tensor(numbers, dtype=torch.float64), torch.tensor(rests, dtype=torch.float64), -highest


def _upper_half(number: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Return the upper 26 bits of float64 (Veltkamp's splitting)."""
    spread = number * (2.0**27 + 1)
    return spread - (spread - number)
