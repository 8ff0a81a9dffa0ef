"""Table rows as tensors, and the random mini-batches of an epoch."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
from jaxtyping import Float, Int, Int64
from torch import Tensor

from digitwise.nn.loss_output import Targets


@dataclass(frozen=True)
class Rows:
    """Encoded columns and scaled targets of some rows, all on one device.

    Parameters
    ----------
    numeric, categorical
        The columns.
    z
        Targets in scaled units, float64; NaN where they are not known, the low end where an interval is.
    weight
        Sample weights.
    y
        The same in data units.
    z_high, y_high
        The high ends, as in `digitwise.nn.Targets`; None where no target is an interval.
    ids
        Of the texts, in any type of integers; None where there are none, or no encoder reads them.
    """

    numeric: Float[Tensor, "row numeric"]
    categorical: Int64[Tensor, "row categorical"]
    z: Float[Tensor, " row *target"]
    weight: Float[Tensor, " row"]
    y: Float[Tensor, " row *target"]
    z_high: Float[Tensor, " row"] | None = None
    y_high: Float[Tensor, " row"] | None = None
    ids: Int[Tensor, "row length"] | None = None

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.z)

    def take(self, index: Int64[Tensor, " pick"] | slice) -> "Rows":
        """Return the named rows."""
        return self._changed(lambda part: part[index])

    def in_blocks(self, size: int) -> "Rows":
        """Return the rows with the last one repeated until they fill whole blocks."""
        count = math.ceil(len(self) / size) * size
        return self if count == len(self) else self.take(torch.arange(count).clamp(max=len(self) - 1))

    def to(self, device: torch.device) -> "Rows":
        """Return the rows on a device."""
        return self._changed(lambda part: part.to(device))

    def targets(self, progress: float = 0.0) -> Targets:
        """Return what a loss is told of the targets."""
        return Targets(self.z, self.weight, progress, self.y, self.z_high, self.y_high)

    def _changed(self, change: Callable[[Tensor], Tensor]) -> "Rows":
        return replace(self, **{name: change(part) for name, part in vars(self).items() if part is not None})


def automatic_batch_size(n_rows: int, factor: float = 2.0) -> int:
    """Return the power of two nearest so many times the square root of the rows, within 32 to 256.

    Small data get many steps and large data full ones.

    Examples
    --------
    >>> [automatic_batch_size(n) for n in (100, 1000, 5000, 50_000)]
    [32, 64, 128, 256]
    """
    return int(min(256, max(32, 2 ** round(math.log2(factor * n_rows**0.5)))))


def batch_count(n_rows: int, batch_size: int) -> int:
    """Return how many batches an epoch has: as many as bring their size nearest ``batch_size``, at least one.

    Examples
    --------
    >>> [batch_count(n_rows, 32) for n_rows in (10, 47, 64, 85)]
    [1, 1, 2, 3]
    """
    return max(1, round(n_rows / batch_size))


def shuffled_batches(rows: Rows, batch_size: int) -> Iterator[Rows]:
    """Return one epoch of mini-batches in random order (drawn at once, from torch's default CPU generator).

    The batches differ in size by one row at most, so that no step rests on a handful of left-over rows.
    """
    order = torch.randperm(len(rows)).to(rows.z.device)
    return (rows.take(index) for index in order.tensor_split(batch_count(len(rows), batch_size)))
