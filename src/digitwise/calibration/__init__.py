"""Calibration: intervals and laws that hold what they promise, and what to decide by them."""

from digitwise.calibration.adaptive import AdaptiveLevel, DecayingStep, OnlineConformal, OnlineRule
from digitwise.calibration.conformal import SplitConformal
from digitwise.calibration.cross import CrossConformal
from digitwise.calibration.decision_costs import DecisionCosts, decision_costs
from digitwise.calibration.decisions import Loss, best_answer, expected_loss
from digitwise.calibration.digit_entropy import digit_entropy
from digitwise.calibration.digit_temperature import DigitTemperatures
from digitwise.calibration.drift import DriftTest, drift_tests, has_drifted
from digitwise.calibration.groups import GroupConformal
from digitwise.calibration.improvement import expected_improvement
from digitwise.calibration.nodes import law_nodes
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
    "DigitTemperatures",
    "digit_entropy",
    "DriftTest",
    "drift_tests",
    "has_drifted",
    "Loss",
    "best_answer",
    "expected_loss",
    "DecisionCosts",
    "decision_costs",
    "expected_improvement",
    "law_nodes",
]
