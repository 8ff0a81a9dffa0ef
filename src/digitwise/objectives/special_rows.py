"""Rows whose target is no finite number: infinities and NaN that a codec writes as sequences of their own."""

from dataclasses import replace

import torch
from jaxtyping import Bool, Int64
from torch import Tensor

from digitwise.codecs.special_values import WithSpecialValues
from digitwise.nn.loss_output import LossOutput, Targets, weighted_mean
from digitwise.nn.memory import Memory
from digitwise.policy.policy import Policy


def special_rows(policy: Policy, targets: Targets) -> Bool[Tensor, " batch"] | None:
    """Return which targets are special values; None if the codec writes none."""
    if not isinstance(policy.codec, WithSpecialValues):
        return None
    is_number = targets.z.isfinite()
    if targets.z_high is not None:  # an open end of an interval is no special value
        is_number = is_number | (targets.z < targets.z_high)
    return ~is_number


def special_loss(policy: Policy, memory: Memory, targets: Targets) -> LossOutput:
    """Return minus the log-probability of special values: they have no neighbours and no distance to numbers."""
    tokens = policy.codec.encode(targets.z).unsqueeze(1)
    return LossOutput(weighted_mean(-policy.log_probs(memory, tokens).sum((1, 2)), targets.weight))


def rows_of(targets: Targets, rows: Int64[Tensor, " pick"]) -> Targets:
    """Return the targets of some rows."""
    parts = {name: getattr(targets, name) for name in ("z", "weight", "y", "z_high", "y_high")}
    return replace(targets, **{name: part[rows] for name, part in parts.items() if part is not None})


def joined(parts: list[tuple[LossOutput, int]], batch: int) -> LossOutput:
    """Return the mean loss of a batch from those of its parts and their numbers of rows; the first one's figures."""
    loss = torch.stack([part.loss * (n_rows / batch) for part, n_rows in parts]).sum()
    return LossOutput(loss, parts[0][0].metrics, parts[0][0].experience)
