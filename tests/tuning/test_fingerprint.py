"""Equal data have equal checksums; data that differ anywhere do not."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from digitwise.datasets import QualifiedTargets
from digitwise.tuning.fingerprint import checksum

FRAME = {"a": [1.0, 2.0], "town": ["Rome", "Bern"]}


@pytest.mark.parametrize("kind", [pd.DataFrame, pl.DataFrame])
def test_frames(kind: type) -> None:
    assert checksum(kind(FRAME)) == checksum(kind(FRAME))
    for changed in (
        {"b": [1.0, 2.0], "town": FRAME["town"]},
        FRAME | {"a": [1.0, 3.0]},
        FRAME | {"town": ["Rome"] * 2},
    ):
        assert checksum(kind(changed)) != checksum(kind(FRAME))


def test_arrays_lists_and_qualified_targets() -> None:
    numbers = np.arange(6.0)
    values = [
        numbers,
        numbers.reshape(2, 3),
        numbers[::-1],
        numbers.astype(np.float32),
        [["a", 1], ["b", 2]],
        QualifiedTargets(numbers, numbers),
        QualifiedTargets(numbers, numbers + 1),
        None,
    ]
    assert [checksum(value) for value in values] == [checksum(value) for value in values]
    assert len({checksum(value) for value in values}) == len(values)
    assert checksum(numbers, None) != checksum(None, numbers)
