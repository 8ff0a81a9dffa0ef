"""An encoder and a head: what is trained, saved and asked for laws."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import torch
from torch import nn

from digitwise.distributions import Distribution
from digitwise.distributions.members import mixed_members
from digitwise.encoders.encoder import Encoder, TextReader
from digitwise.heads.head import DrawingHead, Head
from digitwise.nn.loss_output import LossOutput
from digitwise.nn.memory import Memory, joined_memory
from digitwise.training.batches import Rows

ROWS_PER_BLOCK = 64
ROWS_PER_PASS = 512
"""What so many rows are to all members of an ensemble stays in the processor's cache."""
IDS_PER_PASS = 2**16
"""So many ids of texts are read at once, which bounds the memory."""


class Network(nn.Module):
    """Columns in; a loss or a law out.

    Parameters
    ----------
    encoder
        Columns to memory; a `torch.nn.Module`.
    head
        Memory to loss and law; a `torch.nn.Module`.
    """

    def __init__(self, encoder: Encoder | TextReader, head: Head) -> None:
        super().__init__()
        self.encoder, self.head = encoder, head

    @property
    def dtype(self) -> torch.dtype:
        """Floating-point type of the weights; that of trees is double."""
        return next((weight.dtype for weight in self.parameters()), torch.float64)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next((weight.device for weight in (*self.parameters(), *self.buffers())), torch.device("cpu"))

    def memory(self, rows: Rows) -> Memory:
        """Return the memory of some rows."""
        numeric = rows.numeric.to(self.dtype)
        if isinstance(self.encoder, TextReader) and rows.ids is not None:
            return self.encoder(numeric, rows.categorical, rows.ids.long())
        memory: Memory = cast(Encoder, self.encoder)(numeric, rows.categorical)
        return memory

    @property
    def uses_dropout(self) -> bool:
        """Whether the head's loss is made for dropout."""
        return not isinstance(self.head, DrawingHead) or self.head.uses_dropout

    @property
    def n_updates(self) -> int:
        """Optimiser steps that the head makes on each batch."""
        return self.head.n_updates if isinstance(self.head, DrawingHead) else 1

    def loss(
        self, rows: Rows, progress: float = 0.0, *, reference: "Network | None" = None, experience: Any = None
    ) -> LossOutput:
        """Return the head's training loss on some rows.

        Parameters
        ----------
        rows
            The batch.
        progress
            Share of the planned steps that are done.
        reference
            The frozen network that training started from, for losses that refer to it.
        experience
            What an earlier step on this batch returned as its experience.
        """
        memory = self.memory(rows)
        targets = rows.targets(progress).for_members(memory.n_members)
        if not isinstance(self.head, DrawingHead):
            return self.head.loss(memory.by_member(), targets)
        other = reference.refer(rows) if reference is not None and self.head.needs_reference else None
        return self.head.loss(memory.by_member(), targets, other, experience)

    @torch.no_grad()
    def refer(self, rows: Rows) -> Any:
        """Return what this network is to another one that refers to it, on some rows.

        Raises
        ------
        TypeError
            If its head cannot be referred to.
        """
        if not isinstance(self.head, DrawingHead):
            raise TypeError(f"Only decoding heads can be referred to, but this is a {type(self.head).__name__}.")
        return self.head.refer(self.memory(rows).by_member())

    def law(self, rows: Rows) -> Distribution:
        """Return the laws of some rows, in data units; without gradient, dropout off. Members' laws are averaged.

        In single precision rows are taken in whole blocks, so that a row's law does not depend on the rows beside it.
        """
        with self._predicting():
            memory = self._memory_of_many(rows)
            if getattr(self.head, "mixes_members", False):
                law = self.head.law(memory)
            else:
                law = mixed_members(self.head.law(memory.by_member()), memory.n_members)
        return law if len(law) == len(rows) else law[: len(rows)]

    def member_laws(self, rows: Rows) -> Distribution:
        """Return the laws of each member, data units, those of a row one after another."""
        with self._predicting():
            law = self.head.law(self._memory_of_many(rows).by_member())
        return law if len(law) == len(rows) * self.n_members else law[: len(rows) * self.n_members]

    @property
    def n_members(self) -> int:
        """How many members the encoder is an ensemble of."""
        return int(getattr(self.encoder, "n_members", 1))

    def _memory_of_many(self, rows: Rows) -> Memory:
        """Return the memory of some rows, made in passes; in single precision of whole blocks."""
        rows = rows if self.dtype == torch.float64 else rows.in_blocks(ROWS_PER_BLOCK)
        size = ROWS_PER_PASS if rows.ids is None else max(1, min(ROWS_PER_PASS, IDS_PER_PASS // rows.ids.shape[1]))
        return joined_memory([self.memory(rows.take(slice(i, i + size))) for i in range(0, len(rows), size)])

    def settle_precision(self) -> None:
        """Turn to the precision of predictions: single for ensembles and pretrained models, double for all others.

        Single precision is twice as fast; the errors of the members average out.
        """
        is_single = self.n_members == 1 and not getattr(self.encoder, "is_pretrained", False)
        self.to(torch.float64 if is_single else torch.float32)

    def finish(self, rows: Rows) -> None:
        """Let the head set what training does not, from the validation rows; dropout off."""
        with self._predicting():
            memory = self.memory(rows)
            self.head.finish(memory.by_member(), rows.targets().for_members(memory.n_members))

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
