"""What each column is worth: how much worse a figure gets when the column's values change rows."""

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from numpy.typing import ArrayLike
from sklearn import inspection
from sklearn.utils.validation import check_is_fitted

from digitwise.estimators.figures import figures, greater_is_better
from digitwise.optional import optional_package


def permutation_importance(
    model: Any,
    X: Any,
    y: ArrayLike,
    *,
    metrics: str | Sequence[str] = ("rmse", "crps"),
    n_repeats: int = 5,
    max_samples: int | float = 1.0,
    sample_weight: ArrayLike | None = None,
    random_state: int | np.random.RandomState | None = None,
) -> Any:
    """Return what each column is worth for points, laws, intervals or quantiles, as a pandas frame.

    The values of one column at a time are shuffled among the rows, texts and categories as well as numbers. What a
    figure loses by that is the column's importance, in the figure's units: positive if the model is worse without it.
    Columns that say the same stand in for each other, so each of them may look as if it were worth little.

    Parameters
    ----------
    model
        A fitted regressor of one target.
    X, y
        Rows that the model has not seen, and their targets.
    metrics
        What to look at, all of them on the same shuffled rows: names of `digitwise.metrics.METRICS` (``"rmse"``,
        ``"crps"``, ``"interval_score_90"``, …), ``"pinball(0.9)"``, the loss of a quantile, ``"width(0.9)"``, the mean
        width of ``predict_interval``, and ``"std"``. Widths have no right or wrong: a positive importance says that
        intervals are wider without the column.
    n_repeats
        How often each column is shuffled; at least 2, for the standard error.
    max_samples
        Rows that are drawn for each shuffle, as a number or a share.
    sample_weight
        ``(row,)``: a row of weight 2 counts as two rows.
    random_state
        Decides the shuffles.

    Returns
    -------
    pandas.DataFrame
        A row for each metric and column, the most important ones first: ``metric``, ``column``, ``importance`` (mean
        over the repeats), ``standard_error`` (of that mean, by the spread of the repeats: the chance of shuffling, not
        that of the rows or of training) and ``score`` (the figure with all columns in place).

    Raises
    ------
    ModuleNotFoundError
        If pandas is not installed.
    sklearn.exceptions.NotFittedError
        If the model is not fitted.
    ValueError
        If there is no such metric, or fewer than two repeats.

    References
    ----------
    Breiman, "Random Forests", Machine Learning 45, 2001.

    Examples
    --------
    >>> from digitwise import HistogramRegressor
    >>> X = np.random.default_rng(0).uniform(size=(200, 2))
    >>> model = HistogramRegressor(preset="plain", max_epochs=20, random_state=0).fit(X, 3 * X[:, 1])
    >>> worth = permutation_importance(model, X, 3 * X[:, 1], metrics=["rmse", "width(0.8)"], random_state=0)
    >>> worth.loc[0, ["metric", "column"]].tolist()
    ['rmse', 'x1']
    """
    pandas = optional_package("pandas", "permutation_importance returns a pandas frame.", "data")
    check_is_fitted(model)
    names = [metrics] if isinstance(metrics, str) else list(dict.fromkeys(metrics))
    signs = {name: 1.0 if greater_is_better(name) else -1.0 for name in names}
    if n_repeats < 2:
        raise ValueError(f"n_repeats must be at least 2, for the standard error, but got {n_repeats}.")

    def score(model: Any, X: Any, y: ArrayLike, sample_weight: ArrayLike | None = None) -> dict[str, float]:
        return {name: signs[name] * figure for name, figure in figures(model, X, y, names, sample_weight).items()}

    table = _table(model, X)
    target = np.asarray(y)
    found = inspection.permutation_importance(
        model,
        table,
        target,
        scoring=score,
        n_repeats=n_repeats,
        max_samples=max_samples,
        sample_weight=None if sample_weight is None else np.asarray(sample_weight, dtype=np.float64),
        random_state=random_state,
    )
    whole = figures(model, table, target, names, sample_weight)
    columns = model.columns_.feature_names
    parts = [
        pandas.DataFrame(
            {
                "metric": name,
                "column": list(columns),
                "importance": found[name].importances_mean,
                "standard_error": found[name].importances.std(axis=1, ddof=1) / np.sqrt(n_repeats),
                "score": whole[name],
            }
        ).sort_values("importance", ascending=False, kind="stable")
        for name in names
    ]
    return pandas.concat(parts, ignore_index=True)


def _table(model: Any, X: Any) -> Any:
    """Return features whose columns can be shuffled: a pandas frame, or an array."""
    table = model._as_table(X)
    if isinstance(table, nw.DataFrame) or nw.dependencies.is_into_dataframe(table):
        return nw.from_native(table, eager_only=True).to_pandas()
    if isinstance(table, np.ndarray):
        return table
    is_text = any(isinstance(cell, str) for row in table for cell in row)
    return np.array(table, dtype=object) if is_text else np.asarray(table)
