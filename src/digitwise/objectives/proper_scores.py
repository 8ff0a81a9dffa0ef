"""Proper scores of the exact law as losses: what a law loses if it is too sure, or not sure enough."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from jaxtyping import Float
from torch import Tensor

from digitwise.codecs.codec import Codec
from digitwise.nn.loss_output import LossOutput, Targets, weighted_mean
from digitwise.nn.memory import Memory
from digitwise.objectives.by_draws import exact_or_by_draws
from digitwise.objectives.intervals import numbers_and_targets
from digitwise.objectives.objective import Objective
from digitwise.objectives.on_policy import OnPolicy
from digitwise.objectives.weighted_sum import Combinable
from digitwise.policy.enumeration import leaf_log_probs
from digitwise.policy.policy import Policy


@dataclass(frozen=True, kw_only=True)
class CRPS(Combinable):
    """The continuous ranked probability score of the exact law, in standard units of the target.

    Notes
    -----
    ``E|X - y| - E|X - X'| / 2`` with leaves as point masses at what they stand for; the prediction's own CRPS spreads
    each leaf over its cell. The gradient is a sum over all leaves: what energy-score rewards and DAR
    (arXiv 2605.20740) estimate by sampling.

    Of a target of which only an interval is known, what the law says inside is not judged: the integral of ``F²`` below
    plus that of ``(1 - F)²`` above. This is not proper: exact rows count at all numbers, censored ones up to their
    limit only, which draws the law towards the numbers that are seen. The likelihood (`CrossEntropy`,
    `SmoothedCrossEntropy`) is proper.

    References
    ----------
    Gneiting and Raftery, "Strictly proper scoring rules, prediction, and estimation", 2007. Intervals: Avati et al.,
    "Countdown Regression", arXiv 1806.08324; where that is not proper: Rindt et al., "Survival regression with proper
    scoring rules and monotonic neural networks", arXiv 2103.14755.
    """

    takes_intervals: ClassVar[bool] = True

    def adapt(self, z: Float[np.ndarray, " row"], codec: Codec) -> Objective:
        """Return itself; in a codec with too many numbers to list, its counterpart on draws."""
        return exact_or_by_draws(self, OnPolicy(reward="energy_score", baseline="leave_one_out"), codec)

    def __call__(self, policy: Policy, memory: Memory, targets: Targets) -> LossOutput:
        """Return the mean CRPS of a batch."""
        probs = leaf_log_probs(policy, memory).exp()
        values, target = numbers_and_targets(policy, targets, "standard")
        losses = crps_of_atoms(probs, values.to(probs.dtype), target.to(probs.dtype))
        return LossOutput(weighted_mean(losses, targets.weight))


def crps_of_atoms(
    probs: Float[Tensor, "batch leaf"],
    values: Float[Tensor, "*row leaf"],
    target: Float[Tensor, " batch"],
    spread_share: float = 1.0,
) -> Float[Tensor, " batch"]:
    """Return ``E|X - y| - spread_share · E|X - X'| / 2`` of point masses; differentiable in ``probs``.

    The values are the same in all rows, ``(leaf,)``, or each row's own.

    Examples
    --------
    >>> import torch
    >>> crps_of_atoms(torch.tensor([[0.5, 0.5]]), torch.tensor([0.0, 1.0]), torch.tensor([0.0])).tolist()
    [0.25]
    """
    error = (probs * (values - target.unsqueeze(1)).abs()).sum(1)
    return error - spread_share * mean_difference(probs, values) / 2


def mean_difference(probs: Float[Tensor, "batch leaf"], values: Float[Tensor, "*row leaf"]) -> Float[Tensor, " batch"]:
    """Return ``E|X - X'|`` of two independent draws: ``2 ∫ F (1 - F)``."""
    values, order = values.sort()
    probs = probs[:, order] if order.ndim == 1 else probs.gather(1, order)
    cdf = probs.cumsum(1)[:, :-1]
    return 2 * mean_of(cdf * (1 - cdf), values.diff())


def mean_of(probs: Float[Tensor, "batch leaf"], values: Float[Tensor, "*row leaf"]) -> Float[Tensor, " batch"]:
    """Return ``Σ p · value`` of each row."""
    return probs @ values if values.ndim == 1 else (probs * values).sum(1)
