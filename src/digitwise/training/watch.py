"""What watches a run from outside: which epochs may be kept, when to stop, what to change in between."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from digitwise.training.network import Network
from digitwise.training.run_log import Row


@runtime_checkable
class Watch(Protocol):
    """Looks at the validation figures of every epoch, beside those before the first."""

    def admits(self, start: Row, row: Row) -> bool:
        """Return whether the weights after this epoch may be kept as the best."""
        ...

    def stops(self, start: Row, history: Sequence[Row]) -> bool:
        """Return whether training should end now."""
        ...

    def prepare(self, network: Network, start: Row, history: Sequence[Row]) -> None:
        """Change the network's objective before the next epoch; it depends on the history alone, so runs resume."""
        ...
