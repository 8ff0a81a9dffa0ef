"""Metrics by name, with what each of them needs and which way is better."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike

from digitwise.metrics.honesty import coverage, mean_width
from digitwise.metrics.law import Law
from digitwise.metrics.point import mae, r2, relative_error, rmse
from digitwise.metrics.proper import interval_score, mean_crps, mean_nll
from digitwise.metrics.ranking import kendall, spearman
from digitwise.metrics.rows import checked_pair


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A named metric.

    Parameters
    ----------
    name
        Its name in `METRICS`.
    function
        ``function(y, prediction, sample_weight=None)`` gives a float. The prediction is a law where
        ``needs_law``, else point predictions ``(row,)``; this order holds for both kinds.
    needs_law
        Whether the prediction is a law.
    greater_is_better
        Which way is better. A coverage should be near its level, so do not select by it alone:
        True there says only that a low one is the usual fault.

    Examples
    --------
    >>> METRICS["mae"].function([1.0, 2.0], [1.0, 4.0])
    1.0
    """

    name: str
    function: Callable[..., float]
    needs_law: bool
    greater_is_better: bool


def _crps(y: ArrayLike, law: Law, sample_weight: ArrayLike | None = None) -> float:
    return mean_crps(law, y, sample_weight)


def _nll(y: ArrayLike, law: Law, sample_weight: ArrayLike | None = None) -> float:
    return mean_nll(law, y, sample_weight)


def _coverage_90(y: ArrayLike, law: Law, sample_weight: ArrayLike | None = None) -> float:
    return coverage(law, y, 0.9, sample_weight)


def _width_90(y: ArrayLike, law: Law, sample_weight: ArrayLike | None = None) -> float:
    return mean_width(law, 0.9, sample_weight)


def _interval_score_90(y: ArrayLike, law: Law, sample_weight: ArrayLike | None = None) -> float:
    return interval_score(law, y, 0.9, sample_weight)


# name: function, needs a law, greater is better
_TABLE: dict[str, tuple[Callable[..., float], bool, bool]] = {
    "rmse": (rmse, False, False),
    "mae": (mae, False, False),
    "r2": (r2, False, True),
    "relative_error": (relative_error, False, False),
    "spearman": (spearman, False, True),
    "kendall": (kendall, False, True),
    "crps": (_crps, True, False),
    "nll": (_nll, True, False),
    "coverage_90": (_coverage_90, True, True),
    "width_90": (_width_90, True, False),
    "interval_score_90": (_interval_score_90, True, False),
}

METRICS: dict[str, Metric] = {
    name: Metric(name=name, function=function, needs_law=law, greater_is_better=greater)
    for name, (function, law, greater) in _TABLE.items()
}


def get_metric(name: str) -> Metric:
    """Return the metric of that name.

    Raises
    ------
    ValueError
        If there is none.

    Examples
    --------
    >>> get_metric("r2").greater_is_better
    True
    """
    if name not in METRICS:
        raise ValueError(f"metric must be one of {', '.join(METRICS)}, but got {name!r}.")
    return METRICS[name]


def evaluate(
    y: ArrayLike,
    point: ArrayLike,
    law: Law | None = None,
    names: Iterable[str] | None = None,
    sample_weight: ArrayLike | None = None,
) -> dict[str, float]:
    """Return metrics by name.

    Parameters
    ----------
    y
        True values ``(row,)`` in data units.
    point
        Point predictions ``(row,)`` in data units.
    law
        One law per row, for the metrics that need one.
    names
        Which metrics, in the order of the answer; by default all that the arguments allow.
    sample_weight
        ``(row,)``, at least 0; a row of weight 2 counts as two rows.

    Raises
    ------
    ValueError
        If a name is unknown, a metric needs a law and none is given, rows disagree, values are not
        finite, or weights are negative.

    Examples
    --------
    >>> evaluate([1.0, 2.0], [1.0, 4.0], names=["mae", "r2"])
    {'mae': 1.0, 'r2': -7.0}
    """
    checked_pair(y, point)
    if names is None:
        chosen = [metric for metric in METRICS.values() if law is not None or not metric.needs_law]
    else:
        chosen = [get_metric(name) for name in names]
    without = [metric.name for metric in chosen if metric.needs_law and law is None]
    if without:
        raise ValueError(
            f"{', '.join(without)} cannot be computed without a law. Pass the law of each row: "
            "law=model.predict_distribution(X)."
        )
    predictions: dict[bool, Any] = {False: point, True: law}
    return {
        metric.name: metric.function(y, predictions[metric.needs_law], sample_weight=sample_weight) for metric in chosen
    }
