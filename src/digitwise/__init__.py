"""Regression by decoding: predict a number by writing its digits, and get its whole law."""

from digitwise.codecs import NormalizedCodec
from digitwise.estimators import (
    DecodingRegressor,
    HistogramRegressor,
    MixtureDensityRegressor,
    PointwiseRegressor,
    QuantileRegressor,
)
from digitwise.nn import Transformer, Tree
from digitwise.objectives import CrossEntropy, SmoothedCrossEntropy

__all__ = [
    "CrossEntropy",
    "DecodingRegressor",
    "HistogramRegressor",
    "MixtureDensityRegressor",
    "NormalizedCodec",
    "PointwiseRegressor",
    "QuantileRegressor",
    "SmoothedCrossEntropy",
    "Transformer",
    "Tree",
]
