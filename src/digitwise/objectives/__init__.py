"""Objectives: what is minimised."""

from digitwise.objectives.cross_entropy import CrossEntropy
from digitwise.objectives.decoding_head import DecodingHead
from digitwise.objectives.objective import Objective
from digitwise.objectives.smoothed_targets import SmoothedCrossEntropy

__all__ = ["CrossEntropy", "DecodingHead", "Objective", "SmoothedCrossEntropy"]
