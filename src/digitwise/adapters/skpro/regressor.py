"""Any of our regressors of one target as a probabilistic regressor of skpro."""

from typing import Any

import pandas as pd
from sklearn.base import clone
from skpro.regression.base import BaseProbaRegressor

from digitwise.adapters.skpro.law import SkproLaw
from digitwise.estimators.decoding import DecodingRegressor
from digitwise.estimators.histogram import HistogramRegressor
from digitwise.estimators.one_target import OneTargetRegressor


class SkproRegressor(BaseProbaRegressor):
    """A regressor for skpro's pipelines, tuners and benchmarks.

    ``predict_proba`` hands out our laws as `SkproLaw`; ``predict`` is the estimator's point estimate, and
    ``predict_interval`` its interval, which is conformal with ``calibration_fraction``.

    Parameters
    ----------
    estimator
        A regressor of one target, such as ``DecodingRegressor()``; a copy of it is fitted.

    Attributes
    ----------
    estimator_
        The fitted copy.

    Examples
    --------
    >>> import pandas as pd
    >>> from digitwise import HistogramRegressor
    >>> from digitwise.adapters.skpro import SkproRegressor
    >>> X = pd.DataFrame({"x": range(60)})
    >>> y = pd.DataFrame({"price": 3.0 * X["x"]})
    >>> model = SkproRegressor(HistogramRegressor(preset="plain", max_epochs=3, random_state=0)).fit(X, y)
    >>> model.predict_proba(X[:2]).cdf(90.0).shape
    (2, 1)
    """

    _tags = {  # noqa: RUF012
        "capability:multioutput": False,
        "capability:missing": True,
        "X_inner_mtype": "pd_DataFrame_Table",
        "y_inner_mtype": "pd_DataFrame_Table",
    }

    def __init__(self, estimator: OneTargetRegressor) -> None:
        self.estimator = estimator
        super().__init__()

    def _fit(self, X: Any, y: Any) -> "SkproRegressor":
        self._y_columns = y.columns
        self.estimator_ = clone(self.estimator).fit(_with_texts_as_names(X), y.iloc[:, 0].to_numpy())
        return self

    def _predict(self, X: Any) -> Any:
        point = self.estimator_.predict(_with_texts_as_names(X))
        return pd.DataFrame(point, index=X.index, columns=self._y_columns)

    def _predict_proba(self, X: Any) -> SkproLaw:
        law = self.estimator_.predict_distribution(_with_texts_as_names(X))
        return SkproLaw(law, index=X.index, columns=self._y_columns)

    def _predict_interval(self, X: Any, coverage: list[float]) -> Any:
        names = pd.MultiIndex.from_product([self._y_columns, coverage, ["lower", "upper"]])
        asked = [f"{end}({share})" for share in coverage for end in ("low", "high")]
        ends = self.estimator_.predict_frame(_with_texts_as_names(X), asked)
        return pd.DataFrame(ends.to_numpy(), index=X.index, columns=names)

    @classmethod
    def get_test_params(cls, parameter_set: str = "default") -> list[dict[str, Any]]:
        """Return settings with which skpro checks this class."""
        quick: dict[str, Any] = {"preset": "plain", "max_epochs": 1, "random_state": 0}
        return [
            {"estimator": DecodingRegressor(**quick)},
            {"estimator": HistogramRegressor(n_bins=8, **quick)},
        ]


def _with_texts_as_names(X: Any) -> Any:
    """Return a frame whose columns are named by texts: scikit-learn takes no other names."""
    return X.set_axis(X.columns.map(str), axis=1)
