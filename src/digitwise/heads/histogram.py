"""The histogram ("Riemann") head: one flat softmax over bins."""

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor, nn

from digitwise.codecs.bell import bell_on_leaves
from digitwise.distributions import Histogram
from digitwise.heads.standardizer import as_numpy
from digitwise.nn.loss_output import LossOutput, Targets, weighted_mean
from digitwise.nn.memory import Memory


class HistogramHead(nn.Module):
    """A softmax over equal bins of the scaled range.

    Parameters
    ----------
    memory_dim
        Width of the memory's features.
    edges_y, values_y
        Borders and values of the bins in data units.
    smoothing
        Width of the target's bell in bins (HL-Gauss, arXiv 1806.04613); 0 trains on the target's own bin.

    Notes
    -----
    *Differs from the papers' Riemann head*: the bins cover the training range with a margin instead of three standard
    deviations, and the two outermost bins are open.
    """

    def __init__(
        self,
        memory_dim: int,
        edges_y: Float[np.ndarray, " edge"],
        values_y: Float[np.ndarray, " leaf"],
        smoothing: float,
    ) -> None:
        super().__init__()
        self.edges_y, self.values_y = edges_y, values_y
        n_bins = len(values_y)
        self.edges_z = torch.linspace(0, 1, n_bins + 1, dtype=torch.float64)
        self.width = smoothing / n_bins
        self.out = nn.Linear(memory_dim, n_bins)

    def loss(self, memory: Memory, targets: Targets) -> LossOutput:
        """Return the cross-entropy against the (smoothed) bin of the target."""
        first, mass = bell_on_leaves(targets.z, self.edges_z, self.width)
        bins = first.unsqueeze(1) + torch.arange(mass.shape[1], device=first.device)
        log_probs = self._log_probs(memory).gather(1, bins)
        return LossOutput(weighted_mean(-(mass.to(log_probs.dtype) * log_probs).sum(1), targets.weight))

    def law(self, memory: Memory) -> Histogram:
        """Return histograms, data units."""
        probs = as_numpy(self._log_probs(memory).exp())
        return Histogram(edges=self.edges_y, probs=probs, values=self.values_y, tails="exponential")

    def finish(self, memory: Memory, targets: Targets) -> None:
        """Nothing is left to set."""

    def _log_probs(self, memory: Memory) -> Tensor:
        return torch.log_softmax(self.out(memory.pooled), dim=-1)
