"""Packages of the extras, loaded where they are used; whoever lacks one is told what to install."""

from importlib import import_module
from typing import Any


def optional_package(name: str, need: str, extra: str) -> Any:
    """Return a module.

    Parameters
    ----------
    name
        What is imported.
    need
        One sentence that says what needs it.
    extra
        The extra of this package that installs it.

    Raises
    ------
    ModuleNotFoundError
        If it is not installed.

    Examples
    --------
    >>> optional_package("math", "Sums need math.", "data").pi > 3
    True
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f'{need} Install it with: pip install "digitwise[{extra}]".', name=name.split(".")[0]
        ) from error
