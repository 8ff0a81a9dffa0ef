"""Settings of an estimator from words: ``name=value``."""

import contextlib
from collections.abc import Sequence
from typing import Any

from digitwise.estimators import DistributionalRegressor
from digitwise.tuning.space import unknown_parameter

WORDS = {"none": None, "true": True, "false": False}


def read_settings(
    words: Sequence[str], estimator: DistributionalRegressor, elsewhere: dict[str, str]
) -> dict[str, Any]:
    """Return parameters by name.

    Parameters
    ----------
    words
        Each ``name=value``.
    estimator
        Which must have the parameters.
    elsewhere
        Parameters that have an option of their own, and its name.

    Raises
    ------
    ValueError
        If a word is something else, or the estimator has no such parameter.

    Examples
    --------
    >>> from digitwise import DecodingRegressor
    >>> read_settings(["max_epochs=20", "codec=auto", "finetune=none"], DecodingRegressor(), {})
    {'max_epochs': 20, 'codec': 'auto', 'finetune': None}
    """
    known = estimator.get_params(deep=False)
    settings = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not name or not text:
            raise ValueError(f"--set takes name=value, such as max_epochs=20, but got {word!r}.")
        if name in elsewhere:
            raise ValueError(f"{name} has an option of its own: use {elsewhere[name]}.")
        if name not in known:
            raise ValueError(unknown_parameter(name, estimator))
        settings[name] = parsed(text)
    return settings


def parsed(text: str) -> Any:
    """Return a number, true, false or none as what they say, and any other text as it is.

    Examples
    --------
    >>> parsed("20"), parsed("1e-3"), parsed("none"), parsed("true"), parsed("auto")
    (20, 0.001, None, True, 'auto')
    """
    if text.lower() in WORDS:
        return WORDS[text.lower()]
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    return text
