"""Regression by decoding: predict a number by writing its digits, and get its whole law."""

from digitwise.codecs import NormalizedCodec
from digitwise.estimators import (
    DecodingRegressor,
    Finetune,
    HistogramRegressor,
    JointDecodingRegressor,
    MixtureDensityRegressor,
    PointwiseRegressor,
    QuantileRegressor,
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
from digitwise.training import CalibrationBudget

__all__ = [
    # estimators
    "DecodingRegressor",
    "JointDecodingRegressor",
    "HistogramRegressor",
    "MixtureDensityRegressor",
    "PointwiseRegressor",
    "QuantileRegressor",
    # how numbers are written, and what predicts the next digit
    "NormalizedCodec",
    "Tree",
    "Transformer",
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
