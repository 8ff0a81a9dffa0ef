"""Number token losses: a wrong digit costs the more, the further it is off. Token by token.

What comes closest to the number without looking at whole numbers: 0.4999 and 0.5000 are still four wrong digits apart.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

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
class NumberTokenLoss(Combinable):
    """Squared error of the expected digit (MSE), or expected distance to the digit (WAS), summed over the digits.

    Parameters
    ----------
    distance
        ``"mse"``: ``(Σ_d p_d d - d*)²``, which wrong laws with the right mean minimise too. ``"was"``:
        ``Σ_d p_d |d - d*|``, the Wasserstein-1 distance to the digit.
    digit_weights
        As for `CrossEntropy`.

    Notes
    -----
    Token ids are the digits. A target of which only an interval is known has no digits, and its loss is 0. The sum over
    digits instead of their mean keeps the published weight relative to `CrossEntropy`, which is summed too. As its
    authors define it, ``p`` is normalised over the digits; *differs from* the code of GenRe², which counts the mass on
    padding as free in WAS, and the padding as a digit 0 in MSE.

    References
    ----------
    Zausinger et al., "Regress, Don't Guess: A Regression-like Loss on Number Tokens for Language Models",
    arXiv 2411.02083.
    """

    distance: Literal["mse", "was"] = "was"
    digit_weights: DigitWeights = None
    takes_intervals: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the settings."""
        if self.distance not in ("mse", "was"):
            raise ValueError(f"distance must be 'mse' or 'was', but got {self.distance!r}.")
        check_digit_weights(self.digit_weights)

    def adapt(self, z: Float[np.ndarray, " row"], codec: Codec) -> "NumberTokenLoss":
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
        probs = policy.step_log_probs(memory, tokens.unsqueeze(1)).squeeze(1).exp()
        digits = torch.arange(probs.shape[-1], device=probs.device, dtype=probs.dtype)
        if self.distance == "mse":
            return (probs @ digits - tokens) ** 2
        return (probs * (digits - tokens.unsqueeze(-1)).abs()).sum(-1)


def NTLMSE(*, weight: float = 0.3) -> WeightedSum:
    """Return cross-entropy plus ``weight`` times the MSE number token loss, as published (arXiv 2411.02083)."""
    return CrossEntropy() + weight * NumberTokenLoss(distance="mse")


def NTLWAS(*, weight: float = 0.3) -> WeightedSum:
    """Return cross-entropy plus ``weight`` times the Wasserstein number token loss, as published (arXiv 2411.02083)."""
    return CrossEntropy() + weight * NumberTokenLoss(distance="was")
