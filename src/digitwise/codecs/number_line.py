"""What leaves stand for, in the units in which whole numbers are compared."""

from jaxtyping import Float, Int64
from torch import Tensor, nn


class NumberLine(nn.Module):
    """The number of each leaf, in data units and in standard units.

    Standard units are data units less ``center``, over ``spread``: those of the training targets, so that losses and
    rewards do not depend on the unit of the target. It is a module (of buffers only, not saved) so that it follows its
    policy to a device.

    Parameters
    ----------
    values
        What each leaf stands for, data units, in leaf order.
    center, spread
        Mean and standard deviation of the training targets, data units; a spread of 0 counts as 1.

    Examples
    --------
    >>> import torch
    >>> line = NumberLine(torch.tensor([10.0, 20.0, 40.0], dtype=torch.float64), center=20.0, spread=10.0)
    >>> line.standard_values.tolist(), line.standard(torch.tensor([15.0])).tolist()
    ([-1.0, 0.0, 2.0], [-0.5])
    """

    values: Tensor
    standard_values: Tensor

    def __init__(self, values: Float[Tensor, " leaf"], center: float = 0.0, spread: float = 1.0) -> None:
        super().__init__()
        self.center, self.spread = center, spread if spread > 0 else 1.0
        self.register_buffer("values", values.double(), persistent=False)
        self.register_buffer("standard_values", self.standard(values.double()), persistent=False)

    def standard(self, y: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Return numbers in data units in standard units."""
        return (y - self.center) / self.spread

    def numbers(self, units: str) -> Float[Tensor, " leaf"]:
        """Return what all leaves stand for, in ``"standard"`` or ``"data"`` units."""
        return self.standard_values if units == "standard" else self.values

    def read(self, leaves: Int64[Tensor, "*shape"], units: str) -> Float[Tensor, "*shape"]:
        """Return what some leaves stand for, in ``"standard"`` or ``"data"`` units."""
        return self.numbers(units)[leaves]

    def targets(self, y: Float[Tensor, "*shape"], units: str) -> Float[Tensor, "*shape"]:
        """Return targets that came in data units, in ``"standard"`` or ``"data"`` units, in the line's precision."""
        return (self.standard(y) if units == "standard" else y).to(self.values.dtype)
