"""Metrics: pure functions of true values and predictions, points or whole laws."""

from digitwise.metrics.censored import IntervalLaw, interval_crps, interval_nll
from digitwise.metrics.energy import energy_score
from digitwise.metrics.honesty import coverage, mean_width, pit, reliability
from digitwise.metrics.point import mae, r2, relative_error, rmse
from digitwise.metrics.proper import interval_score, mean_crps, mean_nll, pinball_loss
from digitwise.metrics.ranking import kendall, spearman
from digitwise.metrics.registry import METRICS, Metric, evaluate, get_metric

__all__ = [
    "rmse",
    "mae",
    "r2",
    "relative_error",
    "spearman",
    "kendall",
    "mean_crps",
    "mean_nll",
    "coverage",
    "mean_width",
    "interval_score",
    "pinball_loss",
    "pit",
    "reliability",
    "IntervalLaw",
    "interval_crps",
    "interval_nll",
    "energy_score",
    "Metric",
    "METRICS",
    "get_metric",
    "evaluate",
]
