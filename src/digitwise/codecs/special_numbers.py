"""Infinities and NaN among the numbers of a codec, where distances and sums need finite ones."""

import torch
from jaxtyping import Float
from torch import Tensor

FAR = 1e300
"""Farther than any number that a codec writes, with room for differences in float64."""


def stand_ins(numbers: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Return numbers with far ones in the place of infinities, and the farthest in that of NaN.

    They keep the order in which codecs write them: minus infinity, numbers, infinity, NaN.

    Examples
    --------
    >>> stand_ins(torch.tensor([-torch.inf, 2.0, torch.inf, torch.nan], dtype=torch.float64)).tolist()
    [-1e+300, 2.0, 1e+300, 2e+300]
    """
    if numbers.isfinite().all():
        return numbers
    return torch.nan_to_num(numbers, nan=2 * FAR, posinf=FAR, neginf=-FAR)


def without_nan(z: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Return numbers to encode in float64, after checking that none is NaN.

    Raises
    ------
    ValueError
        If one is.
    """
    if torch.isnan(z).any():
        raise ValueError("Numbers to encode must not be NaN; drop these rows first.")
    return z.double()


def at_the_ends(numbers: Float[Tensor, "*shape"], low: float, high: float) -> Float[Tensor, "*shape"]:
    """Return numbers with the ends of what can be written in the place of infinities; NaN counts as high.

    What sums and rewards take for them: the last number on their side.

    Examples
    --------
    >>> at_the_ends(torch.tensor([-torch.inf, 2.0, torch.nan]), low=0.0, high=9.0).tolist()
    [0.0, 2.0, 9.0]
    """
    return torch.nan_to_num(numbers, nan=high, posinf=high, neginf=low)
