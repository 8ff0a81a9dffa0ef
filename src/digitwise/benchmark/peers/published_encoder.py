"""A pointwise network on the encoder of GenRe²'s settings."""

import copy
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import nn

from digitwise.benchmark.peers.frames import Standardized
from digitwise.training.schedules import warmup_cosine


@dataclass(kw_only=True, eq=False)
class PublishedEncoderCompetitor:
    """The multilayer perceptron of GenRe²'s settings with one number as its answer, trained by squared error.

    Parameters
    ----------
    seed, threads
        Of the fit.
    hidden_dim, n_layers, out_dim, dropout
        Width and number of the hidden layers, width of the last one, and dropout: the values that most of the paper's
        tasks have.
    learning_rate
        Peak of AdamW's.
    epochs, batch_size, warmup_steps
        As the paper has them. The epoch that does best on the validation rows is kept.
    patience
        Epochs without improvement before training stops.

    References
    ----------
    "Beyond Token-level Supervision", arXiv 2512.06533. *Differs from the paper*: the learning rate is ten times the
    highest of its search (1e-5 to 1e-4), because a thousand rows make few steps in 200 epochs; training stops early.
    """

    seed: int = 0
    threads: int = 1
    hidden_dim: int = 1024
    n_layers: int = 3
    out_dim: int = 256
    dropout: float = 0.1
    learning_rate: float = 1e-3
    epochs: int = 200
    batch_size: int = 128
    warmup_steps: int = 100
    patience: int = 40
    _table: Standardized = field(default_factory=Standardized, init=False)
    _best_epoch: int = field(default=0, init=False)
    _epochs: int = field(default=0, init=False)

    def fit(self, X: Any, y: np.ndarray, validation_data: tuple[Any, np.ndarray]) -> None:
        """Train the network, and keep the epoch that does best on the validation rows."""
        generator = torch.Generator().manual_seed(self.seed)
        self._table.fit(X)
        self._centre, self._spread = float(np.mean(y)), float(np.std(y)) or 1.0
        features = self._tensor(X)
        z = torch.as_tensor((y - self._centre) / self._spread, dtype=torch.float32)
        with torch.random.fork_rng():
            torch.manual_seed(self.seed)
            self._network = self._built(features.shape[1])
            self._train(features, z, validation_data, generator)

    def _built(self, n_features: int) -> nn.Sequential:
        layers: list[nn.Module] = []
        for width in [n_features] + [self.hidden_dim] * (self.n_layers - 1):
            layers += [nn.Linear(width, self.hidden_dim), nn.ReLU(), nn.Dropout(self.dropout)]
        return nn.Sequential(*layers, nn.Linear(self.hidden_dim, self.out_dim), nn.Linear(self.out_dim, 1))

    def _train(
        self, features: torch.Tensor, z: torch.Tensor, held_out: tuple[Any, np.ndarray], generator: torch.Generator
    ) -> None:
        n_steps = self.epochs * math.ceil(len(z) / self.batch_size)
        optimizer = torch.optim.AdamW(self._network.parameters(), lr=self.learning_rate)
        warmup = min(1.0, self.warmup_steps / n_steps)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: warmup_cosine(step, n_steps, warmup, 0.1))
        best = math.inf
        weights: dict[str, Any] = {}
        for epoch in range(1, self.epochs + 1):
            self._network.train()
            for rows in torch.split(torch.randperm(len(z), generator=generator), self.batch_size):
                optimizer.zero_grad()
                loss = nn.functional.mse_loss(self._network(features[rows]).squeeze(1), z[rows])
                loss.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
                schedule.step()
            error = float(np.mean((self.predict(held_out[0])[0] - held_out[1]) ** 2))
            if error < best:
                best, self._best_epoch = error, epoch
                weights = copy.deepcopy(self._network.state_dict())
            if epoch - self._best_epoch >= self.patience:
                break
        self._epochs = epoch
        self._network.load_state_dict(weights)

    @torch.no_grad()
    def predict(self, X: Any) -> tuple[Float[np.ndarray, " row"], None]:
        """Return points, and no laws."""
        z = self._network.eval()(self._tensor(X)).squeeze(1).numpy().astype(np.float64)
        return z * self._spread + self._centre, None

    def facts(self) -> dict[str, float | int | str | None]:
        """Return the epoch that was kept, and the number of weights."""
        n_weights = sum(weight.numel() for weight in self._network.parameters())
        return {"epochs": self._epochs, "best_epoch": self._best_epoch, "weights": n_weights}

    def _tensor(self, X: Any) -> torch.Tensor:
        return torch.as_tensor(self._table.apply(X), dtype=torch.float32)
