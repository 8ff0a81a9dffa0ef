"""Packages of the ``bench`` extra, loaded when a method needs them."""

from importlib import import_module
from typing import Any


def package(name: str, shown: str) -> Any:
    """Return a module.

    Parameters
    ----------
    name
        What is imported.
    shown
        What people call the package.

    Raises
    ------
    ModuleNotFoundError
        If it is not installed.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f'The method needs {shown}, which is not installed. Install it with: pip install "digitwise[bench]".',
            name=name.split(".")[0],
        ) from error
