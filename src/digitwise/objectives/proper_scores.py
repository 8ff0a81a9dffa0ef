"""Proper scores of the exact law as losses: what a law loses if it is too sure, or not sure enough."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from torch import Tensor

from digitwise.codecs.codec import Codec
from digitwise.nn.loss_output import LossOutput, Targets, weighted_mean
from digitwise.nn.memory import Memory
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

    References
    ----------
    Gneiting and Raftery, "Strictly proper scoring rules, prediction, and estimation", 2007.
    """

    def adapt(self, z: Float[np.ndarray, " row"], codec: Codec) -> "CRPS":
        """Return itself: there is nothing to settle."""
        return self

    def __call__(self, policy: Policy, memory: Memory, targets: Targets) -> LossOutput:
        """Return the mean CRPS of a batch."""
        probs = leaf_log_probs(policy, memory).exp()
        values = policy.line.standard_values.to(probs.dtype)
        target = policy.line.targets(targets.in_data_units, "standard").to(probs.dtype)
        return LossOutput(weighted_mean(crps_of_atoms(probs, values, target), targets.weight))


def crps_of_atoms(
    probs: Float[Tensor, "batch leaf"],
    values: Float[Tensor, " leaf"],
    target: Float[Tensor, " batch"],
    spread_share: float = 1.0,
) -> Float[Tensor, " batch"]:
    """Return ``E|X - y| - spread_share · E|X - X'| / 2`` of point masses; differentiable in ``probs``.

    Examples
    --------
    >>> import torch
    >>> crps_of_atoms(torch.tensor([[0.5, 0.5]]), torch.tensor([0.0, 1.0]), torch.tensor([0.0])).tolist()
    [0.25]
    """
    error = (probs * (values - target.unsqueeze(1)).abs()).sum(1)
    return error - spread_share * mean_difference(probs, values) / 2


def mean_difference(probs: Float[Tensor, "batch leaf"], values: Float[Tensor, " leaf"]) -> Float[Tensor, " batch"]:
    """Return ``E|X - X'|`` of two independent draws: ``2 ∫ F (1 - F)``."""
    values, order = values.sort()
    cdf = probs[:, order].cumsum(1)[:, :-1]
    return 2 * (cdf * (1 - cdf)) @ values.diff()
