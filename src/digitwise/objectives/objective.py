"""What is minimised: a loss of policy, memory and targets."""

from typing import Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from digitwise.codecs.codec import Codec
from digitwise.nn.loss_output import LossOutput, Targets
from digitwise.nn.memory import Memory
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
