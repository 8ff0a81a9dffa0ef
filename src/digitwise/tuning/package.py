"""Optuna, loaded when a search needs it, and quiet while it works."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from digitwise.optional import optional_package


def optuna_package() -> Any:
    """Return the module optuna.

    Raises
    ------
    ImportError
        If it is not installed.
    """
    return optional_package("optuna", "Tuning needs Optuna.", "tune")


@contextmanager
def quiet_optuna() -> Iterator[None]:
    """Keep Optuna from logging what it does, and from calling its multivariate search experimental."""
    optuna = optuna_package()
    verbosity = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", optuna.exceptions.ExperimentalWarning)
            yield
    finally:
        optuna.logging.set_verbosity(verbosity)
