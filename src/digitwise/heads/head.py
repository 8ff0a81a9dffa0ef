"""The head protocol: from a row's memory to a loss and to a law."""

from typing import Protocol, runtime_checkable

from digitwise.distributions import Distribution
from digitwise.nn.loss_output import LossOutput, Targets
from digitwise.nn.memory import Memory


@runtime_checkable
class Head(Protocol):
    """A `torch.nn.Module` that is trained on scaled targets and predicts laws in data units."""

    def loss(self, memory: Memory, targets: Targets) -> LossOutput:
        """Return the training loss of a batch."""
        ...

    def law(self, memory: Memory) -> Distribution:
        """Return one law per row, in data units."""
        ...

    def finish(self, memory: Memory, targets: Targets) -> None:
        """Set what training does not, from the validation rows; called before each validation, without gradient."""
        ...
