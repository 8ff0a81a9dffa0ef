"""What sequences stand for, in the units in which whole numbers are compared."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from digitwise.codecs.codec import Codec
from digitwise.codecs.special_numbers import at_the_ends


@dataclass(frozen=True)
class StandardUnits:
    """Data units less ``center``, over ``spread``: those of the training targets.

    In them losses and rewards do not depend on the unit of the target.

    Parameters
    ----------
    center, spread
        Mean and standard deviation of the training targets, data units; a spread of 0 counts as 1.
    """

    center: float = 0.0
    spread: float = 1.0

    def __call__(self, y: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Return numbers in data units in standard units."""
        return (y - self.center) / (self.spread if self.spread > 0 else 1.0)

    def convert(self, y: Float[Tensor, "*shape"], units: str) -> Float[Tensor, "*shape"]:
        """Return numbers that came in data units, in ``"standard"`` or ``"data"`` units."""
        return self(y) if units == "standard" else y


class NumberLine(nn.Module):
    """The number of each leaf of a tree, in data units and in standard units.

    It is a module (of buffers only, not saved) so that it follows its policy to a device.

    Parameters
    ----------
    values
        What each leaf stands for, data units, in leaf order.
    center, spread
        As for `StandardUnits`.

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
        self.standard = StandardUnits(center, spread)
        self.register_buffer("values", values.double(), persistent=False)
        self.register_buffer("standard_values", self.standard(values.double()), persistent=False)

    def numbers(self, units: str) -> Float[Tensor, " leaf"]:
        """Return what all leaves stand for, in ``"standard"`` or ``"data"`` units."""
        return self.standard_values if units == "standard" else self.values

    def read(self, leaves: Int64[Tensor, "*shape"], units: str) -> Float[Tensor, "*shape"]:
        """Return what some leaves stand for, in ``"standard"`` or ``"data"`` units."""
        return self.numbers(units)[leaves]

    def targets(self, y: Float[Tensor, "*shape"], units: str) -> Float[Tensor, "*shape"]:
        """Return targets that came in data units, in ``"standard"`` or ``"data"`` units, in the line's precision."""
        return self.standard.convert(y, units).to(self.values.dtype)


class OpenLine:
    """The number of each sequence of a codec that has too many of them to keep a list.

    Parameters
    ----------
    codec
        Reads the sequences.
    to_data_units
        Scaled units to data units, numpy in and out; by default they are the same.
    center, spread
        As for `StandardUnits`.
    """

    def __init__(
        self,
        codec: Codec,
        to_data_units: Callable[[np.ndarray], np.ndarray] | None = None,
        center: float = 0.0,
        spread: float = 1.0,
    ) -> None:
        self.codec, self.to_data_units = codec, to_data_units
        self.standard = StandardUnits(center, spread)

    def read(self, tokens: Int64[Tensor, "*shape step"], units: str) -> Float[Tensor, "*shape"]:
        """Return what some sequences stand for, in ``"standard"`` or ``"data"`` units, float64."""
        y = at_the_ends(self.codec.decode(tokens), *self.codec.span)
        if self.to_data_units is not None:
            y = torch.as_tensor(self.to_data_units(y.cpu().numpy()), dtype=torch.float64, device=tokens.device)
        return self.standard.convert(y, units)

    def targets(self, y: Float[Tensor, "*shape"], units: str) -> Float[Tensor, "*shape"]:
        """Return targets that came in data units, in ``"standard"`` or ``"data"`` units, float64."""
        return self.standard.convert(y, units).double()
