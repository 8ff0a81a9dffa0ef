"""Real code with real numbers on any machine: functions of Python's own library, and what compiling them takes.

Nothing is downloaded. The texts are read where Python keeps its library, and the numbers are measured: how many
instructions a function becomes, or how much memory the compiler needs for it. Both span two to three powers of ten.
"""

import dis
import gc
import hashlib
import sys
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from types import CodeType
from typing import Literal

import numpy as np

from digitwise.datasets.dataset import Dataset
from digitwise.datasets.library_functions import library_functions
from digitwise.optional import optional_package

PARTS = ((0.7, "train"), (0.85, "validation"), (1.0, "test"))
"""Which part a module is in: the first whose bound is above the module's hash, as a number between 0 and 1."""
UNITS = {"instructions": "instructions", "memory": "bytes"}


def load_code_metrics(target: Literal["instructions", "memory"] = "instructions", n_rows: int | None = 2000) -> Dataset:
    """Functions of Python's standard library, each with a number that compiling it gives.

    Rows are the functions and methods of all modules that are one file, inner functions with those around them. Texts
    that do not compile on their own are left out, and no text comes twice. The order is that of a hash of the texts, so
    fewer rows are the first of more. The split goes by a hash of the module's name: no module is in two parts.

    ``"instructions"`` counts the bytecode instructions of the function and of all code within it, such as
    comprehensions and inner functions, without the compiler's inline caches. It is a function of the text and of
    Python's version alone.

    ``"memory"`` is the peak of what the compiler allocates through Python while it reads the text and compiles it, in
    bytes: the lower of two runs, after a first one, without garbage collection. The same Python build gives the same
    number again, unless other threads allocate meanwhile; other versions and platforms give others.

    Parameters
    ----------
    target : {"instructions", "memory"}
        What is to be predicted.
    n_rows : int, optional
        At most this many rows. None for all, several thousand.

    Returns
    -------
    Dataset
        One text column ``source`` in a pandas data frame, and the published split.

    Raises
    ------
    ValueError
        If the target is unknown, or ``n_rows`` is not positive.
    FileNotFoundError
        If this Python comes without the sources of its library.
    ImportError
        If pandas is not installed.

    Examples
    --------
    >>> data = load_code_metrics(n_rows=100)
    >>> data.n_rows, data.feature_names, data.units
    (100, ('source',), 'instructions')
    """
    if target not in UNITS:
        raise ValueError(f"target must be 'instructions' or 'memory', but is {target!r}.")
    if n_rows is not None and n_rows < 1:
        raise ValueError(f"n_rows must be at least 1, but is {n_rows}. None is for all rows.")
    pd = optional_package("pandas", "A column of texts needs pandas.", "data")
    rows = list(islice(((text, module) for text, module in library_functions() if _compiles(text)), n_rows))
    texts = [text for text, _ in rows]
    if target == "instructions":
        y = [count_instructions(text) for text in texts]
    else:
        with _measuring():
            y = [_compile_memory(text) for text in texts]
    return Dataset(
        name=f"code_{target}",
        X=pd.DataFrame({"source": texts}),
        y=np.array(y, dtype=np.float64),
        target=target,
        units=UNITS[target],
        description=f"Functions of the standard library of Python {sys.version.split()[0]}, compiled.",
        feature_names=("source",),
        split=np.array([_part(module) for _, module in rows]),
    )


def count_instructions(source: str) -> int:
    r"""Return the number of bytecode instructions of all functions in a text, inner code included.

    Parameters
    ----------
    source
        One or more functions. What defines them is not counted, only what they do.

    Raises
    ------
    SyntaxError
        If it does not compile.

    Examples
    --------
    >>> one, two = "def one():\n    return f()", "def two():\n    return f() + g()"
    >>> count_instructions(one) < count_instructions(two)
    True
    >>> count_instructions(one + "\n" + two) == count_instructions(one) + count_instructions(two)
    True
    """
    return sum(_instructions(code) for code in _inner(_compile(source)))


def _compile(source: str) -> CodeType:
    code: CodeType = compile(source, "<function>", "exec", dont_inherit=True, optimize=0)
    return code


def _compiles(source: str) -> bool:
    try:
        _compile(source)
    except SyntaxError:
        return False
    return True


def _inner(code: CodeType) -> list[CodeType]:
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def _instructions(code: CodeType) -> int:
    return sum(1 for _ in dis.get_instructions(code)) + sum(_instructions(inner) for inner in _inner(code))


@contextmanager
def _measuring() -> Iterator[None]:
    """Count allocations meanwhile, and collect no garbage; whoever counted before goes on counting."""
    collects, counts = gc.isenabled(), tracemalloc.is_tracing()
    gc.collect()
    gc.disable()
    if not counts:
        tracemalloc.start()
    try:
        yield
    finally:
        if not counts:
            tracemalloc.stop()
        if collects:
            gc.enable()


def _compile_memory(source: str) -> int:
    """Return the peak of the memory that compiling needs beyond what there was, in bytes."""
    kept = _compile(source)  # while it lives, its names stay known to Python, and are not allocated again
    peaks = []
    for _ in range(2):
        tracemalloc.reset_peak()
        before, _ = tracemalloc.get_traced_memory()
        _compile(source)
        peaks.append(tracemalloc.get_traced_memory()[1] - before)
    del kept
    return min(peaks)


def _part(module: str) -> str:
    share = int.from_bytes(hashlib.sha256(module.encode()).digest()[:8]) / 2**64
    return next(part for bound, part in PARTS if share < bound)
