"""How much a target loses when it is written in digits, measured on rows held out."""

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from digitwise.codecs import NormalizedCodec, edges_of, leaf_values, tree_of
from digitwise.codecs.auto_scaling import make_scaling

FOLDS = 5


@dataclass(frozen=True, kw_only=True)
class Quantisation:
    """What digits do to a target.

    Parameters
    ----------
    name
        Base and number of digits.
    error_of_means, error_of_middles
        Root mean squared difference, in data units, between held-out targets within the range and
        the number that their leaf stands for: the mean of the leaf's other targets, or its
        mid-point. NaN if none lies within the range.
    saturation
        Share of held-out targets outside the range of the others.
    n_occupied, n_leaves
        Leaves with at least one target, and all leaves.
    n_folds
        In how many parts the rows were held out.
    """

    name: str
    error_of_means: float
    error_of_middles: float
    saturation: float
    n_occupied: int
    n_leaves: int
    n_folds: int


def quantisation(y: Float[np.ndarray, " row"], codec: NormalizedCodec, scaling: str, margin: float) -> Quantisation:
    """Return what a codec does to targets, by cross-validation.

    In each fold, scaling and leaves come from the other rows, as they would in training.

    Parameters
    ----------
    y
        Targets in data units, at least two.
    codec
        The digits.
    scaling
        Name of the scaling, or ``"auto"``.
    margin
        Fraction of the range to add on each side.

    Examples
    --------
    >>> y = np.linspace(0.0, 1.0, 1000)
    >>> found = quantisation(y, NormalizedCodec(base=2, length=8), "affine", 0.0)
    >>> round(found.error_of_middles * 256 * 12**0.5, 1)  # of a uniform law in a leaf
    1.0
    """
    n_folds = min(FOLDS, len(y))
    fold = np.random.default_rng(0).permutation(len(y)) % n_folds
    edges_z = edges_of(codec, tree_of(codec)).numpy()
    of_means, of_middles = np.empty_like(y), np.empty_like(y)
    outside = np.empty(len(y), dtype=bool)
    for index in range(n_folds):
        held_out = fold == index
        others = y[~held_out]
        fitted = make_scaling(scaling, others, margin).scaling
        edges = np.asarray(fitted.inverse(edges_z))
        z = torch.as_tensor(fitted.forward(y[held_out]))
        leaf = _leaf(codec, z)
        of_means[held_out] = leaf_values(others, edges)[leaf]
        of_middles[held_out] = ((edges[:-1] + edges[1:]) / 2)[leaf]
        outside[held_out] = (y[held_out] < fitted.low) | (y[held_out] > fitted.high)
    z = torch.as_tensor(make_scaling(scaling, y, margin).scaling.forward(y))
    return Quantisation(
        name=f"base {codec.base} × {codec.length}",
        error_of_means=_rms((y - of_means)[~outside]),
        error_of_middles=_rms((y - of_middles)[~outside]),
        saturation=float(outside.mean()),
        n_occupied=len(np.unique(_leaf(codec, z))),
        n_leaves=codec.n_leaves,
        n_folds=n_folds,
    )


def _leaf(codec: NormalizedCodec, z: Float[torch.Tensor, " row"]) -> np.ndarray:
    """Return the leaf of each number: its digits read as an integer."""
    digits = codec.encode(z).numpy()
    return digits @ codec.base ** np.arange(codec.length - 1, -1, -1)


def _rms(error: Float[np.ndarray, " row"]) -> float:
    return float(np.sqrt(np.mean(error**2))) if len(error) else float("nan")
