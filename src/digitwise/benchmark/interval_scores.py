"""How honest the laws and intervals of one cell are, at several coverages."""

import math
from collections.abc import Callable, Sequence

import numpy as np
from jaxtyping import Float

from digitwise.distributions import Distribution
from digitwise.metrics import pit

PIT_DISTANCE = "pit_distance"


def interval_scores(
    y: Float[np.ndarray, " row"],
    law: Distribution | None,
    intervals: Callable[[Distribution, float], Float[np.ndarray, "row 2"]],
    coverages: Sequence[float],
) -> dict[str, float | None]:
    """Return coverage, width and interval score at each coverage, named by `score_name`.

    Widths and scores are in standard deviations of ``y``. Also ``pit_distance``: the largest distance between the cdf
    of the targets' places in their laws and that of a uniform variable (Kolmogorov and Smirnov). Nothing where no
    coverage is asked for.

    Parameters
    ----------
    y
        Targets, data units.
    law
        Predicted laws; None for a method without, whose scores are None.
    intervals
        The method's intervals, from laws and coverage.
    coverages
        What intervals are meant to hold.

    References
    ----------
    Gneiting and Raftery (2007), section 6.2, for the interval score.

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> y = np.linspace(0, 1, 100)
    >>> law = Histogram([0.0, 1.0], np.ones((100, 1)))
    >>> scores = interval_scores(y, law, lambda law, coverage: law.interval(coverage), [0.5])
    >>> scores["coverage_at_50"], round(scores["pit_distance"], 3)
    (0.5, 0.01)
    """
    if not coverages:
        return {}
    std = float(np.std(y)) or math.nan
    found: dict[str, float | None] = {PIT_DISTANCE: None if law is None else uniform_distance(pit(law, y))}
    for coverage in coverages:
        low, high = (None, None) if law is None else intervals(law, coverage).T
        found |= _scores_at(coverage, y, low, high, std)
    return {name: None if value is None or not math.isfinite(value) else float(value) for name, value in found.items()}


def score_name(kind: str, coverage: float) -> str:
    """Return what a score at one coverage is called.

    Examples
    --------
    >>> score_name("width_per_std", 0.5), score_name("coverage", 0.975)
    ('width_at_50_per_std', 'coverage_at_97.5')
    """
    base, per_std = kind.removesuffix("_per_std"), kind.endswith("_per_std")
    return f"{base}_at_{100 * coverage:g}{'_per_std' if per_std else ''}"


def uniform_distance(places: Float[np.ndarray, " row"]) -> float:
    """Return the largest distance between the cdf of some numbers and that of a uniform variable.

    Examples
    --------
    >>> uniform_distance(np.array([0.5, 0.5]))
    0.5
    """
    ordered, n_rows = np.sort(places), len(places)
    above = np.arange(1, n_rows + 1) / n_rows - ordered
    below = ordered - np.arange(n_rows) / n_rows
    return float(max(above.max(), below.max()))


def _scores_at(
    coverage: float, y: np.ndarray, low: np.ndarray | None, high: np.ndarray | None, std: float
) -> dict[str, float | None]:
    names = [score_name(kind, coverage) for kind in ("coverage", "width_per_std", "interval_score_per_std")]
    if low is None or high is None:
        return dict.fromkeys(names)
    outside = np.maximum(low - y, 0) + np.maximum(y - high, 0)
    penalized = high - low + 2 / (1 - coverage) * outside
    values = (
        float(np.mean((low <= y) & (y <= high))),
        float(np.mean(high - low)) / std,
        float(np.mean(penalized)) / std,
    )
    return dict(zip(names, values, strict=True))
