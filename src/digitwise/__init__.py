"""Regression by decoding: predict a number by writing its digits, and get its whole law."""

from digitwise.codecs import (
    Bounded,
    DecimalCodec,
    HammingCodec,
    IEEECodec,
    NormalizedCodec,
    P10Codec,
    PermissiveIEEECodec,
    RepeatedCodec,
    ScientificCodec,
    WithSpecialValues,
)
from digitwise.datasets import QualifiedTargets
from digitwise.encoders.numeric_embeddings import Periodic, PiecewiseLinear
from digitwise.encoders.sequence import HuggingFace, SmilesTransformer, TextTransformer
from digitwise.encoders.text import Counts, Embeddings, Literals, Molecules, NGrams, Shape, Together
from digitwise.estimators import (
    DecodingRegressor,
    Finetune,
    HistogramRegressor,
    JointDecodingRegressor,
    MixtureDensityRegressor,
    PointwiseRegressor,
    QuantileRegressor,
    TextDecodingRegressor,
)
from digitwise.nn import Transformer, Tree
from digitwise.objectives import (
    CRPS,
    DAR,
    DIST2,
    GRPO,
    NTLMSE,
    NTLWAS,
    PPO,
    RAFT,
    RLOO,
    CrossEntropy,
    CustomReward,
    EnergyScore,
    ExpectedReward,
    GenRe2,
    LabelSmoothing,
    NumberTokenLoss,
    OnPolicy,
    ReMax,
    SmoothedCrossEntropy,
    SoftDigits,
    WeightedSum,
    check_objective,
)
from digitwise.policy import BestFirst
from digitwise.training import CalibrationBudget

__all__ = [
    # estimators
    "DecodingRegressor",
    "TextDecodingRegressor",
    "JointDecodingRegressor",
    "HistogramRegressor",
    "MixtureDensityRegressor",
    "PointwiseRegressor",
    "QuantileRegressor",
    # targets known from one side, or between two ends
    "QualifiedTargets",
    # how numbers are written, and what predicts the next digit
    "NormalizedCodec",
    "ScientificCodec",
    "IEEECodec",
    "DecimalCodec",
    "HammingCodec",
    "P10Codec",
    "PermissiveIEEECodec",
    "Bounded",
    "WithSpecialValues",
    "RepeatedCodec",
    "Tree",
    "Transformer",
    # how the encoder sees numbers
    "PiecewiseLinear",
    "Periodic",
    # how the encoder reads texts: as features, or as a sequence
    "NGrams",
    "Counts",
    "Literals",
    "Shape",
    "Molecules",
    "Embeddings",
    "Together",
    "TextTransformer",
    "SmilesTransformer",
    "HuggingFace",
    # how laws are read that are too large to be written out
    "BestFirst",
    # token by token
    "CrossEntropy",
    "LabelSmoothing",
    "NumberTokenLoss",
    "NTLMSE",
    "NTLWAS",
    "SoftDigits",
    "DIST2",
    # the whole number, exactly
    "SmoothedCrossEntropy",
    "RAFT",
    "CRPS",
    "ExpectedReward",
    # the whole number, on draws
    "OnPolicy",
    "ReMax",
    "RLOO",
    "GRPO",
    "PPO",
    "GenRe2",
    "DAR",
    "EnergyScore",
    "CustomReward",
    "check_objective",
    # sums, and second stages
    "WeightedSum",
    "Finetune",
    "CalibrationBudget",
]
