"""Soft digits: each digit's target spread over its neighbours by distance. Token by token."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from digitwise.codecs.codec import Codec
from digitwise.nn.loss_output import LossOutput, Targets, weighted_mean
from digitwise.nn.memory import Memory
from digitwise.objectives.cross_entropy import CrossEntropy
from digitwise.objectives.digit_weights import DigitWeights, check_digit_weights, check_one_per_digit, weighted_digits
from digitwise.objectives.intervals import losses_by_kind, no_losses
from digitwise.objectives.weighted_sum import Combinable, WeightedSum
from digitwise.policy.policy import Policy


@dataclass(frozen=True, kw_only=True)
class SoftDigits(Combinable):
    """``KL(q ‖ p)`` of each digit with ``q_d ∝ exp(-(d - d*)² / temperature)``, summed over the digits.

    Parameters
    ----------
    temperature
        Width of the soft target, in squared digits.
    digit_weights
        As for `CrossEntropy`.

    Notes
    -----
    Forbidden digits get no share of the target. The sum over digits instead of their mean keeps the published weight
    relative to `CrossEntropy`, which is summed too. A target of which only an interval is known has no digits, and its
    loss is 0.

    References
    ----------
    DIST², arXiv 2503.02379.
    """

    temperature: float = 1.0
    digit_weights: DigitWeights = None
    takes_intervals: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the settings."""
        if not 0 < self.temperature < math.inf:
            raise ValueError(f"temperature must be positive and finite, but got {self.temperature}.")
        check_digit_weights(self.digit_weights)

    def adapt(self, z: Float[np.ndarray, " row"], codec: Codec) -> "SoftDigits":
        """Return itself, after checking that there is one weight per digit."""
        check_one_per_digit(self.digit_weights, codec)
        return self

    def __call__(self, policy: Policy, memory: Memory, targets: Targets) -> LossOutput:
        """Return the loss of a batch."""

        def of_numbers(memory: Memory, z: Tensor) -> Tensor:
            return weighted_digits(self._digit_losses(policy, memory, z), self.digit_weights, policy.codec)

        return LossOutput(weighted_mean(losses_by_kind(memory, targets, of_numbers, no_losses), targets.weight))

    def _digit_losses(self, policy: Policy, memory: Memory, z: Float[Tensor, " batch"]) -> Float[Tensor, "batch step"]:
        tokens = policy.codec.encode(z)
        log_probs = policy.step_log_probs(memory, tokens.unsqueeze(1)).squeeze(1)
        digits = torch.arange(log_probs.shape[-1], device=log_probs.device, dtype=log_probs.dtype)
        closeness = -((digits - tokens.unsqueeze(-1)) ** 2) / self.temperature
        wanted = torch.log_softmax(closeness.masked_fill(torch.isneginf(log_probs), -torch.inf), dim=-1)
        terms = torch.where(torch.isneginf(wanted), 0.0, wanted.exp() * (wanted - log_probs))
        return terms.sum(-1)


def DIST2(*, weight: float = 0.1, temperature: float = 1.0) -> WeightedSum:
    """Return cross-entropy plus ``weight`` times soft digits, as published (arXiv 2503.02379)."""
    return CrossEntropy() + weight * SoftDigits(temperature=temperature)


def LabelSmoothing(*, share: float = 0.1, temperature: float = 1.0) -> WeightedSum:
    """Return cross-entropy against digits of which a ``share`` is spread over the neighbours by distance.

    The same as `DIST2` with ``weight = share / (1 - share)``, up to a factor and a constant.

    Raises
    ------
    ValueError
        If the share does not lie between 0 and 1.
    """
    if not 0 < share < 1:
        raise ValueError(f"share must lie between 0 and 1, but got {share}.")
    return (1 - share) * CrossEntropy() + share * SoftDigits(temperature=temperature)
