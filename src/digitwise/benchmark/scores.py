"""All figures of one cell: in data units, and relative to the spread or the sizes of the test targets."""

import math

import numpy as np
from jaxtyping import Float

from digitwise.distributions import Atoms, Distribution
from digitwise.metrics import evaluate, relative_error
from digitwise.metrics.relative import mean_relative_error

POINT_SCORES = ("rmse", "mae", "r2", "spearman")
LAW_SCORES = ("crps", "nll", "coverage_90", "width_90")
FAIR_WIDTH = "width_at_coverage_90"
DRAW_SCORES = ("rmse_one_draw", "rmse_best_draw")
RANGE_SCORES = ("outside_train", "mass_outside_train", "below_zero", "mass_below_zero")
IN_DATA_UNITS = ("rmse", "mae", "crps", "width_90", FAIR_WIDTH, *DRAW_SCORES)
BEST_OF = 16
"""Draws per row that the best one is taken from."""


def score(
    y: Float[np.ndarray, " row"],
    point: Float[np.ndarray, " row"],
    law: Distribution | None,
    train_y: Float[np.ndarray, " train_row"] | None = None,
) -> dict[str, float | None]:
    """Return the scores of some predictions by name; None where one is not defined.

    ``X_per_std`` is score X with the target measured in standard deviations of ``y``; for ``nll``
    that is a shift by the logarithm, not a division. Point masses have no ``nll``: a mass is not
    comparable with a density. ``rmse_one_draw`` is that of a single draw from each law, ``rmse_best_draw`` that of
    the draw nearest to the target among 16. ``width_at_coverage_90`` is the mean width of the intervals that hold 90 %
    of *these* targets, whatever the law calls them: it compares laws that are not equally calibrated.
    ``relative_error`` is the median relative error of the point,
    ``mean_relative_error`` its mean; with ``median_`` before the name, of the law's median instead (of the point where
    there is no law). Where the training targets are known there are also the scores of `range_scores`.

    Parameters
    ----------
    y, point
        True and predicted values in data units.
    law
        Predicted laws in data units, or None for a method without.
    train_y
        The training targets, or None where they do not matter.

    Examples
    --------
    >>> y = np.array([0.0, 2.0, 4.0])
    >>> scores = score(y, y + 1.0, None)
    >>> scores["rmse"], round(scores["rmse_per_std"], 3), scores["crps"]
    (1.0, 0.612, None)
    """
    found: dict[str, float | None] = dict.fromkeys((*POINT_SCORES, *LAW_SCORES, FAIR_WIDTH, *DRAW_SCORES))
    has_density = law is not None and not isinstance(law, Atoms)
    names = [*POINT_SCORES, *(LAW_SCORES if law is not None else ())]
    names = [name for name in names if name != "nll" or has_density]
    found.update(evaluate(y, point, law, names))
    if law is not None:
        found["rmse_one_draw"], found["rmse_best_draw"] = draw_errors(y, law)
        found[FAIR_WIDTH] = width_at_coverage(y, law, 0.9)
    middle = point if law is None else np.asarray(law.median())
    for prefix, prediction in (("", point), ("median_", middle)):
        found[f"{prefix}relative_error"] = relative_error(y, prediction)
        found[f"{prefix}mean_relative_error"] = mean_relative_error(y, prediction)
    if train_y is not None:
        found.update(range_scores(point, law, train_y))
    std = float(np.std(y))
    for name in IN_DATA_UNITS:
        value = found[name]
        found[f"{name}_per_std"] = None if value is None or std == 0 else value / std
    nll = found["nll"]
    found["nll_per_std"] = None if nll is None or std == 0 else nll - math.log(std)
    return {k: None if v is None or not math.isfinite(v) else float(v) for k, v in found.items()}


def draw_errors(y: Float[np.ndarray, " row"], law: Distribution) -> tuple[float, float]:
    """Return the RMSE of one draw (over all draws, so with little noise), and that of the best draw of each row.

    Examples
    --------
    >>> law = Atoms(values=np.array([0.0, 2.0]), probs=np.full((3, 2), 0.5))
    >>> one, best = draw_errors(np.zeros(3), law)
    >>> 0.5 < one < 2.0, best
    (True, 0.0)
    """
    squared = (law.sample(BEST_OF, random_state=0) - y[:, None]) ** 2
    return float(np.sqrt(squared.mean())), float(np.sqrt(squared.min(1).mean()))


def width_at_coverage(y: Float[np.ndarray, " row"], law: Distribution, coverage: float) -> float:
    """Return the mean width of the narrowest central intervals, all of one nominal coverage, that hold enough targets.

    NaN if none do, as with laws that are sure of something wrong.

    Examples
    --------
    >>> law = Atoms(values=np.arange(101.0), probs=np.full((101, 101), 1 / 101))
    >>> round(width_at_coverage(np.arange(101.0), law, 0.9))
    90
    """

    def holds_enough(nominal: float) -> bool:
        interval = law.interval(nominal)
        return bool(((y >= interval[:, 0]) & (y <= interval[:, 1])).mean() >= coverage)

    low, high = 0.0, 1.0 - 1e-9
    if not holds_enough(high):
        return math.nan
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (low, middle) if holds_enough(middle) else (middle, high)
    interval = law.interval(high)
    return float((interval[:, 1] - interval[:, 0]).mean())


def range_scores(
    point: Float[np.ndarray, " row"], law: Distribution | None, train_y: Float[np.ndarray, " train_row"]
) -> dict[str, float | None]:
    """Return how much of the predictions lies where no training target does.

    ``outside_train`` is the share of points outside the range of the training targets, ``mass_outside_train`` the mean
    mass that the laws put there; ``below_zero`` and ``mass_below_zero`` are the same for numbers below 0, where no
    training target is negative: impossible values, as a rule.

    Examples
    --------
    >>> law = Atoms(values=np.array([-1.0, 2.0]), probs=np.array([[0.25, 0.75]]))
    >>> range_scores(law.mean(), law, np.array([0.0, 2.0]))
    {'outside_train': 0.0, 'mass_outside_train': 0.25, 'below_zero': 0.0, 'mass_below_zero': 0.25}
    """
    low, high = float(train_y.min()), float(train_y.max())
    found: dict[str, float | None] = dict.fromkeys(RANGE_SCORES)
    found["outside_train"] = float(np.mean((point < low) | (point > high)))
    if law is not None:
        above = law.prob_above(high)
        found["mass_outside_train"] = float(np.mean(_mass_below(law, low) + above))
    if low >= 0:
        found["below_zero"] = float(np.mean(point < 0))
        if law is not None:
            found["mass_below_zero"] = float(np.mean(_mass_below(law, 0.0)))
    return found


def _mass_below(law: Distribution, threshold: float) -> Float[np.ndarray, " row"]:
    """Return the mass strictly below a number, which a law of point masses may have mass on."""
    return np.asarray(law.cdf(np.nextafter(threshold, -np.inf)))
