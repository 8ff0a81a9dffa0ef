"""What MAPIE takes for conformalised quantile regression: three fitted estimators, of one model."""

from digitwise.distributions.rows import central_levels
from digitwise.estimators.one_target import OneTargetRegressor
from digitwise.estimators.prediction_function import PredictionFunction


def quantile_estimators(model: OneTargetRegressor, coverage: float = 0.9) -> list[PredictionFunction]:
    """Return estimators of the lower end, the upper end and the median, as MAPIE wants them with ``prefit=True``.

    All of them read the laws of the one model. Its own ``conformalize(score="distance", separate_tails=True)`` gives
    the same intervals, and without ``separate_tails`` those of MAPIE's ``symmetric_correction=True``; for a coverage
    other than 0.9 the score is ``QuantileDistance(base_coverage=coverage, scaled=False)``. For MAPIE's
    ``SplitConformalRegressor`` the model itself will do.

    Parameters
    ----------
    model
        A fitted regressor of one target.
    coverage
        MAPIE's ``confidence_level``: what the law's central interval holds before it is conformalised.

    Raises
    ------
    sklearn.exceptions.NotFittedError
        If the model is not fitted.
    ValueError
        If the coverage does not lie strictly between 0 and 1.

    Examples
    --------
    >>> import numpy as np
    >>> from digitwise import HistogramRegressor
    >>> X = np.linspace(0, 1, 100)[:, None]
    >>> model = HistogramRegressor(preset="plain", max_epochs=3, random_state=0).fit(X, 3 * X[:, 0])
    >>> three = quantile_estimators(model, coverage=0.5)
    >>> [estimator.question for estimator in three]
    ['quantile(0.25)', 'quantile(0.75)', 'quantile(0.5)']

    Then ``mapie.regression.ConformalizedQuantileRegressor(three, confidence_level=0.5, prefit=True)``.
    """
    if not 0.0 < coverage < 1.0:
        raise ValueError(f"coverage must lie strictly between 0 and 1, but got {coverage}.")
    low, high = central_levels(coverage).tolist()
    return [model.prediction_function(f"quantile({level})") for level in (low, high, 0.5)]
