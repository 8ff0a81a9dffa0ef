"""Features of texts: what the training texts teach, and then a row of numbers for any text.

Settings (`TextFeatures`) learn from texts alone; those that are `LearnsFromTargets` may look at the targets too.
What they learnt (`FittedTextFeatures`) maps each text to numbers by itself: rows do not see each other, so one text at
a time or all at once is the same.
"""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from digitwise.encoders.text.guesses import TextTargets

MAX_CHARACTERS = 20_000
ROWS_PER_PASS = 1024


@runtime_checkable
class FittedTextFeatures(Protocol):
    """What training texts taught.

    The laws: `transform` gives one column per name, finite or NaN where a text has no such number; a row depends on its
    text alone; what `fitted_text_features` makes of `to_dict` gives the same rows.
    """

    @property
    def names(self) -> tuple[str, ...]:
        """One name per feature, all different."""
        ...

    def transform(self, texts: Sequence[str]) -> Float[np.ndarray, "row feature"]:
        """Return the features of each text, in float64."""
        ...

    def to_dict(self) -> dict[str, Any]:
        """Return everything learnt: plain values, and numpy arrays where there are many; ``kind`` says whose it is."""
        ...


@runtime_checkable
class TextFeatures(Protocol):
    """Settings of features of texts."""

    def fit(self, texts: Sequence[str], random_state: int = 0) -> FittedTextFeatures:
        """Return what these texts teach; the same texts and the same number teach the same."""
        ...


@runtime_checkable
class LearnsFromTargets(TextFeatures, Protocol):
    """Settings of features that learn more where targets are at hand.

    The law: what `transform` makes of a text that was trained on tells nothing of that text's own target.
    """

    learns_from_targets: ClassVar[bool]

    def fit(
        self, texts: Sequence[str], random_state: int = 0, targets: TextTargets | None = None
    ) -> FittedTextFeatures:
        """Return what these texts teach, and what they foretell if there are targets."""
        ...


def fit_features(
    settings: TextFeatures, texts: Sequence[str], random_state: int = 0, targets: TextTargets | None = None
) -> FittedTextFeatures:
    """Return what texts teach settings, with targets for those that learn from them."""
    if isinstance(settings, LearnsFromTargets) and settings.learns_from_targets:
        return settings.fit(texts, random_state, targets)
    return settings.fit(texts, random_state)


def check_texts(texts: Sequence[object]) -> None:
    """Raise a TypeError unless every text is a string.

    Examples
    --------
    >>> check_texts(["a", None])
    Traceback (most recent call last):
    TypeError: Texts must be strings, but row 1 holds None of type NoneType. Replace missing texts first.
    """
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(
                f"Texts must be strings, but row {row} holds {text!r} of type {type(text).__name__}. "
                "Replace missing texts first."
            )


def in_passes(
    make: Callable[..., Float[np.ndarray, "row feature"]], *texts: Sequence[str]
) -> Float[np.ndarray, "row feature"]:
    """Return what a function makes of texts, a thousand rows at a time: what it needs besides stays bounded.

    Parameters
    ----------
    make
        The function, in which rows do not see each other.
    texts
        One or several texts of each row.

    Examples
    --------
    >>> in_passes(lambda texts: np.array([[float(len(text))] for text in texts]), ["a", "bc"]).tolist()
    [[1.0], [2.0]]
    """
    passes = (slice(start, start + ROWS_PER_PASS) for start in range(0, max(1, len(texts[0])), ROWS_PER_PASS))
    return np.concatenate([make(*(column[part] for column in texts)) for part in passes])


def head_and_tail(text: str, max_characters: int) -> str:
    r"""Return a text of bounded length: its first and last halves of ``max_characters``, on lines of their own.

    Examples
    --------
    >>> head_and_tail("abcdefgh", 4), head_and_tail("abcd", 4)
    ('ab\ngh', 'abcd')
    """
    if len(text) <= max_characters:
        return text
    tail = max_characters // 2
    return text[: max_characters - tail] + "\n" + text[len(text) - tail :]
