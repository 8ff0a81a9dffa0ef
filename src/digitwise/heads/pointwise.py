"""The pointwise head: one number per row, trained with squared error."""

import numpy as np
import torch
from torch import Tensor, nn

from digitwise.codecs.scaling import Scaling
from digitwise.distributions import Distribution
from digitwise.heads.standardizer import Standardizer, TargetMoments, as_numpy
from digitwise.nn.loss_output import LossOutput, Targets, weighted_mean
from digitwise.nn.memory import Memory


class PointwiseHead(nn.Module):
    """A linear read-out of the mean.

    Its law is a Gaussian of one width for all rows: the root mean squared error on the validation rows
    (`finish`). It is the honest law of a method that has none.

    Parameters
    ----------
    memory_dim
        Width of the memory's features.
    moments, scaling
        From scaled units to standard units, and to data units.
    """

    residual_std: Tensor

    def __init__(self, memory_dim: int, moments: TargetMoments, scaling: Scaling) -> None:
        super().__init__()
        self.standardizer = Standardizer(moments, scaling)
        self.out = nn.Linear(memory_dim, 1)
        self.register_buffer("residual_std", torch.ones(()))

    def loss(self, memory: Memory, targets: Targets) -> LossOutput:
        """Return the mean squared error in standard units."""
        error = self._mean(memory) - self.standardizer(targets.z).to(memory.features.dtype)
        return LossOutput(weighted_mean(error**2, targets.weight))

    def law(self, memory: Memory) -> Distribution:
        """Return Gaussian laws, data units."""
        means = as_numpy(self._mean(memory))[:, None]
        stds = np.full_like(means, self.residual_std.item())
        return self.standardizer.to_data_units(np.ones_like(means), means, stds)

    def finish(self, memory: Memory, targets: Targets) -> None:
        """Set the width of the law to the root mean squared error on the given rows."""
        error = self._mean(memory) - self.standardizer(targets.z).to(memory.features.dtype)
        floor = 1e-6  # a perfect fit still needs a density
        mean_square = (targets.weight * error**2).sum() / targets.weight.sum()
        self.residual_std.fill_(max(floor, mean_square.item() ** 0.5))

    def _mean(self, memory: Memory) -> Tensor:
        return torch.as_tensor(self.out(memory.pooled)).squeeze(-1)
