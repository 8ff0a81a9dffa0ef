"""Pictures of laws, calibration and training: axes in, axes out.

Every function draws on the axes it is given (``ax=None`` makes new ones), changes no global setting
of matplotlib and returns the axes. Laws are asked through the protocol of
``digitwise.distributions`` only. Colours come from ``digitwise.plots.style``. matplotlib is
imported when a picture is drawn, not before.
"""

from digitwise.plots.coverage import coverage_against_width
from digitwise.plots.decisions import decision_curve
from digitwise.plots.densities import predicted_density
from digitwise.plots.fan import predicted_fan
from digitwise.plots.groups import coverage_by_group
from digitwise.plots.learning import learning_curve
from digitwise.plots.pit import pit_histogram
from digitwise.plots.points import predicted_against_true
from digitwise.plots.recalibration import recalibration
from digitwise.plots.reliability import reliability_curve
from digitwise.plots.stages import coverage_by_stage
from digitwise.plots.tree import digit_tree

__all__ = [
    "predicted_density",
    "predicted_fan",
    "predicted_against_true",
    "pit_histogram",
    "reliability_curve",
    "recalibration",
    "coverage_against_width",
    "coverage_by_group",
    "coverage_by_stage",
    "decision_curve",
    "digit_tree",
    "learning_curve",
]
