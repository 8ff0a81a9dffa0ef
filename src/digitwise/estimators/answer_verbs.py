"""Verbs that answer questions by name: as a function, and as a data frame."""

from collections.abc import Sequence
from typing import Any

from sklearn.utils.validation import check_is_fitted

from digitwise.estimators.answers import answers
from digitwise.estimators.framed import framed
from digitwise.estimators.law_verbs import LawVerbs
from digitwise.estimators.prediction_function import PredictionFunction
from digitwise.estimators.questions import ENDS, read_questions, single_question


class AnswerVerbs(LawVerbs):
    """Verbs that take questions; needs laws of one target."""

    def prediction_function(self, question: str = "mean") -> PredictionFunction:
        """Return one answer as a function from features to ``(rows,)`` floats, for SHAP and other explainers.

        Parameters
        ----------
        question
            ``"point"`` (what `predict` says), ``"mean"``, ``"median"``, ``"mode"``, ``"variance"``, ``"std"``,
            ``"quantile(0.9)"``, ``"prob_above(3)"``, ``"expected_improvement(3)"`` (on that number); ``"low(0.9)"``,
            ``"high(0.9)"`` and ``"width(0.9)"`` of `predict_interval`; ``"data_variance"``, ``"model_variance"``;
            ``"digit_entropy(1)"``, the first digit's.

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If there is no model yet.
        ValueError
            If it is no question, or stands for several.

        Examples
        --------
        >>> import numpy as np
        >>> from digitwise import HistogramRegressor
        >>> X = np.linspace(0, 1, 100)[:, None]
        >>> model = HistogramRegressor(preset="plain", max_epochs=3, random_state=0).fit(X, 3 * X[:, 0])
        >>> above = model.prediction_function("prob_above(1.5)")  # shap.Explainer(above, X) takes it as it is
        >>> above(X[:4]).shape
        (4,)
        """
        check_is_fitted(self)
        return PredictionFunction(self, str(single_question(question)))

    def predict_frame(
        self, X: Any, ask: str | Sequence[str] = "summary", *, groups: Any = None, sample_weight: Any = None
    ) -> Any:
        """Return answers as a pandas frame, a column for each, with the row index of ``X`` if it has one.

        The names of the columns are questions themselves, as `prediction_function` takes them.

        Parameters
        ----------
        X
            As for `predict`.
        ask
            One question or several, see `prediction_function`; or short for several of them: ``"interval(0.9)"`` (its
            two ends), ``"uncertainty"`` (the variance in two parts), ``"summary"`` (mean, standard deviation, median
            and an interval) and ``"digit_entropy"`` (of all digits).
        groups, sample_weight
            As for `predict_interval`.

        Raises
        ------
        ModuleNotFoundError
            If pandas is not installed.
        ValueError
            If something is no question, the estimator cannot answer it, or groups or weights come without intervals.

        Examples
        --------
        >>> import numpy as np
        >>> from digitwise import HistogramRegressor
        >>> X = np.linspace(0, 1, 100)[:, None]
        >>> model = HistogramRegressor(preset="plain", max_epochs=3, random_state=0).fit(X, 3 * X[:, 0])
        >>> list(model.predict_frame(X, ["point", "interval(0.8)", "prob_above(1.5)"]))
        ['point', 'low(0.8)', 'high(0.8)', 'prob_above(1.5)']
        """
        options = {"groups": groups, "sample_weight": sample_weight}
        given = {name: value for name, value in options.items() if value is not None}
        questions = read_questions(ask)
        if given and not any(question.name in ENDS for question in questions):
            raise ValueError(f"{' and '.join(given)} matter for intervals, but none is asked for: add 'interval(0.9)'.")
        return framed(answers(self, X, questions, **given), X)
