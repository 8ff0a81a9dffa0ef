"""Metrics: pure functions of true values and predictions, points or whole laws."""

from digitwise.metrics.point import mae, r2, relative_error, rmse
from digitwise.metrics.probabilistic import (
    coverage,
    interval_score,
    mean_crps,
    mean_nll,
    mean_width,
    pinball_loss,
    pit,
    reliability,
)
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
    "Metric",
    "METRICS",
    "get_metric",
    "evaluate",
]
