"""What a stored search must share with the one that goes on with it."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np

from digitwise.datasets import QualifiedTargets
from digitwise.estimators import DistributionalRegressor
from digitwise.tuning.space import Space

MAY_CHANGE = (
    "device",
    "n_jobs",
    "verbose",
    "warm_start",
    "replay_rows",
    "log_path",
    "checkpoint_path",
    "random_state",
    "select_by",
)
"""Parameters that change no trial, or are compared by themselves."""


def fingerprint_of(
    estimator: DistributionalRegressor,
    space: Space,
    *,
    data: tuple[Any, ...],
    validation_data: tuple[Any, ...] | None,
    select_by: str,
    seed: int,
) -> dict[str, str]:
    """Return what decides the trials of a search, in words and checksums, by what to call it.

    Parameters
    ----------
    estimator
        With its own settings.
    space
        Ranges by parameter.
    data, validation_data
        Features, targets and weights.
    select_by
        Validation metric.
    seed
        Of everything random.
    """
    own = estimator.get_params(deep=False)
    settings = ", ".join(f"{name}={own[name]!r}" for name in sorted(own) if name not in MAY_CHANGE)
    ranges = ", ".join(f"{name}={space[name]!r}" for name in sorted(space))
    return {
        "data": checksum(*data),
        "validation data": "none" if validation_data is None else checksum(*validation_data),
        "estimator's settings": _without_addresses(f"{type(estimator).__name__}({settings})"),
        "search space": _without_addresses(ranges),
        "validation metric": select_by,
        "random state": str(seed),
    }


def differences(stored: Mapping[str, str], current: Mapping[str, str]) -> list[str]:
    """Return the names of what differs.

    Examples
    --------
    >>> differences({"data": "a", "random state": "0"}, {"data": "b", "random state": "0"})
    ['data']
    """
    return [name for name, value in current.items() if stored.get(name) != value]


def checksum(*parts: Any) -> str:
    """Return a checksum of tables, targets and weights, in order; the same data of another type may have another.

    Examples
    --------
    >>> checksum(np.array([1.0]), None) == checksum(np.array([1.0]), np.array([1.0]))
    False
    """
    digest = hashlib.sha256()
    for part in parts:
        for piece in _pieces(part):
            digest.update(hashlib.sha256(piece).digest())  # pieces of other lengths are other data
        digest.update(b"end of part")
    return digest.hexdigest()[:32]


def _pieces(part: Any) -> list[bytes]:
    if part is None:
        return []
    if isinstance(part, QualifiedTargets):
        return [part.low.tobytes(), part.high.tobytes()]
    if nw.dependencies.is_into_dataframe(part):
        frame = nw.from_native(part, eager_only=True)
        columns = [frame[name] for name in frame.columns]
        cells = [c.to_numpy().tobytes() if c.dtype.is_numeric() else repr(c.to_list()).encode() for c in columns]
        return [repr(frame.columns).encode(), *cells]
    array = np.asarray(part)
    if array.dtype.kind in "OUS":
        return [repr(array.tolist()).encode()]
    return [f"{array.dtype} {array.shape}".encode(), np.ascontiguousarray(array).tobytes()]


def _without_addresses(text: str) -> str:
    return re.sub(r" at 0x[0-9a-f]+", "", text)
