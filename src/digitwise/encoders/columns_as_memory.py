"""The columns themselves as memory, for models that look at raw columns."""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from digitwise.nn.memory import Memory


class ColumnsAsMemory(nn.Module):
    """Hand over a table row as it is: numeric columns, then category codes as numbers.

    It has no parameters.

    Parameters
    ----------
    n_numeric
        Numeric columns.
    cardinalities
        Number of codes of each categorical column; only how many columns there are matters.

    Examples
    --------
    >>> encoder = ColumnsAsMemory(n_numeric=2, cardinalities=[5])
    >>> encoder(torch.tensor([[0.5, 1.0]]), torch.tensor([[3]])).features.tolist()
    [[[0.5, 1.0, 3.0]]]
    """

    def __init__(self, n_numeric: int, cardinalities: Sequence[int] = ()) -> None:
        super().__init__()
        self.out_dim = n_numeric + len(cardinalities)

    def forward(
        self, numeric: Float[Tensor, "batch numeric"], categorical: Int64[Tensor, "batch categorical"]
    ) -> Memory:
        """Return one memory token per row."""
        return Memory(side_by_side(numeric, categorical).unsqueeze(1))


def side_by_side(
    numeric: Float[Tensor, "batch numeric"], categorical: Int64[Tensor, "batch categorical"]
) -> Float[Tensor, "batch column"]:
    """Return the columns as boosted digits see them: numeric ones, then category codes as numbers."""
    return torch.cat([numeric, categorical.to(numeric.dtype)], dim=1)
