"""Search for the parameters of an estimator, with Optuna (the ``tune`` extra)."""

from digitwise.tuning.ranges import Choice, FloatRange, IntegerRange, Range
from digitwise.tuning.result import TuningResult
from digitwise.tuning.space import DEFAULT_SPACE, default_space
from digitwise.tuning.trial import Trial
from digitwise.tuning.tune import tune

__all__ = [
    "DEFAULT_SPACE",
    "Choice",
    "FloatRange",
    "IntegerRange",
    "Range",
    "Trial",
    "TuningResult",
    "default_space",
    "tune",
]
