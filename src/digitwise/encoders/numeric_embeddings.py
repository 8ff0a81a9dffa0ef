"""How a network sees a number: as it is, as position between quantiles, or as waves. Settings that build modules."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import rtdl_num_embeddings
import torch
from torch import nn


@runtime_checkable
class NumericEmbedding(Protocol):
    """Settings of an embedding of numeric columns."""

    @property
    def dim(self) -> int:
        """Width of the embedding of one column."""
        ...

    def build(self, knots: Sequence[Sequence[float]]) -> nn.Module:
        """Return a module that maps ``(batch, column)`` to ``(batch, column, dim)``.

        Parameters
        ----------
        knots
            Quantiles of each column, increasing, at least two.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class PiecewiseLinear:
    """Piecewise-linear embeddings with bends at quantiles of the training values (`rtdl_num_embeddings`).

    At the start they are linear; bends are learnt.

    Parameters
    ----------
    n_bins
        Pieces of each column at the most.
    dim
        Width of the embedding of one column.

    References
    ----------
    Gorishniy et al., "On embeddings for numerical features in tabular deep learning", arXiv 2203.05556; the variant is
    that of TabM, arXiv 2410.24210.
    """

    n_bins: int = 16
    dim: int = 8

    def __post_init__(self) -> None:
        """Check the sizes."""
        if self.n_bins < 1 or self.dim < 1:
            raise ValueError(f"n_bins and dim must be at least 1, but got {self.n_bins} and {self.dim}.")

    def build(self, knots: Sequence[Sequence[float]]) -> nn.Module:
        """Return the module."""
        bins = [torch.tensor(thinned(edges, self.n_bins), dtype=torch.float32) for edges in knots]
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*has just two bin edges")  # columns of two values are fine
            kind = rtdl_num_embeddings.PiecewiseLinearEmbeddings
            module: nn.Module = kind(bins, self.dim, activation=False, version="B")
        return module


@dataclass(frozen=True, kw_only=True)
class Periodic:
    """Sines and cosines of learnt frequencies, followed by a linear layer (`rtdl_num_embeddings`).

    Parameters
    ----------
    n_frequencies
        Frequencies of each column.
    dim
        Width of the embedding of one column.
    scale
        Spread of the frequencies at the start, in waves per standard unit: smooth functions want a small one.

    References
    ----------
    Gorishniy et al., "On embeddings for numerical features in tabular deep learning", arXiv 2203.05556.
    """

    n_frequencies: int = 16
    dim: int = 8
    scale: float = 0.1

    def __post_init__(self) -> None:
        """Check the sizes."""
        if self.n_frequencies < 1 or self.dim < 1 or not self.scale > 0:
            raise ValueError(
                f"n_frequencies and dim must be at least 1 and scale above 0, but got {self.n_frequencies}, {self.dim} "
                f"and {self.scale}."
            )

    def build(self, knots: Sequence[Sequence[float]]) -> nn.Module:
        """Return the module; the knots have no effect."""
        module: nn.Module = rtdl_num_embeddings.PeriodicEmbeddings(
            len(knots),
            self.dim,
            n_frequencies=self.n_frequencies,
            frequency_init_scale=self.scale,
            activation=True,
            lite=False,
        )
        return module


def thinned(knots: Sequence[float], n_bins: int) -> list[float]:
    """Return at most ``n_bins + 1`` of the knots, evenly spread over them, both ends included.

    Examples
    --------
    >>> thinned([0.0, 1.0, 2.0, 3.0, 4.0], 2), thinned([0.0, 1.0], 16)
    ([0.0, 2.0, 4.0], [0.0, 1.0])
    """
    places = np.unique(np.linspace(0, len(knots) - 1, n_bins + 1).round().astype(int))
    return [knots[place] for place in places]
