"""Code metrics: functions of the standard library with numbers that can be measured again."""

import dis
import hashlib
import os
import subprocess
import sys
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from digitwise.datasets import load_code_metrics, train_validation_test
from digitwise.datasets.code_metrics import count_instructions
from digitwise.datasets.library_functions import library_functions

pytest.importorskip("pandas")

N_ROWS = 400
AGAIN = """
import hashlib, sys, types
for name in ("digitwise", "digitwise.datasets"):  # without the rest of the package, which takes long to load
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = ["/".join([sys.argv[1], *name.split(".")])]
from digitwise.datasets.code_metrics import load_code_metrics
for target in ("instructions", "memory"):
    data = load_code_metrics(target, n_rows=150)
    print(hashlib.sha256("".join(data.X["source"]).encode()).hexdigest(), *data.y.astype(int))
"""


@pytest.mark.parametrize("target", ["instructions", "memory"])
def test_rows_are_functions_with_numbers_over_wide_ranges(target: str) -> None:
    data = load_code_metrics(target, N_ROWS)
    sources = data.X["source"].tolist()
    assert (data.n_rows, data.feature_names, data.target) == (N_ROWS, ("source",), target)
    assert len(set(sources)) == N_ROWS
    assert all(source.startswith(("def ", "async def ")) for source in sources)
    assert data.y.min() > 0 and np.array_equal(data.y, np.round(data.y))
    assert np.quantile(data.y, 0.95) > 5 * np.quantile(data.y, 0.05)


def test_fewer_rows_are_the_first_of_more() -> None:
    few, many = load_code_metrics(n_rows=50), load_code_metrics(n_rows=N_ROWS)
    assert few.X["source"].tolist() == many.X["source"].tolist()[:50]
    np.testing.assert_array_equal(few.y, many.y[:50])
    np.testing.assert_array_equal(few.split, many.split[:50])


def test_no_module_is_in_two_parts_and_every_part_has_rows() -> None:
    data = load_code_metrics(n_rows=2000)
    assert data.n_rows == 2000 and len(library_functions()) > 5000
    module_of = dict(library_functions())
    parts: dict[str, set[str]] = {}
    for source, part in zip(data.X["source"], data.split, strict=True):
        parts.setdefault(module_of[source], set()).add(part)
    assert len(parts) > 100 and {len(part) for part in parts.values()} == {1}
    assert min(map(len, train_validation_test(data, seed=0))) > 100


def test_instructions_are_those_of_the_function_and_all_within() -> None:
    plain = "def f(x):\n    return x + 1\n"
    inner = "def f(x):\n    def g(y=len('abc')):\n        return y * 2\n    return g(x)\n"
    namespace: dict = {}
    exec(plain + inner.replace("def f", "def h"), namespace)
    f, h = namespace["f"].__code__, namespace["h"].__code__
    within = next(constant for constant in h.co_consts if hasattr(constant, "co_code"))
    assert count_instructions(plain) == len(list(dis.Bytecode(f)))
    assert count_instructions(inner) == len(list(dis.Bytecode(h))) + len(list(dis.Bytecode(within)))
    assert count_instructions("# a comment\n" + plain) == count_instructions(plain)


def test_another_process_measures_the_same(project_root: Path) -> None:
    environment = {**os.environ, "PYTHONHASHSEED": "1"}
    command = [sys.executable, "-c", AGAIN, str(project_root / "src")]
    output = subprocess.check_output(command, env=environment, text=True)
    for target, line in zip(("instructions", "memory"), output.splitlines(), strict=True):
        data = load_code_metrics(target, n_rows=150)
        texts, *values = line.split()
        assert texts == hashlib.sha256("".join(data.X["source"]).encode()).hexdigest()
        same = np.isclose(np.array(values, float), data.y, rtol=0 if target == "instructions" else 0.02, atol=0)
        # another thread may allocate while memory is measured: rarely, and never an instruction
        assert same.mean() >= (1 if target == "instructions" else 0.97)


def test_who_counts_allocations_goes_on_counting() -> None:
    tracemalloc.start()
    try:
        counted = load_code_metrics("memory", 20)
        assert tracemalloc.is_tracing()
    finally:
        tracemalloc.stop()
    assert np.isclose(load_code_metrics("memory", 20).y, counted.y, rtol=0.02).mean() >= 0.9
    assert not tracemalloc.is_tracing()


def test_errors() -> None:
    with pytest.raises(ValueError, match="at least 1, but is 0"):
        load_code_metrics(n_rows=0)
    with pytest.raises((ValueError, TypeError)):
        load_code_metrics("runtime")  # type: ignore[arg-type]
