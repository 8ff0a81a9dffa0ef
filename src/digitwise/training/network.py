"""An encoder and a head: what is trained, saved and asked for laws."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from digitwise.distributions import Distribution
from digitwise.encoders.encoder import Encoder
from digitwise.heads.head import Head
from digitwise.nn.loss_output import LossOutput, Targets
from digitwise.nn.memory import Memory
from digitwise.training.batches import Rows


class Network(nn.Module):
    """Columns in; a loss or a law out.

    Parameters
    ----------
    encoder
        Columns to memory; a `torch.nn.Module`.
    head
        Memory to loss and law; a `torch.nn.Module`.
    """

    def __init__(self, encoder: Encoder, head: Head) -> None:
        super().__init__()
        self.encoder, self.head = encoder, head

    @property
    def dtype(self) -> torch.dtype:
        """Floating-point type of the weights."""
        return next(self.parameters()).dtype

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    def memory(self, rows: Rows) -> Memory:
        """Return the memory of some rows."""
        return self.encoder(rows.numeric.to(self.dtype), rows.categorical)

    def loss(self, rows: Rows, progress: float = 0.0) -> LossOutput:
        """Return the head's training loss on some rows, after a share ``progress`` of the planned steps."""
        return self.head.loss(self.memory(rows), Targets(rows.z, rows.weight, progress))

    def law(self, rows: Rows) -> Distribution:
        """Return the laws of some rows, in data units; without gradient, dropout off."""
        with self._predicting():
            return self.head.law(self.memory(rows))

    def finish(self, rows: Rows) -> None:
        """Let the head set what training does not, from the validation rows; dropout off."""
        with self._predicting():
            self.head.finish(self.memory(rows), Targets(rows.z, rows.weight))

    @contextmanager
    def _predicting(self) -> Iterator[None]:
        """Run in eval mode without gradient, then go back to the mode before, whatever happens."""
        was_training = self.training
        self.eval()
        try:
            with torch.no_grad():
                yield
        finally:
            self.train(was_training)
