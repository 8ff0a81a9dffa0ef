"""Answers of a fitted model to questions by name."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from digitwise.distributions import Distribution
from digitwise.estimators.questions import ENDS, PARTS, PLAIN, WITH_NUMBER, Question

ALL_DIGITS = Question(name="digit_entropy")
OF_LAW = ("point", *PLAIN, *WITH_NUMBER)
"""What a law answers by itself, besides its own interval."""


def answers(model: Any, X: Any, questions: Sequence[Question], **options: Any) -> dict[str, Float[np.ndarray, " row"]]:
    """Return a number per row for each question, by its text; laws are made once for all that read them.

    Parameters
    ----------
    model, X
        A fitted regressor of one target, and features.
    questions
        See `read_questions`.
    options
        For ``predict_interval``: ``groups`` and ``sample_weight``.

    Raises
    ------
    ValueError
        If the model has no such verb, or a number has not that many digits.
    """
    found: dict[Question, np.ndarray] = {}
    ends = [each for each in questions if each.name in ENDS]
    of_law = [each for each in questions if each.name in OF_LAW]
    if not model.is_conformal_ and not options:  # intervals are the laws' own
        of_law, ends = [*of_law, *ends], []
    if of_law:

        def read(law: Distribution) -> np.ndarray:
            return np.stack([answer_of_law(law, question, model.point_estimate) for question in of_law], axis=1)

        found |= dict(zip(of_law, model._read(X, read).T, strict=True))
    if ends:
        coverages = list(dict.fromkeys(each.number for each in ends))
        intervals = model._intervals(X, coverages, options.get("groups"), options.get("sample_weight"))
        found |= {each: ENDS[each.name](intervals[:, coverages.index(each.number)]) for each in ends}
    if any(each.name in PARTS for each in questions):
        parts = _verb(model, "predict_uncertainty")(X)
        found |= {each: parts[PARTS[each.name]] for each in questions if each.name in PARTS}
    if any(each.name == "digit_entropy" for each in questions):
        entropy = _verb(model, "predict_digit_entropy")(X).T
        by_digit = {Question(name="digit_entropy", number=k): digit for k, digit in enumerate(entropy, start=1)}
        questions = [one for each in questions for one in (by_digit if each == ALL_DIGITS else [each])]
        found |= by_digit
    missing = [str(each) for each in questions if each not in found]
    if missing:
        raise ValueError(f"Numbers of this model have {len(entropy)} digits, but got {', '.join(missing)}.")
    return {str(question): found[question] for question in questions}


def answer_of_law(law: Distribution, question: Question, point_estimate: str) -> Float[np.ndarray, " row"]:
    """Return a number per row that a law says by itself, the ends of its own interval among them.

    Raises
    ------
    ValueError
        If a law alone does not know.

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> answer_of_law(Histogram([0.0, 10.0], [[1.0]]), Question(name="high", number=0.8), "mean")
    array([9.])
    """
    if question.name not in (*OF_LAW, *ENDS):
        raise ValueError(f"A law alone does not answer {str(question)!r}: that takes a model of one target.")
    if question.number is not None:
        if question.name in ENDS:
            return ENDS[question.name](law.interval(question.number))
        return WITH_NUMBER[question.name](law, question.number)
    return PLAIN[point_estimate if question.name == "point" else question.name](law)


def _verb(model: Any, name: str) -> Callable[[Any], Any]:
    if not hasattr(model, name):
        raise ValueError(
            f"{type(model).__name__} has no {name}, which is asked for. Use DecodingRegressor or TextDecodingRegressor."
        )
    verb: Callable[[Any], Any] = getattr(model, name)
    return verb
