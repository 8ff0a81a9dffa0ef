"""Training as a generator of optimiser steps: whoever iterates decides what happens in between."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from digitwise.training.batches import Rows, shuffled_batches
from digitwise.training.network import Network
from digitwise.training.schedules import warmup_cosine
from digitwise.training.settings import TrainingSettings


@dataclass(frozen=True)
class Step:
    """One optimiser step.

    Parameters
    ----------
    epoch
        Counted from 1.
    n_rows
        Rows of the batch.
    loss, grad_norm
        Scalars without gradient; the norm before clipping.
    metrics
        What the objective logs.
    learning_rate
        Used in this step.
    """

    epoch: int
    n_rows: int
    loss: Tensor
    grad_norm: Tensor
    metrics: dict[str, Tensor]
    learning_rate: float


def make_optimizer(network: nn.Module, settings: TrainingSettings) -> torch.optim.AdamW:
    """Return AdamW that decays matrices only."""
    matrices = [p for p in network.parameters() if p.requires_grad and p.ndim > 1]
    vectors = [p for p in network.parameters() if p.requires_grad and p.ndim <= 1]
    groups = [{"params": matrices, "weight_decay": settings.weight_decay}, {"params": vectors, "weight_decay": 0.0}]
    return torch.optim.AdamW([g for g in groups if g["params"]], lr=settings.learning_rate, fused=True)


def epoch_steps(
    network: Network, optimizer: torch.optim.Optimizer, rows: Rows, settings: TrainingSettings, epoch: int
) -> Iterator[Step]:
    """Yield the optimiser steps of one epoch (counted from 1).

    Batches and dropout depend on the seed and the epoch alone, and the learning rate on the step's number, so an epoch
    can be resumed exactly from network and optimiser state. The caller's random state is left as it was.

    Raises
    ------
    FloatingPointError
        If the loss is not finite.
    """
    steps_per_epoch = max(1, round(len(rows) / settings.batch_size))
    devices = [network.device] if network.device.type == "cuda" else []
    with torch.random.fork_rng(devices=devices):
        torch.manual_seed(settings.seed * 1_000_003 + epoch)
        network.train()
        for number, batch in enumerate(shuffled_batches(rows, settings.batch_size)):
            share = warmup_cosine(
                (epoch - 1) * steps_per_epoch + number,
                settings.max_epochs * steps_per_epoch,
                settings.warmup_fraction,
                settings.final_learning_rate_fraction,
            )
            for group in optimizer.param_groups:
                group["lr"] = settings.learning_rate * share
            output = network.loss(batch)
            optimizer.zero_grad()
            torch.autograd.backward(output.loss)
            norm = nn.utils.clip_grad_norm_(network.parameters(), settings.max_grad_norm)
            if not math.isfinite(norm):
                raise FloatingPointError(
                    f"Training must stay finite, but the loss is {output.loss.item()} and the gradient's norm "
                    f"{norm.item()} in epoch {epoch}. Lower learning_rate={settings.learning_rate}."
                )
            optimizer.step()
            metrics = {name: value.detach() for name, value in output.metrics.items()}
            rate = settings.learning_rate * share
            yield Step(epoch, len(batch), output.loss.detach(), norm.detach(), metrics, rate)
