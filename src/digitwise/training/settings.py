"""How to train: one frozen set of numbers."""

import math
from dataclasses import dataclass
from numbers import Integral


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """Settings of one training stage.

    Parameters
    ----------
    max_epochs
        Passes over the training rows at the most.
    batch_size
        Rows per step, about: the batches of an epoch are of equal size, give or take one row.
    learning_rate, weight_decay
        Of AdamW; biases and norms are not decayed.
    warmup_fraction
        Share of all steps in which the learning rate rises linearly; then it falls along a cosine to
        ``final_learning_rate_fraction`` of its peak.
    max_grad_norm
        Gradients are scaled down to this norm; infinite to leave them.
    patience
        Epochs without a better validation metric before training stops; None never stops early.
    time_limit
        Seconds after which training stops at the end of an epoch; None has no limit.
    seed
        Decides batches and dropout; below 2**32.

    Raises
    ------
    ValueError
        If a setting is out of range.

    Examples
    --------
    >>> TrainingSettings(max_epochs=10, patience=None).learning_rate
    0.001
    """

    max_epochs: int = 100
    batch_size: int = 128
    learning_rate: float = 1e-3
    weight_decay: float = 0.0
    warmup_fraction: float = 0.05
    final_learning_rate_fraction: float = 0.02
    max_grad_norm: float = 1.0
    patience: int | None = 20
    time_limit: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        """Check the ranges; written so that NaN is in none of them."""
        counts = {"max_epochs": self.max_epochs, "batch_size": self.batch_size}
        amounts = {"learning_rate": self.learning_rate, "max_grad_norm": self.max_grad_norm}
        if self.patience is not None:
            counts["patience"] = self.patience
        if self.time_limit is not None:
            amounts["time_limit"] = self.time_limit
        for name, count in {**counts, "seed": self.seed}.items():
            if not isinstance(count, Integral):
                raise ValueError(f"{name} must be an integer, but got {count}.")
        for name, count in counts.items():
            if count < 1:
                raise ValueError(f"{name} must be at least 1, but got {count}.")
        for name, amount in amounts.items():
            if not amount > 0:
                raise ValueError(f"{name} must be positive, but got {amount}.")
        if not self.learning_rate < math.inf:
            raise ValueError(f"learning_rate must be finite, but got {self.learning_rate}.")
        if not 0 <= self.weight_decay < math.inf:
            raise ValueError(f"weight_decay must be finite and at least 0, but got {self.weight_decay}.")
        for name in ("warmup_fraction", "final_learning_rate_fraction"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie in [0, 1], but got {getattr(self, name)}.")
        if not 0 <= self.seed < 2**32:
            raise ValueError(f"seed must lie in [0, 2**32), but got {self.seed}.")
