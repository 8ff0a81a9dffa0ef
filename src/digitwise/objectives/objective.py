"""What is minimised: a loss of policy, memory and targets."""

from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from digitwise.codecs.codec import Codec
from digitwise.nn.loss_output import LossOutput, Targets
from digitwise.nn.memory import Memory
from digitwise.objectives.reference import Reference
from digitwise.policy.policy import Policy


@runtime_checkable
class Objective(Protocol):
    """A frozen dataclass that is its own configuration."""

    def adapt(self, z: Float[np.ndarray, " row"], codec: Codec) -> "Objective":
        """Return the objective with its automatic settings settled from the training targets (scaled units)."""
        ...

    def __call__(self, policy: Policy, memory: Memory, targets: Targets) -> LossOutput:
        """Return the loss of a batch."""
        ...


@runtime_checkable
class SequenceObjective(Protocol):
    """An objective that says how it wants to be trained, and takes what that brings."""

    @property
    def uses_dropout(self) -> bool:
        """Whether the network trains with dropout."""
        ...

    @property
    def needs_reference(self) -> bool:
        """Whether the policy that fine-tuning started from is asked for."""
        ...

    @property
    def n_updates(self) -> int:
        """Optimiser steps on each batch."""
        ...

    def adapt(self, z: Float[np.ndarray, " row"], codec: Codec) -> "Objective":
        """As for `Objective`."""
        ...

    def __call__(
        self,
        policy: Policy,
        memory: Memory,
        targets: Targets,
        reference: Reference | None = None,
        experience: Any = None,
    ) -> LossOutput:
        """Return the loss of a batch, given the reference and the draws of an earlier step, if any."""
        ...


def uses_dropout(objective: Objective) -> bool:
    """Return whether the network trains with dropout under an objective; a plain one says yes."""
    return objective.uses_dropout if isinstance(objective, SequenceObjective) else True


def needs_reference(objective: Objective) -> bool:
    """Return whether an objective asks for the policy that fine-tuning started from."""
    return isinstance(objective, SequenceObjective) and objective.needs_reference


def n_updates(objective: Objective) -> int:
    """Return the optimiser steps that an objective makes on each batch."""
    return objective.n_updates if isinstance(objective, SequenceObjective) else 1


def takes_intervals(objective: Objective) -> bool:
    """Return whether an objective says that it knows what to do with targets of which only an interval is known."""
    return bool(getattr(objective, "takes_intervals", False))


def call_objective(
    objective: Objective,
    policy: Policy,
    memory: Memory,
    targets: Targets,
    reference: Reference | None = None,
    experience: Any = None,
) -> LossOutput:
    """Return an objective's loss, given what its kind takes.

    Raises
    ------
    TypeError
        If there are intervals among the targets and the objective does not take them.
    """
    if targets.z_high is not None and not takes_intervals(objective):
        raise TypeError(
            f"{objective!r} takes numbers, but of some targets only an interval is known. Use one of the library's "
            "objectives, or say takes_intervals = True in yours and read targets.z_high."
        )
    if isinstance(objective, SequenceObjective):
        return objective(policy, memory, targets, reference, experience)
    return objective(policy, memory, targets)
