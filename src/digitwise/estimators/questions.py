"""What may be asked of a prediction by name, one number for each row: ``"mean"``, ``"quantile(0.9)"``, ``"width"``."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np

from digitwise.calibration import expected_improvement
from digitwise.distributions import Distribution

_FORM = re.compile(r"([a-z_]+)(?:\(\s*([-+0-9.e]+)\s*\))?")

PLAIN: dict[str, Callable[[Distribution], np.ndarray]] = {
    "mean": lambda law: law.mean(),
    "median": lambda law: law.median(),
    "mode": lambda law: law.mode(),
    "variance": lambda law: law.variance(),
    "std": lambda law: np.sqrt(law.variance()),
}
"""Questions about a law alone."""
WITH_NUMBER: dict[str, Callable[[Distribution, float], np.ndarray]] = {
    "quantile": lambda law, level: law.quantile(level),
    "prob_above": lambda law, threshold: law.prob_above(threshold),
    "expected_improvement": lambda law, best: expected_improvement(law, best),
}
"""Questions about a law and a number."""
ENDS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "low": lambda interval: interval[:, 0],
    "high": lambda interval: interval[:, 1],
    "width": lambda interval: interval[:, 1] - interval[:, 0],
}
"""Questions about the interval of a coverage."""
PARTS = {"data_variance": "data", "model_variance": "model"}
"""Questions about the parts of the variance."""
SEVERAL = {
    "interval": ("low", "high"),
    "uncertainty": tuple(PARTS),
    "summary": ("mean", "std", "low", "median", "high"),
}
"""Short for several questions."""
COVERAGE = 0.9
FORMS = (
    "point, mean, median, mode, variance, std, quantile(0.9), prob_above(3), expected_improvement(3), low(0.9), "
    "high(0.9), width(0.9), data_variance, model_variance, digit_entropy(1)"
)


@final
@dataclass(frozen=True, kw_only=True)
class Question:
    """One number that every row is asked for.

    Parameters
    ----------
    name
        What is asked: a name in `FORMS`.
    number
        A level, a threshold, a coverage, or the place of a digit, counted from 1; None for names that take none, and
        for all digits.

    Raises
    ------
    ValueError
        If there is no such question, or the number does not suit it.

    Examples
    --------
    >>> str(Question(name="low", number=0.9)), str(Question(name="mean"))
    ('low(0.9)', 'mean')
    """

    name: str
    number: float | None = None

    def __post_init__(self) -> None:
        if self.name in ("point", *PLAIN, *PARTS):
            if self.number is not None:
                raise ValueError(f"{self.name!r} takes no number, but got {self}.")
            return
        if self.name not in (*WITH_NUMBER, *ENDS, "digit_entropy"):
            raise ValueError(f"A question must be one such as {FORMS}, but got {str(self)!r}.")
        if self.number is None:
            if self.name == "digit_entropy":
                return
            raise ValueError(f"{self.name!r} needs a number, as in {FORMS}.")
        if self.name in ("prob_above", "expected_improvement"):
            is_fine, need = np.isfinite(self.number), "a finite threshold"
        elif self.name == "digit_entropy":
            is_fine, need = self.number >= 1 and self.number == int(self.number), "the place of a digit, from 1"
        else:
            is_fine, need = 0.0 <= self.number <= 1.0, "a share from 0 to 1"
        if not is_fine:
            raise ValueError(f"{self.name!r} needs {need}, but got {self.number}.")

    def __str__(self) -> str:
        return self.name if self.number is None else f"{self.name}({repr(float(self.number)).removesuffix('.0')})"


def read_questions(asked: str | Sequence[str]) -> list[Question]:
    """Return the questions that some texts stand for, each of them once.

    Parameters
    ----------
    asked
        One text or several: names in `FORMS`, or short for several of them: ``"interval(0.9)"``, ``"uncertainty"``,
        ``"summary"``, ``"digit_entropy"``. Where no coverage is named it is 0.9.

    Raises
    ------
    ValueError
        If a text is no question.

    Examples
    --------
    >>> [str(question) for question in read_questions(["point", "interval(0.8)", "width"])]
    ['point', 'low(0.8)', 'high(0.8)', 'width(0.9)']
    """
    found: list[Question] = []
    for text in [asked] if isinstance(asked, str) else asked:
        form = _FORM.fullmatch(text.strip()) if isinstance(text, str) else None
        if form is None:
            raise ValueError(f"A question must be one such as {FORMS}, but got {text!r}.")
        name, number = form[1], _number(form[2], text)
        for each in SEVERAL.get(name, (name,)):
            default = COVERAGE if each in ENDS else None
            takes = number if each == name or each in ENDS else None
            found.append(Question(name=each, number=default if takes is None else takes))
        if name == "uncertainty" and number is not None:
            raise ValueError(f"'uncertainty' takes no number, but got {text!r}.")
    return list(dict.fromkeys(found))


def single_question(text: str) -> Question:
    """Return the question that a text stands for.

    Raises
    ------
    ValueError
        If it is none, or several.

    Examples
    --------
    >>> single_question("width")
    Question(name='width', number=0.9)
    """
    questions = read_questions(text)
    if len(questions) > 1 or questions[0] == Question(name="digit_entropy"):
        raise ValueError(f"One question is answered, one such as {FORMS}, but {text!r} stands for several.")
    return questions[0]


def _number(text: str | None, whole: str) -> float | None:
    if text is None:
        return None
    try:
        return float(text)
    except ValueError as error:
        raise ValueError(f"{text!r} in {whole!r} is no number. Write, for instance, quantile(0.9).") from error
