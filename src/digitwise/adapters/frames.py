"""Figures of several models as a data frame."""

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import ArrayLike

from digitwise.estimators.figures import figures
from digitwise.metrics import METRICS
from digitwise.optional import optional_package


def metric_frame(
    models: Mapping[str, Any],
    X: Any,
    y: ArrayLike,
    metrics: Sequence[str] = tuple(METRICS),
    sample_weight: ArrayLike | None = None,
) -> Any:
    """Return a pandas frame with a row for each model and a column for each metric.

    Frames of predictions come from ``model.predict_frame``.

    Parameters
    ----------
    models
        Fitted regressors of one target, by the names that rows get.
    X, y
        Rows that no model has seen, and their targets.
    metrics
        Names of `digitwise.metrics.METRICS`, ``"pinball(0.9)"``, ``"width(0.9)"`` or ``"std"``; by default all of the
        first.
    sample_weight
        ``(row,)``: a row of weight 2 counts as two rows.

    Raises
    ------
    ModuleNotFoundError
        If pandas is not installed.
    ValueError
        If there is no such metric.
    TypeError
        If a law has no density and the metrics ask for it.

    Examples
    --------
    >>> import numpy as np
    >>> from digitwise import HistogramRegressor
    >>> X = np.linspace(0, 1, 100)[:, None]
    >>> model = HistogramRegressor(preset="plain", max_epochs=3, random_state=0).fit(X, 3 * X[:, 0])
    >>> frame = metric_frame({"bins": model}, X, 3 * X[:, 0], ["rmse", "crps"])
    >>> frame.index.tolist(), frame.columns.tolist()
    (['bins'], ['rmse', 'crps'])
    """
    pandas = optional_package("pandas", "metric_frame returns a pandas frame.", "data")
    rows = {name: figures(model, X, y, metrics, sample_weight) for name, model in models.items()}
    return pandas.DataFrame.from_dict(rows, orient="index", columns=list(metrics))
