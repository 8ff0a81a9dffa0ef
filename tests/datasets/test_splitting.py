"""Laws of splitting: disjoint, complete, decided by the seed, and faithful to a published split."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitwise.datasets import Dataset, train_validation_test


def rows(n: int, split: list[str] | None = None) -> Dataset:
    labels = None if split is None else np.array(split)
    return Dataset(name="rows", X=np.zeros((n, 1)), y=np.arange(float(n)), split=labels)


@settings(max_examples=30, deadline=None)
@given(n=st.integers(5, 400), seed=st.integers(0, 10))
def test_random_parts_cover_every_row_once(n: int, seed: int) -> None:
    parts = train_validation_test(rows(n), seed)
    assert np.array_equal(np.sort(np.concatenate(parts)), np.arange(n))
    for part, share in zip(parts, (0.64, 0.16, 0.2), strict=True):
        assert abs(len(part) - share * n) <= 1
        assert np.all(np.diff(part) > 0)


def test_the_seed_decides() -> None:
    first, again, other = (train_validation_test(rows(100), seed) for seed in (0, 0, 1))
    assert all(map(np.array_equal, first, again))
    assert not np.array_equal(first.test, other.test)


def test_published_split_is_kept() -> None:
    labels = ["test", "train", "validation", "train", "test"]
    parts = train_validation_test(rows(5, labels), seed=3)
    assert [part.tolist() for part in parts] == [[1, 3], [2], [0, 4]]


def test_validation_rows_come_from_training_rows_where_none_are_published() -> None:
    parts = train_validation_test(rows(30, ["train"] * 20 + ["test"] * 10), seed=0)
    assert parts.test.tolist() == list(range(20, 30))
    assert len(parts.validation) == 4
    assert np.array_equal(np.sort(np.concatenate(parts[:2])), np.arange(20))


@pytest.mark.parametrize("split", [None, ["train"] * 60 + ["validation"] * 20 + ["test"] * 20])
def test_max_train_only_thins_training_rows_and_nests(split: list[str] | None) -> None:
    data = rows(100, split)
    full, large, small = (train_validation_test(data, 5, limit) for limit in (None, 40, 10))
    assert (len(large.train), len(small.train)) == (40, 10)
    assert set(small.train) < set(large.train) < set(full.train)
    assert np.array_equal(full.validation, small.validation)
    assert np.array_equal(full.test, small.test)


@pytest.mark.parametrize("split", [None, ["train"] * 60 + ["validation"] * 20 + ["test"] * 20])
def test_max_validation_only_thins_validation_rows_and_nests(split: list[str] | None) -> None:
    data = rows(100, split)
    full, large, small = (train_validation_test(data, 5, 40, limit) for limit in (None, 12, 3))
    assert (len(large.validation), len(small.validation)) == (12, 3)
    assert set(small.validation) < set(large.validation) < set(full.validation)
    assert np.array_equal(full.train, small.train)
    assert np.array_equal(full.test, small.test)


def test_errors() -> None:
    with pytest.raises(ValueError, match="max_validation must be at least 1"):
        train_validation_test(rows(10), 0, max_validation=0)
    with pytest.raises(ValueError, match="at least 1, but got 0"):
        train_validation_test(rows(10), 0, max_train=0)
    with pytest.raises(ValueError, match="with 2 rows leaves none for the validation part"):
        train_validation_test(rows(2), 0)
    with pytest.raises(ValueError, match="leaves none for the test part"):
        train_validation_test(rows(10, ["train"] * 10), 0)
