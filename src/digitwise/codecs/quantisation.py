"""How much targets lose when they are written in digits, measured on rows held out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from digitwise.codecs.cells import edges_of
from digitwise.codecs.codec import Codec
from digitwise.codecs.leaf_values import leaf_values
from digitwise.codecs.open_tree import is_enumerable, tree_of
from digitwise.codecs.scaling import Scaling

FOLDS = 5

FitCodec = Callable[[np.ndarray, np.ndarray], tuple[Codec, Scaling]]
"""Targets and weights to digits that suit them."""


@dataclass(frozen=True, kw_only=True)
class Quantisation:
    """What digits do to held-out targets.

    Parameters
    ----------
    error_of_means, error_of_middles
        Root mean squared difference, in data units, between targets within the range and the number that their leaf
        stands for: the mean of the leaf's other targets, or its mid-point. NaN if none lies within the range.
    relative_error
        Median of the former difference over the size of the target, where that is not 0.
    saturation
        Share of targets outside the range of the others.
    n_folds
        In how many parts the rows were held out; with one row there are none, and all is NaN.
    """

    error_of_means: float
    error_of_middles: float
    relative_error: float
    saturation: float
    n_folds: int


def quantisation(
    y: Float[np.ndarray, " row"], sample_weight: Float[np.ndarray, " row"] | None, fit: FitCodec
) -> Quantisation:
    """Return what a codec does to targets, by cross-validation.

    In each fold, digits, scaling and what leaves stand for come from the other rows, as they would in training.

    Parameters
    ----------
    y
        Targets in data units.
    sample_weight
        Weight of each row, above 0.
    fit
        Makes codec and scaling from the other rows.

    Examples
    --------
    >>> from digitwise.codecs import NormalizedCodec
    >>> from digitwise.codecs.affine_scaling import AffineScaling
    >>> y = np.linspace(0.0, 1.0, 1000)
    >>> codec, scaling = NormalizedCodec(base=2, length=8), AffineScaling(low=0.0, high=1.0)
    >>> found = quantisation(y, None, lambda y, weight: (codec, scaling))
    >>> round(found.error_of_middles * 256 * 12**0.5, 1)  # of a uniform law in a leaf
    1.0
    """
    weight = np.ones_like(y) if sample_weight is None else sample_weight
    n_folds = min(FOLDS, len(y))
    nan = float("nan")
    if n_folds < 2:
        return Quantisation(error_of_means=nan, error_of_middles=nan, relative_error=nan, saturation=nan, n_folds=0)
    edges_of_codec: dict[str, np.ndarray] = {}  # folds often have the same
    fold = np.random.default_rng(0).permutation(len(y)) % n_folds
    of_means, of_middles = np.empty_like(y), np.empty_like(y)
    outside = np.empty(len(y), dtype=bool)
    for index in range(n_folds):
        held_out = fold == index
        codec, scaling = fit(y[~held_out], weight[~held_out])
        low, high = scaling.inverse(np.array(codec.span)).tolist()
        outside[held_out] = (y[held_out] < low) | (y[held_out] > high)
        written = codec.decode(codec.encode(torch.as_tensor(scaling.forward(y[held_out])))).numpy()
        of_middles[held_out] = of_means[held_out] = scaling.inverse(written)
        if is_enumerable(codec):
            if str(codec) not in edges_of_codec:
                edges_of_codec[str(codec)] = edges_of(codec, tree_of(codec)).numpy()
            edges = np.asarray(scaling.inverse(edges_of_codec[str(codec)]))
            leaf = np.clip(np.searchsorted(edges, y[held_out], side="right") - 1, 0, len(edges) - 2)
            of_means[held_out] = leaf_values(y[~held_out], edges, weight[~held_out])[leaf]
    within = ~outside
    error, size = np.abs(y - of_means)[within], np.abs(y[within])
    return Quantisation(
        error_of_means=_rms(error, weight[within]),
        error_of_middles=_rms((y - of_middles)[within], weight[within]),
        relative_error=float(np.median(error[size > 0] / size[size > 0])) if (size > 0).any() else nan,
        saturation=float(np.average(outside, weights=weight)),
        n_folds=n_folds,
    )


def _rms(error: Float[np.ndarray, " row"], weight: Float[np.ndarray, " row"]) -> float:
    return float(np.sqrt(np.average(error**2, weights=weight))) if len(error) else float("nan")
