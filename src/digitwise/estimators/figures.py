"""Figures of a fitted model on rows with known targets, by name."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from digitwise.estimators.answers import answers
from digitwise.estimators.questions import single_question
from digitwise.metrics import METRICS, evaluate, get_metric, pinball_loss

_PINBALL = re.compile(r"pinball\(\s*([0-9.e+-]+)\s*\)")
_SPREAD = re.compile(r"(width(\(.*\))?|std)")


def greater_is_better(name: str) -> bool:
    """Return which way a figure is better.

    Raises
    ------
    ValueError
        If there is no such figure.

    Examples
    --------
    >>> greater_is_better("r2"), greater_is_better("pinball(0.9)"), greater_is_better("width(0.8)")
    (True, False, False)
    """
    if name in METRICS:
        return get_metric(name).greater_is_better
    if _PINBALL.fullmatch(name):
        return False
    if _SPREAD.fullmatch(name):
        single_question(name)
        return False
    raise ValueError(
        f"A figure must be one of {', '.join(METRICS)}, pinball(0.9), width(0.9) or std, but got {name!r}."
    )


def figures(
    model: Any, X: Any, y: ArrayLike, names: Sequence[str], sample_weight: ArrayLike | None = None
) -> dict[str, float]:
    """Return figures by name; laws are made once for all of them.

    Parameters
    ----------
    model
        A fitted regressor of one target.
    X, y
        Features and targets.
    names
        Metrics of `digitwise.metrics.METRICS`, of the model's laws and its point estimate; ``"pinball(0.9)"``, the loss
        of a quantile; ``"width(0.9)"``, the mean width of ``predict_interval``; ``"std"``, the mean standard deviation.
    sample_weight
        ``(row,)``: a row of weight 2 counts as two rows.

    Raises
    ------
    ValueError
        If there is no such figure, or rows do not fit together.

    Examples
    --------
    >>> from digitwise import HistogramRegressor
    >>> X = np.linspace(0, 1, 100)[:, None]
    >>> model = HistogramRegressor(preset="plain", max_epochs=3, random_state=0).fit(X, 3 * X[:, 0])
    >>> list(figures(model, X, 3 * X[:, 0], ["rmse", "pinball(0.9)", "width(0.8)"]))
    ['rmse', 'pinball(0.9)', 'width(0.8)']
    """
    for name in names:
        greater_is_better(name)
    found: dict[str, float] = {}
    metrics = [name for name in names if name in METRICS]
    losses = {name: float(match[1]) for name in names if (match := _PINBALL.fullmatch(name))}
    if metrics or losses:
        law = model.predict_distribution(X)
        point = getattr(law, model.point_estimate)()
        found |= evaluate(y, point, law, metrics, sample_weight)
        found |= {name: pinball_loss(law, y, level, sample_weight) for name, level in losses.items()}
    for name in names:
        if name not in found:
            (answer,) = answers(model, X, [single_question(name)]).values()
            weight = None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
            found[name] = float(np.average(answer, weights=weight))
    return {name: found[name] for name in names}
