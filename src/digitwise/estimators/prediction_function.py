"""One answer of a fitted model as a plain function of features, and as a fitted scikit-learn regressor."""

from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
from jaxtyping import Float
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils import Tags
from sklearn.utils.validation import check_is_fitted

from digitwise.estimators.answers import answers
from digitwise.estimators.questions import single_question
from digitwise.optional import optional_package


class PredictionFunction(RegressorMixin, BaseEstimator):
    """What a fitted model answers to one question, ``(rows,)`` floats; made by ``model.prediction_function``.

    Call it, as explainers such as SHAP do, or hand it over as a regressor that is fitted already, as to
    ``sklearn.inspection.partial_dependence`` and to MAPIE. It can be pickled, and refers to the model, not to a copy.

    Parameters
    ----------
    model
        A fitted regressor of one target.
    question
        One of `digitwise.estimators.questions.FORMS`, such as ``"mean"``, ``"width(0.9)"`` or ``"prob_above(3)"``.

    Raises
    ------
    ValueError
        If it is no question, or stands for several.

    Examples
    --------
    >>> from digitwise import HistogramRegressor
    >>> X = np.linspace(0, 1, 100)[:, None]
    >>> model = HistogramRegressor(preset="plain", max_epochs=3, random_state=0).fit(X, 3 * X[:, 0])
    >>> width = model.prediction_function("width(0.8)")
    >>> width(X[:4]).shape, bool((width(X) > 0).all())
    ((4,), True)
    """

    def __init__(self, model: Any, question: str = "mean") -> None:
        self.model = model
        self.question = question

    def __call__(self, X: Any) -> Float[np.ndarray, " row"]:
        """Return one number for each row; arrays get the names of the columns that the model was fitted to."""
        (answer,) = answers(self.model, _with_names(self.model, X), [single_question(self.question)]).values()
        return answer

    def predict(self, X: Any) -> Float[np.ndarray, " row"]:
        """Return the same."""
        return self(X)

    def fit(self, X: Any, y: Any = None) -> "PredictionFunction":
        """Raise a ``ValueError``: the model is fitted already.

        Raises
        ------
        ValueError
            Always.
        """
        raise ValueError(
            "A prediction function belongs to a model that is fitted: fit the model, then ask for its function. In "
            "MAPIE use prefit=True."
        )

    @property
    def n_features_in_(self) -> int:
        """Number of columns."""
        return int(self.model.n_features_in_)

    def __sklearn_is_fitted__(self) -> bool:
        check_is_fitted(self.model)
        return True

    def __sklearn_clone__(self) -> "PredictionFunction":
        return self

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        return tags


def _with_names(model: Any, X: Any) -> Any:
    """Return an array as a frame if the model was fitted to one with names."""
    names = getattr(model, "feature_names_in_", None)
    if names is None or nw.dependencies.is_into_dataframe(X) or isinstance(X, nw.DataFrame):
        return X
    pandas = optional_package(
        "pandas", "The model was fitted to a frame; pandas gives the columns of arrays their names.", "data"
    )
    return pandas.DataFrame(np.asarray(X), columns=list(names)).infer_objects()
