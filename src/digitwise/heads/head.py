"""The head protocol: from a row's memory to a loss and to a law."""

from typing import Any, Protocol, runtime_checkable

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


@runtime_checkable
class DrawingHead(Protocol):
    """A head whose loss may be made of draws, and may refer to a frozen copy of its network."""

    @property
    def uses_dropout(self) -> bool:
        """Whether its loss is made for dropout; no, where draws are scored by the law that drew them."""
        ...

    @property
    def needs_reference(self) -> bool:
        """Whether its loss refers to the network that training started from."""
        ...

    @property
    def n_updates(self) -> int:
        """Optimiser steps on each batch, on the same draws."""
        ...

    def loss(self, memory: Memory, targets: Targets, reference: Any = None, experience: Any = None) -> LossOutput:
        """Return the loss of a batch, given what `refer` returned and the experience of an earlier step, if any."""
        ...

    def refer(self, memory: Memory) -> Any:
        """Return what this head is to another one that refers to it."""
        ...
