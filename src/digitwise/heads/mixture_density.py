"""The mixture density head: a Gaussian mixture per row, trained by likelihood."""

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from digitwise.codecs.scaling import Scaling
from digitwise.distributions import Distribution
from digitwise.heads.standardizer import Standardizer, TargetMoments, as_numpy
from digitwise.nn.loss_output import LossOutput, Targets, weighted_mean
from digitwise.nn.memory import Memory

STD_FLOOR = 1e-3
"""Smallest component width in standard units: without it a repeated target has unbounded likelihood."""


class MixtureDensityHead(nn.Module):
    """Weights, means and widths of a Gaussian mixture, in standard units.

    Parameters
    ----------
    memory_dim
        Width of the memory's features.
    n_components
        Gaussians per row.
    moments, scaling
        From scaled units to standard units, and to data units.

    References
    ----------
    Bishop, "Mixture density networks", 1994.
    """

    def __init__(self, memory_dim: int, n_components: int, moments: TargetMoments, scaling: Scaling) -> None:
        super().__init__()
        self.standardizer = Standardizer(moments, scaling)
        self.out = nn.Linear(memory_dim, 3 * n_components)
        with torch.no_grad():  # start with the components spread over the targets
            self.out.bias[n_components : 2 * n_components] = torch.linspace(-1.5, 1.5, n_components + 2)[1:-1]

    def loss(self, memory: Memory, targets: Targets) -> LossOutput:
        """Return minus the log-likelihood, in nats, of the targets in standard units."""
        log_weights, means, stds = self._mixture(memory)
        target = self.standardizer(targets.z).to(means.dtype)
        deviation = (target.unsqueeze(1) - means) / stds
        log_density = log_weights - 0.5 * deviation**2 - stds.log() - 0.5 * math.log(2 * math.pi)
        return LossOutput(weighted_mean(-log_density.logsumexp(1), targets.weight))

    def law(self, memory: Memory) -> Distribution:
        """Return Gaussian mixtures, data units."""
        log_weights, means, stds = self._mixture(memory)
        return self.standardizer.to_data_units(as_numpy(log_weights.exp()), as_numpy(means), as_numpy(stds))

    def finish(self, memory: Memory, targets: Targets) -> None:
        """Nothing is left to set."""

    def _mixture(self, memory: Memory) -> tuple[Tensor, Tensor, Tensor]:
        weight_logits, means, raw_stds = self.out(memory.pooled).chunk(3, dim=1)
        return torch.log_softmax(weight_logits, dim=1), means, softplus(raw_stds) + STD_FLOOR
