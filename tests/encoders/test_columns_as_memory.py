import torch

from digitwise.encoders.columns_as_memory import ColumnsAsMemory
from digitwise.encoders.encoder import Encoder


def test_columns_come_as_they_are() -> None:
    encoder = ColumnsAsMemory(n_numeric=2, cardinalities=[3, 9])
    memory = encoder(torch.tensor([[0.5, -1.0]]).double(), torch.tensor([[2, 7]]))
    assert isinstance(encoder, Encoder) and encoder.out_dim == 4 and not list(encoder.parameters())
    assert memory.features.dtype == torch.float64 and memory.features.tolist() == [[[0.5, -1.0, 2.0, 7.0]]]


def test_there_may_be_no_columns() -> None:
    memory = ColumnsAsMemory(0)(torch.zeros(3, 0), torch.zeros(3, 0, dtype=torch.int64))
    assert memory.features.shape == (3, 1, 0)
