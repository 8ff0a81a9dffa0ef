"""Whole numbers as digits in any base, most significant first, and back."""

import torch
from jaxtyping import Int64
from torch import Tensor


def digits_of(number: Int64[Tensor, "*shape"], base: int, n_digits: int) -> Int64[Tensor, "*shape digit"]:
    """Return the digits of numbers from 0 to ``base ** n_digits - 1``.

    Examples
    --------
    >>> digits_of(torch.tensor([7, 120]), 10, 3).tolist()
    [[0, 0, 7], [1, 2, 0]]
    """
    return number.unsqueeze(-1) // _place_values(base, n_digits).to(number.device) % base


def number_of(digits: Int64[Tensor, "*shape digit"], base: int) -> Int64[Tensor, "*shape"]:
    """Return the numbers that digits stand for; 0 where there is no digit.

    Examples
    --------
    >>> number_of(torch.tensor([[0, 0, 7], [1, 2, 0]]), 10).tolist()
    [7, 120]
    """
    return (digits * _place_values(base, digits.shape[-1]).to(digits.device)).sum(-1)


def _place_values(base: int, n_digits: int) -> Int64[Tensor, " digit"]:
    return torch.tensor([base ** (n_digits - 1 - place) for place in range(n_digits)], dtype=torch.int64)
