"""Functions of Python's standard library as texts, read where this Python keeps its sources."""

import ast
import hashlib
import sys
import sysconfig
import textwrap
import tokenize
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path


@lru_cache(maxsize=1)
def library_functions() -> tuple[tuple[str, str], ...]:
    """Return text and module of each function and method of all modules that are one file.

    Functions within functions are left out, and of equal texts all but the first. The order is that of the texts'
    hashes: without a pattern, and the same everywhere.

    Raises
    ------
    FileNotFoundError
        If this Python comes without the sources of its library.

    Examples
    --------
    >>> text, module = library_functions()[0]
    >>> "def " in text, module in sys.stdlib_module_names
    (True, True)
    """
    folder = Path(sysconfig.get_path("stdlib"))
    modules = sorted(path for path in folder.glob("*.py") if path.stem in sys.stdlib_module_names)
    if not modules:
        raise FileNotFoundError(f"Python's library must be there as source files, but {folder} has none.")
    module_of: dict[str, str] = {}
    for path in modules:
        for text in _function_texts(path):
            module_of.setdefault(text, path.stem)
    return tuple(sorted(module_of.items(), key=lambda item: hashlib.sha256(item[0].encode()).digest()))


def _function_texts(path: Path) -> Iterator[str]:
    with tokenize.open(path) as file:  # in the encoding that the file names
        source = file.read()
    lines = source.splitlines(keepends=True)
    for function in _functions(ast.parse(source)):
        yield textwrap.dedent("".join(lines[function.lineno - 1 : function.end_lineno]))


def _functions(node: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield the functions below a node that are not within functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield child
        elif isinstance(child, ast.stmt | ast.excepthandler):
            yield from _functions(child)
