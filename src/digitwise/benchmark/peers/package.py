"""Packages of the ``bench`` extra, loaded when a method needs them."""

from typing import Any

from digitwise.optional import optional_package


def package(name: str, shown: str) -> Any:
    """Return a module, by what is imported and what people call it.

    Raises
    ------
    ModuleNotFoundError
        If it is not installed.
    """
    return optional_package(name, f"The method needs {shown}, which is not installed.", "bench")
