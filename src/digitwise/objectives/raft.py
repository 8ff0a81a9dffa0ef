"""The squared error of the law's mean, exactly."""

from dataclasses import dataclass
from typing import ClassVar, cast

import numpy as np
from jaxtyping import Float

from digitwise.codecs.codec import Codec
from digitwise.nn.loss_output import LossOutput, Targets, weighted_mean
from digitwise.nn.memory import Memory
from digitwise.objectives.by_draws import exact_or_by_draws
from digitwise.objectives.group_rewards import MeanErrorReward
from digitwise.objectives.intervals import numbers_and_targets
from digitwise.objectives.objective import Objective
from digitwise.objectives.on_policy import OnPolicy
from digitwise.objectives.proper_scores import mean_of
from digitwise.objectives.rewards import Reward
from digitwise.objectives.weighted_sum import Combinable
from digitwise.policy.enumeration import leaf_log_probs
from digitwise.policy.policy import Policy


@dataclass(frozen=True, kw_only=True)
class RAFT(Combinable):
    """``(E[X] - y)²`` in standard units of the target: regression-aware fine-tuning.

    Notes
    -----
    Only the mean counts, so the loss says nothing about the spread: unlike the expected squared error it does not
    collapse the law, and unlike a proper score it does not keep it. Add cross-entropy, smoothed or plain, for that.
    The expectation is a sum over all leaves, not over a grid or over draws. Of a target of which only an interval is
    known it is that of the signed distance from the interval (`digitwise.objectives.intervals`).

    References
    ----------
    Lukasik et al., "Better autoregressive regression with LLMs via regression-aware fine-tuning", ICLR 2025.
    """

    takes_intervals: ClassVar[bool] = True

    def adapt(self, z: Float[np.ndarray, " row"], codec: Codec) -> Objective:
        """Return itself; in a codec with too many numbers to list, its counterpart on draws."""
        return exact_or_by_draws(self, OnPolicy(reward=cast(Reward, MeanErrorReward()), baseline="none"), codec)

    def __call__(self, policy: Policy, memory: Memory, targets: Targets) -> LossOutput:
        """Return the mean squared error of a batch."""
        probs = leaf_log_probs(policy, memory).exp()
        values, target = numbers_and_targets(policy, targets, "standard")
        error = mean_of(probs, values.to(probs.dtype)) - target.to(probs.dtype)
        return LossOutput(weighted_mean(error**2, targets.weight))
