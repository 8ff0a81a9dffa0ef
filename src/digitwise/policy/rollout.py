"""Sampled sequences, with the log-probabilities and temperature they were drawn at."""

from dataclasses import dataclass

from jaxtyping import Float, Int64
from torch import Tensor


@dataclass(frozen=True)
class Rollout:
    """Draws of every row.

    Parameters
    ----------
    tokens
        ``(batch, draw, step)``.
    log_probs
        ``(batch, draw, step)``: of each token under the tempered policy that drew it.
    temperature
        Temperature of that policy.
    """

    tokens: Int64[Tensor, "batch draw step"]
    log_probs: Float[Tensor, "batch draw step"]
    temperature: float = 1.0
