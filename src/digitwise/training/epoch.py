"""One epoch of optimiser steps, and its figures."""

import torch
from torch import Tensor

from digitwise.training.batches import Rows
from digitwise.training.network import Network
from digitwise.training.settings import TrainingSettings
from digitwise.training.steps import Step, epoch_steps


def train_epoch(
    network: Network,
    optimizer: torch.optim.Optimizer,
    rows: Rows,
    settings: TrainingSettings,
    epoch: int,
    reference: Network | None,
) -> dict[str, float | int]:
    """Train one epoch (counted from 1), and return its figures: means over rows, and the last learning rate."""
    steps: list[Step] = list(epoch_steps(network, optimizer, rows, settings, epoch, reference))
    weight = torch.tensor([float(step.n_rows) for step in steps])

    def mean(values: list[Tensor]) -> float:
        return float(torch.stack(values).float().cpu() @ weight / weight.sum())

    row = {
        "epoch": epoch,
        "train_loss": mean([step.loss for step in steps]),
        "grad_norm": mean([step.grad_norm for step in steps]),
        "learning_rate": steps[-1].learning_rate,
    }
    return row | {name: mean([step.metrics[name] for step in steps]) for name in steps[0].metrics}
