"""Laws of an ensemble whose members share rows: consecutive laws are one row as its members see it."""

from typing import cast

import numpy as np

from digitwise.distributions.atoms import Atoms
from digitwise.distributions.distribution import Distribution, SmoothDistribution
from digitwise.distributions.gaussian_mixture import GaussianMixture
from digitwise.distributions.histogram import Histogram
from digitwise.distributions.probabilities import FloatArray
from digitwise.distributions.transformed import Transformed


def mixed_members(law: Distribution, n_members: int) -> Distribution:
    """Return the law of "pick a member at random, then draw from it" for each row, exactly.

    Parameters
    ----------
    law
        ``(row * member)`` laws, the members of a row one after another.
    n_members
        How many members each row has.

    Raises
    ------
    TypeError
        If laws of this kind, or with borders of their own in each row, are not averaged.

    Examples
    --------
    >>> law = Histogram(edges=[0.0, 1.0, 2.0], probs=[[1.0, 0.0], [0.5, 0.5]])
    >>> mixed_members(law, 2).probs
    array([[0.75, 0.25]])
    """
    if n_members == 1:
        return law
    if isinstance(law, Transformed):
        return Transformed(cast(SmoothDistribution, mixed_members(law.base, n_members)), law.scaling)
    if isinstance(law, Histogram) and law.edges.ndim == 1:
        return Histogram(law.edges, _averaged(law.probs, n_members), law.values, law.tails)
    if isinstance(law, Atoms) and law.values.ndim == 1:
        return Atoms(law.values, _averaged(law.probs, n_members))
    if isinstance(law, Atoms):
        return Atoms(_joined(law.values, n_members), _joined(law.probs, n_members) / n_members)
    if isinstance(law, GaussianMixture):
        weights, means, stds = (_joined(part, n_members) for part in (law.weights, law.means, law.stds))
        return GaussianMixture(weights / n_members, means, stds)
    raise TypeError(
        f"The laws of an ensemble's members are averaged where they share their leaves, but these are {law!r}. Use "
        "n_members=1."
    )


def _averaged(parts: FloatArray, n_members: int) -> FloatArray:
    """Return the mean over each row's members."""
    return np.asarray(parts.reshape(-1, n_members, parts.shape[1]).mean(axis=1))


def _joined(parts: FloatArray, n_members: int) -> FloatArray:
    """Return what each row's members have, side by side."""
    return parts.reshape(len(parts) // n_members, -1)
