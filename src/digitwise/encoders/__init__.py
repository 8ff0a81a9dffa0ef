"""Encoders: raw columns to tensors, tensors to memory."""

from digitwise.encoders.beside import Beside
from digitwise.encoders.columns import Columns
from digitwise.encoders.columns_tensors import ColumnTensors
from digitwise.encoders.encoder import Encoder
from digitwise.encoders.tabular import TabularEncoder

__all__ = ["Beside", "ColumnTensors", "Columns", "Encoder", "TabularEncoder"]
