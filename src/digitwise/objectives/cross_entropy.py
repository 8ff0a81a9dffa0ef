"""Token-level cross-entropy: minus the log-probability of the target's digits."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from digitwise.codecs.codec import Codec
from digitwise.nn.loss_output import LossOutput, Targets, weighted_mean
from digitwise.nn.memory import Memory
from digitwise.policy.policy import Policy


@dataclass(frozen=True, kw_only=True)
class CrossEntropy:
    """Mean over rows of the summed cross-entropy of the digits (nats per number).

    Parameters
    ----------
    digit_weights
        One non-negative weight per digit position; None weighs all alike.

    Raises
    ------
    ValueError
        If weights are negative, all zero, or not one per digit.

    Notes
    -----
    The sum over digits is minus the log-probability of the target's leaf, so plain cross-entropy is maximum likelihood
    on the leaves. *Differs from the paper*: the mask of the grammar applies in training too.

    References
    ----------
    Song and Bahri, "Decoding-based Regression", arXiv 2501.19383.

    Examples
    --------
    >>> CrossEntropy(digit_weights=(2.0, 1.0, 1.0))
    CrossEntropy(digit_weights=(2.0, 1.0, 1.0))
    """

    digit_weights: tuple[float, ...] | None = None

    def __post_init__(self) -> None:
        """Check the weights."""
        weights = self.digit_weights
        if weights is not None and (min(weights, default=0.0) < 0 or sum(weights) <= 0):
            raise ValueError(f"digit_weights must be non-negative and not all zero, but got {weights}.")

    def adapt(self, z: Float[np.ndarray, " row"], codec: Codec) -> "CrossEntropy":
        """Return itself, after checking that there is one weight per digit."""
        if self.digit_weights is not None and len(self.digit_weights) != codec.length:
            raise ValueError(
                f"digit_weights must hold one weight per digit ({codec.length}), but holds {len(self.digit_weights)}."
            )
        return self

    def __call__(self, policy: Policy, memory: Memory, targets: Targets) -> LossOutput:
        """Return the loss of a batch; its cost follows the path to the target, not the number of leaves."""
        tokens = policy.codec.encode(targets.z).unsqueeze(1)
        log_probs = policy.log_probs(memory, tokens).squeeze(1)
        if self.digit_weights is not None:
            log_probs = log_probs * torch.tensor(self.digit_weights, dtype=log_probs.dtype, device=log_probs.device)
        return LossOutput(weighted_mean(-log_probs.sum(-1), targets.weight))
