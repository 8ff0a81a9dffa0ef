"""All figures of one cell, in data units and relative to the spread of the test targets."""

import math

import numpy as np
from jaxtyping import Float

from digitwise.distributions import Atoms, Distribution
from digitwise.metrics import evaluate

POINT_SCORES = ("rmse", "mae", "r2", "spearman")
LAW_SCORES = ("crps", "nll", "coverage_90", "width_90")
DRAW_SCORES = ("rmse_one_draw", "rmse_best_draw")
IN_DATA_UNITS = ("rmse", "mae", "crps", "width_90", *DRAW_SCORES)
BEST_OF = 16
"""Draws per row that the best one is taken from."""


def score(
    y: Float[np.ndarray, " row"],
    point: Float[np.ndarray, " row"],
    law: Distribution | None,
) -> dict[str, float | None]:
    """Return the scores of some predictions by name; None where one is not defined.

    ``X_per_std`` is score X with the target measured in standard deviations of ``y``; for ``nll``
    that is a shift by the logarithm, not a division. Point masses have no ``nll``: a mass is not
    comparable with a density. ``rmse_one_draw`` is that of a single draw from each law, ``rmse_best_draw`` that of
    the draw nearest to the target among 16.

    Parameters
    ----------
    y, point
        True and predicted values in data units.
    law
        Predicted laws in data units, or None for a method without.

    Examples
    --------
    >>> y = np.array([0.0, 2.0, 4.0])
    >>> scores = score(y, y + 1.0, None)
    >>> scores["rmse"], round(scores["rmse_per_std"], 3), scores["crps"]
    (1.0, 0.612, None)
    """
    found: dict[str, float | None] = dict.fromkeys((*POINT_SCORES, *LAW_SCORES, *DRAW_SCORES))
    has_density = law is not None and not isinstance(law, Atoms)
    names = [*POINT_SCORES, *(LAW_SCORES if law is not None else ())]
    names = [name for name in names if name != "nll" or has_density]
    found.update(evaluate(y, point, law, names))
    if law is not None:
        found["rmse_one_draw"], found["rmse_best_draw"] = draw_errors(y, law)
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
