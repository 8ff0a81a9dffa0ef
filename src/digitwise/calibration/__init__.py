"""Calibration: intervals and laws that hold what they promise, fitted on rows that the model has not seen."""

from digitwise.calibration.adaptive import AdaptiveLevel, DecayingStep, OnlineConformal, OnlineRule
from digitwise.calibration.conformal import SplitConformal
from digitwise.calibration.cross import CrossConformal
from digitwise.calibration.groups import GroupConformal
from digitwise.calibration.predictive import conformal_map, smooth_map
from digitwise.calibration.probability_map import ProbabilityMap
from digitwise.calibration.recalibrated import Recalibrated, recalibrated
from digitwise.calibration.scores import SCORES, Levels, QuantileDistance, Score
from digitwise.calibration.thresholds import conformal_quantile, rows_needed

__all__ = [
    "conformal_quantile",
    "rows_needed",
    "Score",
    "Levels",
    "QuantileDistance",
    "SCORES",
    "SplitConformal",
    "GroupConformal",
    "CrossConformal",
    "OnlineConformal",
    "OnlineRule",
    "AdaptiveLevel",
    "DecayingStep",
    "ProbabilityMap",
    "conformal_map",
    "smooth_map",
    "recalibrated",
    "Recalibrated",
]
