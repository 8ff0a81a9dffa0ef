"""The frozen policy that fine-tuning started from, looking at the rows of a batch."""

from dataclasses import dataclass

from digitwise.nn.memory import Memory
from digitwise.policy.policy import Policy


@dataclass(frozen=True)
class Reference:
    """A policy and its own memory of the batch's rows, without gradient."""

    policy: Policy
    memory: Memory
