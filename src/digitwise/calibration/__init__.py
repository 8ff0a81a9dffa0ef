"""Calibration: intervals and laws that hold what they promise, fitted on rows that the model has not seen."""

from digitwise.calibration.conformal import SplitConformal
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
]
