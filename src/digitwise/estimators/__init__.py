"""scikit-learn estimators: tables and texts in, laws out."""

from digitwise.estimators.base import DistributionalRegressor
from digitwise.estimators.decoding import DecodingRegressor
from digitwise.estimators.finetune import Finetune
from digitwise.estimators.histogram import HistogramRegressor
from digitwise.estimators.joint import JointDecodingRegressor
from digitwise.estimators.mixture_density import MixtureDensityRegressor
from digitwise.estimators.pointwise import PointwiseRegressor
from digitwise.estimators.quantile import QuantileRegressor
from digitwise.estimators.text import TextDecodingRegressor

__all__ = [
    "DecodingRegressor",
    "DistributionalRegressor",
    "Finetune",
    "HistogramRegressor",
    "JointDecodingRegressor",
    "MixtureDensityRegressor",
    "PointwiseRegressor",
    "QuantileRegressor",
    "TextDecodingRegressor",
]
