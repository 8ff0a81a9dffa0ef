"""What one booster of boosted digits is taught on: rows, prefixes, and how the bell goes on from there."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from digitwise.codecs.bell import bell_on_leaves, even_edges
from digitwise.nn.boosted_digits import about_prefixes

LEAST_MASS = 0.02
"""A prefix with less of a row's bell than this is not taught to the row."""


@dataclass(frozen=True)
class Pairs:
    """Rows and prefixes that one booster is taught on, with the share of the bell that goes on with digit 1."""

    x: Float[np.ndarray, "pair column"]
    weight: Float[np.ndarray, " pair"]
    share: Float[np.ndarray, " pair"]

    def labelled(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Return the pairs with hard labels: each of them twice, once per digit, weighted by its share."""
        label = np.repeat([1.0, 0.0], len(self.share))
        weight = np.concatenate([self.weight * self.share, self.weight * (1 - self.share)])
        keep = weight > 0
        return np.concatenate([self.x, self.x])[keep], label[keep], weight[keep]

    def loss(self, log_odds: Float[np.ndarray, " pair"]) -> float:
        """Return the mean cross-entropy."""
        losses = np.logaddexp(0, log_odds) - self.share * log_odds
        return float(np.average(losses, weights=self.weight))


def bell_on_prefixes(place: Float[Tensor, " row"], width: float, n_digits: int) -> Float[Tensor, "row prefix"]:
    """Return each row's bell as mass on all prefixes of ``n_digits`` binary digits.

    Examples
    --------
    >>> bell_on_prefixes(torch.tensor([0.5], dtype=torch.float64), 0.1, 2).round(decimals=3).tolist()
    [[0.005, 0.495, 0.495, 0.005]]
    """
    first, mass = bell_on_leaves(place, even_edges(2**n_digits), width)
    bell = mass.new_zeros(len(place), 2**n_digits)
    return bell.scatter_(1, first.unsqueeze(1) + torch.arange(mass.shape[1]), mass)


def pairs_of_level(
    x: Float[Tensor, "row column"], bell: Float[Tensor, "row prefix"], weight: Float[Tensor, " row"], level: int
) -> Pairs:
    """Return the pairs of a row and a prefix of ``level`` digits that the row's bell touches.

    Parameters
    ----------
    x
        Columns and guess, which comes last.
    bell
        Mass on prefixes that are longer than ``level``.
    weight
        Of the rows.
    level
        Digits of a prefix.
    """
    halves = bell.view(len(bell), 2**level, 2, -1).sum(-1)
    mass = halves.sum(-1)
    rows, prefixes = ((mass > LEAST_MASS) & (weight > 0).unsqueeze(1)).nonzero(as_tuple=True)
    mass = mass[rows, prefixes]
    return Pairs(
        x=torch.cat([x[rows], about_prefixes(x[rows, -1], prefixes, level)], dim=1).numpy(),
        weight=(weight[rows] * mass).numpy(),
        share=(halves[rows, prefixes, 1] / mass).clamp(0, 1).numpy(),
    )
