"""Token-level cross-entropy: minus the log-probability of the target's digits."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float
from torch import Tensor

from digitwise.codecs.codec import Codec
from digitwise.nn.loss_output import LossOutput, Targets, weighted_mean
from digitwise.nn.memory import Memory
from digitwise.objectives.digit_weights import DigitWeights, check_digit_weights, check_one_per_digit, weighted_digits
from digitwise.objectives.intervals import likelihood_losses
from digitwise.objectives.weighted_sum import Combinable
from digitwise.policy.policy import Policy


@dataclass(frozen=True, kw_only=True)
class CrossEntropy(Combinable):
    """Mean over rows of the summed cross-entropy of the digits (nats per number).

    Parameters
    ----------
    digit_weights
        One non-negative weight per digit position; ``"place_value"`` lets each digit count ``1 / vocabulary`` of the
        one before it (they average to 1); None weighs all alike.

    Raises
    ------
    ValueError
        If weights are negative, all zero, or not one per digit.

    Notes
    -----
    The sum over digits is minus the log-probability of the target's leaf, so plain cross-entropy is maximum likelihood
    on the leaves. Of a target of which only an interval is known it is minus the log-probability of the interval's
    leaves together; digit weights do not apply to it. *Differs from the paper*: the mask of the grammar applies in
    training too.

    References
    ----------
    Song and Bahri, "Decoding-based Regression", arXiv 2501.19383.

    Examples
    --------
    >>> CrossEntropy(digit_weights=(2.0, 1.0, 1.0))
    CrossEntropy(digit_weights=(2.0, 1.0, 1.0))
    """

    digit_weights: DigitWeights = None
    takes_intervals: ClassVar[bool] = True

    def __post_init__(self) -> None:
        """Check the weights."""
        check_digit_weights(self.digit_weights)

    def adapt(self, z: Float[np.ndarray, " row"], codec: Codec) -> "CrossEntropy":
        """Return itself, after checking that there is one weight per digit."""
        check_one_per_digit(self.digit_weights, codec)
        return self

    def __call__(self, policy: Policy, memory: Memory, targets: Targets) -> LossOutput:
        """Return the loss of a batch; its cost follows the path to the target, not the number of leaves."""

        def of_numbers(memory: Memory, z: Tensor) -> Tensor:
            losses = -policy.log_probs(memory, policy.codec.encode(z).unsqueeze(1)).squeeze(1)
            return weighted_digits(losses, self.digit_weights, policy.codec)

        return LossOutput(weighted_mean(likelihood_losses(policy, memory, targets, of_numbers), targets.weight))
