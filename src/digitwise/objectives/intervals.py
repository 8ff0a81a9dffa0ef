"""Targets of which only an interval is known: what they are worth to losses and rewards.

A likelihood takes the probability of the whole interval. What compares numbers takes the nearest point of the interval
as the target of a number, so that all numbers inside are equally right.
"""

from collections.abc import Callable

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from digitwise.nn.loss_output import Targets
from digitwise.nn.memory import Memory
from digitwise.objectives.rewards import Reward
from digitwise.policy.intervals import interval_log_prob
from digitwise.policy.policy import Policy

OfNumbers = Callable[[Memory, Tensor], Tensor]
"""Maps the memory and the targets of some rows, ``(batch,)`` in scaled units, to their losses, ``(batch,)``."""


def losses_by_kind(
    memory: Memory, targets: Targets, of_numbers: OfNumbers, of_intervals: Callable[[Memory, Tensor, Tensor], Tensor]
) -> Float[Tensor, " batch"]:
    """Return the losses of all rows: those of known numbers by one function, those of intervals by another."""
    if targets.z_high is None:
        return of_numbers(memory, targets.z)
    is_interval = targets.z < targets.z_high
    rows, between = (~is_interval).nonzero().squeeze(1), is_interval.nonzero().squeeze(1)
    parts = [of_numbers(memory.take(rows), targets.z[rows])] if len(rows) else []
    if len(between):
        parts.append(of_intervals(memory.take(between), targets.z[between], targets.z_high[between]))
    return torch.cat(parts)[torch.cat([rows, between]).argsort()]


def likelihood_losses(
    policy: Policy, memory: Memory, targets: Targets, of_numbers: OfNumbers
) -> Float[Tensor, " batch"]:
    """Return the losses of all rows: of intervals, minus the log-probability of the cells from end to end.

    The cells of both ends belong to it.
    """

    def of_intervals(memory: Memory, low: Tensor, high: Tensor) -> Tensor:
        return -interval_log_prob(policy, memory, policy.codec.encode(low), policy.codec.encode(high))

    return losses_by_kind(memory, targets, of_numbers, of_intervals)


def no_losses(memory: Memory, low: Tensor, high: Tensor) -> Float[Tensor, " batch"]:
    """Return 0 for every interval: for losses of digits, of which none is known."""
    return memory.features.new_zeros(len(low))


def collapsed(
    numbers: Float[Tensor, "#batch number"], low: Float[Tensor, "batch 1"], high: Float[Tensor, "batch 1"]
) -> tuple[Float[Tensor, "batch number"], Float[Tensor, "batch 1"]]:
    """Return numbers and targets on a line on which the interval is a point.

    Numbers below stay where they are, those inside become the low end, those above move down by the interval's length.
    Where there is no low end all move to the high one. On that line the CRPS is the integral of ``F²`` below the
    interval and of ``(1 - F)²`` above it, and the distances of numbers and target are those from the interval.

    References
    ----------
    Avati et al., "Countdown Regression: Sharp and Calibrated Survival Predictions", arXiv 1806.08324.

    Examples
    --------
    >>> low, high = torch.tensor([[2.0], [-torch.inf]]), torch.tensor([[3.0], [3.0]])
    >>> numbers, target = collapsed(torch.tensor([[1.0, 2.5, 5.0]]), low, high)
    >>> numbers.tolist(), target.tolist()
    ([[1.0, 2.0, 4.0], [3.0, 3.0, 5.0]], [[2.0], [3.0]])
    """
    point = torch.where(low.isfinite(), low, high)
    return point + (numbers - numbers.clamp(low, high)), point


def numbers_and_targets(
    policy: Policy, targets: Targets, units: str
) -> tuple[Float[Tensor, "*row leaf"], Float[Tensor, " batch"]]:
    """Return what leaves stand for and the targets; with intervals, row by row on the line where these are points."""
    numbers, low = policy.line.numbers(units), policy.line.targets(targets.in_data_units, units)
    if targets.high_in_data_units is None:
        return numbers, low
    high = policy.line.targets(targets.high_in_data_units, units)
    numbers, target = collapsed(numbers.unsqueeze(0), low.unsqueeze(1), high.unsqueeze(1))
    return numbers, target.squeeze(1)


def meet(
    reward: Reward, policy: Policy, prediction: Float[Tensor, "batch draw"], targets: Targets
) -> tuple[Float[Tensor, "batch draw"], Float[Tensor, " batch #draw"]]:
    """Return predictions and targets as a reward compares them, in its units.

    In a batch with intervals every prediction has its own target, the nearest point; a reward of groups sees both on
    the line where intervals are points.
    """
    low = policy.read_targets(targets.in_data_units, reward.units).unsqueeze(-1)
    if targets.high_in_data_units is None:
        return prediction, low
    high = policy.read_targets(targets.high_in_data_units, reward.units).unsqueeze(-1)
    if hasattr(reward, "least_draws"):
        return collapsed(prediction, low, high)
    return prediction, prediction.clamp(low, high)


def share_like_policy(
    wanted: Float[Tensor, "batch ... vocab"],
    inside: Bool[Tensor, "batch ... vocab"],
    log_probs: Float[Tensor, "batch ... vocab"],
) -> Float[Tensor, "batch ... vocab"]:
    """Return an expert's law whose mass on the digits that lead into the interval is shared as the policy shares it.

    None of them is better than the others; then the cross-entropy has the gradient of ``-log Σ_inside p``, 0 where the
    policy chooses no others.
    """
    own = torch.where(inside, log_probs.detach(), -torch.inf)
    own = torch.where(inside, torch.softmax(own.masked_fill(~inside.any(-1, keepdim=True), 0.0), dim=-1), 0.0)
    mass = torch.where(inside, wanted, 0.0).sum(-1, keepdim=True)
    return torch.where(inside, mass * own.to(wanted.dtype), wanted)
