"""The quantile head: evenly spaced quantiles that cannot cross, trained with the pinball loss."""

import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from digitwise.codecs.scaling import Scaling
from digitwise.distributions import Atoms
from digitwise.heads.standardizer import Standardizer, TargetMoments, as_numpy
from digitwise.nn.loss_output import LossOutput, Targets, weighted_mean
from digitwise.nn.memory import Memory


class QuantileHead(nn.Module):
    """The ``n_quantiles`` mid-points ``(k + 1/2) / n`` of the law, each an atom of mass ``1 / n``.

    The lowest quantile is free and each next one adds a positive step, so they never cross. Averaged over these
    levels, twice the pinball loss is the CRPS of the atoms' law.

    Parameters
    ----------
    memory_dim
        Width of the memory's features.
    n_quantiles
        Quantiles per row.
    moments, scaling
        From scaled units to standard units, and to data units.

    References
    ----------
    Dabney et al., "Distributional reinforcement learning with quantile regression", arXiv 1710.10044.
    """

    levels: Tensor

    def __init__(self, memory_dim: int, n_quantiles: int, moments: TargetMoments, scaling: Scaling) -> None:
        super().__init__()
        self.standardizer = Standardizer(moments, scaling)
        self.out = nn.Linear(memory_dim, n_quantiles)
        levels = (torch.arange(n_quantiles) + 0.5) / n_quantiles
        self.register_buffer("levels", levels, persistent=False)
        # The start, roughly uniform over the targets: the mid-points of n equal parts of [-1.7, 1.7].
        self._first = -1.7 + 1.7 / n_quantiles
        self._step = 3.4 / n_quantiles / math.log(2)  # softplus(0) is log 2

    def loss(self, memory: Memory, targets: Targets) -> LossOutput:
        """Return twice the mean pinball loss, in standard units."""
        quantiles = self._quantiles(memory)
        error = self.standardizer(targets.z).to(quantiles.dtype).unsqueeze(1) - quantiles
        pinball = torch.maximum(self.levels * error, (self.levels - 1) * error)
        return LossOutput(weighted_mean(2 * pinball.mean(1), targets.weight))

    def law(self, memory: Memory) -> Atoms:
        """Return laws of equal atoms at the quantiles, data units."""
        values = self.standardizer.values_to_data_units(as_numpy(self._quantiles(memory)))
        return Atoms(values=values, probs=np.full_like(values, 1 / values.shape[1]))

    def finish(self, memory: Memory, targets: Targets) -> None:
        """Nothing is left to set."""

    def _quantiles(self, memory: Memory) -> Tensor:
        raw = self.out(memory.pooled)
        first = raw[:, :1] + self._first
        steps = softplus(raw[:, 1:]) * self._step
        return torch.cat([first, first + steps.cumsum(1)], dim=1)
