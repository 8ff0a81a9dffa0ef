"""How much each digit position counts in a token-level loss."""

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from digitwise.codecs.codec import Codec

DigitWeights = tuple[float, ...] | Literal["place_value"] | None
"""One non-negative weight per digit; ``"place_value"``: each digit counts ``1 / vocabulary`` of the one before it, and
they average to 1; None: all count 1."""


def check_digit_weights(weights: DigitWeights) -> None:
    """Raise a ``ValueError`` if weights are negative or all zero."""
    if isinstance(weights, tuple) and (min(weights, default=0.0) < 0 or sum(weights) <= 0):
        raise ValueError(f"digit_weights must be non-negative and not all zero, but got {weights}.")
    if weights is not None and not isinstance(weights, tuple) and weights != "place_value":
        raise ValueError(f"digit_weights must be a tuple of numbers, 'place_value' or None, but got {weights!r}.")


def check_one_per_digit(weights: DigitWeights, codec: Codec) -> None:
    """Raise a ``ValueError`` if there is not one weight per digit of the codec."""
    if isinstance(weights, tuple) and len(weights) != codec.length:
        raise ValueError(f"digit_weights must hold one weight per digit ({codec.length}), but holds {len(weights)}.")


def weighted_digits(
    losses: Float[Tensor, "batch step"], weights: DigitWeights, codec: Codec
) -> Float[Tensor, " batch"]:
    """Return the weighted sum of the losses of a number's digits.

    Examples
    --------
    >>> from digitwise.codecs import NormalizedCodec
    >>> weighted_digits(torch.ones(1, 2), "place_value", NormalizedCodec(base=3, length=2)).tolist()  # 1.5 + 0.5
    [2.0]
    """
    if weights is None:
        return losses.sum(-1)
    if weights == "place_value":
        falling = [float(codec.vocab_size) ** -step for step in range(codec.length)]
        weights = tuple(weight * codec.length / sum(falling) for weight in falling)
    return losses @ torch.tensor(weights, dtype=losses.dtype, device=losses.device)
