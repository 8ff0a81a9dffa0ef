"""Training as a generator of optimiser steps: whoever iterates decides what happens in between."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from digitwise.training.batches import Rows, batch_count, shuffled_batches
from digitwise.training.network import Network
from digitwise.training.random_stream import RandomStream
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
    """Return AdamW that decays matrices only: no vectors, no biases, and not what a module's ``undecayed()`` names.

    Weights of a module that has a ``learning_rate_factor`` learn at that multiple of the rate.
    """
    exempt = {id(scale) for module in network.modules() for scale in getattr(module, "undecayed", tuple)()}
    factors = {
        id(weight): float(module.learning_rate_factor)  # type: ignore[arg-type]
        for module in network.modules()
        if hasattr(module, "learning_rate_factor")
        for weight in module.parameters()
    }
    groups: dict[tuple[float, float], list[nn.Parameter]] = {(settings.weight_decay, 1.0): [], (0.0, 1.0): []}
    for name, parameter in network.named_parameters():
        if parameter.requires_grad:
            is_matrix = parameter.ndim > 1 and not name.endswith("bias") and id(parameter) not in exempt
            place = (settings.weight_decay if is_matrix else 0.0, factors.get(id(parameter), 1.0))
            groups.setdefault(place, []).append(parameter)
    return torch.optim.AdamW(
        [
            {"params": parameters, "weight_decay": decay, "factor": factor}
            for (decay, factor), parameters in groups.items()
            if parameters
        ],
        lr=settings.learning_rate,
        fused=True,
    )


def epoch_steps(
    network: Network,
    optimizer: torch.optim.Optimizer,
    rows: Rows,
    settings: TrainingSettings,
    epoch: int,
    reference: Network | None = None,
) -> Iterator[Step]:
    """Yield the optimiser steps of one epoch (counted from 1): one per batch, or as many as the head's loss makes.

    Batches and dropout depend on the seed and the epoch alone, and the learning rate on the step's number, so an epoch
    can be resumed exactly from network and optimiser state. The caller's random state is left as it was, between the
    steps too.

    Raises
    ------
    FloatingPointError
        If the loss or the norm of its gradient is not finite; the step is not taken.
    """
    parameters = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    n_batches = batch_count(len(rows), settings.batch_size)
    stream = RandomStream(settings.seed * 1_000_003 + epoch, network.device)
    with stream:
        batches = shuffled_batches(rows, settings.batch_size)
    network.train(network.uses_dropout)
    n_updates = network.n_updates
    experience: Any = None
    for number, batch in enumerate(batch for batch in batches for _ in range(n_updates)):
        step, n_steps = (epoch - 1) * n_batches * n_updates + number, settings.max_epochs * n_batches * n_updates
        rate = settings.learning_rate * warmup_cosine(
            step,
            n_steps,
            settings.warmup_fraction,
            settings.final_learning_rate_fraction,
        )
        for group in optimizer.param_groups:
            group["lr"] = rate * group["factor"]
        with stream:
            earlier = experience if number % n_updates else None
            output = network.loss(batch, step / n_steps, reference=reference, experience=earlier)
            experience = output.experience
            optimizer.zero_grad()
            torch.autograd.backward(output.loss)
        loss = output.loss.detach()
        norm = nn.utils.get_total_norm([p.grad for p in parameters if p.grad is not None])
        if not math.isfinite(loss + norm):
            raise FloatingPointError(
                f"Training must stay finite, but the loss is {loss.item()} and the gradient's norm "
                f"{norm.item()} in epoch {epoch}. Lower learning_rate={settings.learning_rate}."
            )
        if norm > settings.max_grad_norm:
            nn.utils.clip_grads_with_norm_(parameters, settings.max_grad_norm, norm)
        optimizer.step()
        metrics = {name: value.detach() for name, value in output.metrics.items()}
        yield Step(epoch, len(batch), loss, norm, metrics, rate)
