"""Heads that predict without decoding: the baselines that share our encoder."""

from digitwise.heads.head import DrawingHead, Head
from digitwise.heads.histogram import HistogramHead
from digitwise.heads.mixture_density import MixtureDensityHead
from digitwise.heads.pointwise import PointwiseHead
from digitwise.heads.quantile import QuantileHead
from digitwise.heads.standardizer import TargetMoments

__all__ = [
    "DrawingHead",
    "Head",
    "HistogramHead",
    "MixtureDensityHead",
    "PointwiseHead",
    "QuantileHead",
    "TargetMoments",
]
