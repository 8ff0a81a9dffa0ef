"""Which device, how many threads."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import torch

Item = TypeVar("Item")
Result = TypeVar("Result")


def choose_device(name: str) -> torch.device:
    """Return the named device; ``"auto"`` is a CUDA device where there is one, else the CPU.

    Raises
    ------
    ValueError
        If the name is no device, or the device is not there or cannot compute in float64 (as ``"mps"``).
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        torch.empty(0, device=device, dtype=torch.float64)
    except (RuntimeError, AssertionError, TypeError) as error:
        raise ValueError(
            f"device must be 'auto' or a torch device of this machine that knows float64, but got {name!r}: {error}"
        ) from error
    return device


@contextmanager
def cpu_threads(n_jobs: int | None) -> Iterator[None]:
    """Run with so many CPU threads (negative: all cores; None: as set), then restore the setting."""
    if n_jobs is None:
        yield
        return
    before = torch.get_num_threads()
    torch.set_num_threads((os.cpu_count() or 1) if n_jobs < 0 else max(1, n_jobs))
    try:
        yield
    finally:
        torch.set_num_threads(before)


def side_by_side(task: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
    """Return what a task makes of each item, in their order: as many at a time as there are threads, one thread each.

    Many small steps keep several cores busy this way, and do not if each step is shared out among them.

    Examples
    --------
    >>> side_by_side(lambda number: number**2, [1, 2, 3])
    [1, 4, 9]
    """
    n_threads = min(torch.get_num_threads(), len(items))
    if n_threads <= 1:
        return [task(item) for item in items]
    with cpu_threads(1), ThreadPoolExecutor(n_threads) as pool:
        return list(pool.map(task, items))
