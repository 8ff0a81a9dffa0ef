"""Weights that average to one leave a mean a mean, in every batch alike."""

import pytest
import torch

from digitwise.nn.loss_output import weighted_mean


@pytest.mark.parametrize(
    ("values", "weight", "mean"),
    [
        ([1.0, 3.0], [1.0, 1.0], 2.0),
        ([1.0, 3.0], [0.0, 2.0], 3.0),
        ([1.0, 3.0], [2.0, 2.0], 4.0),  # heavy rows count as more rows, in this batch as in any other
        ([1.0, 3.0], [0.0, 0.0], 0.0),
    ],
)
def test_the_weighted_mean(values: list[float], weight: list[float], mean: float) -> None:
    result = weighted_mean(torch.tensor(values), torch.tensor(weight, dtype=torch.float64))
    assert result.item() == mean
    assert result.dtype == torch.float32  # that of the values
