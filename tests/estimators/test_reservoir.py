"""The sample of rows that a model replays: uniform over everything seen, of bounded size."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from digitwise.estimators.joined_rows import joined_rows
from digitwise.estimators.reservoir import Reservoir
from digitwise.estimators.table_rows import TableRows

N_SEEN, CAPACITY = 30, 6


def rows_of(numbers: np.ndarray) -> TableRows:
    return TableRows(numbers[:, None], numbers, 1 + numbers)


def trained(n_rows: int) -> np.ndarray:
    return np.zeros(n_rows, dtype=bool)


def sample(sizes: tuple[int, ...], seed: int) -> Reservoir:
    """A sample of the numbers from 0 on, which come in tables of these sizes."""
    first, *others = np.split(np.arange(float(sum(sizes))), np.cumsum(sizes)[:-1])
    reservoir = Reservoir.of([rows_of(first)], trained(len(first)), capacity=CAPACITY, seed=seed)
    for numbers in others:
        reservoir = reservoir.with_rows([rows_of(numbers)], trained(len(numbers)), capacity=CAPACITY, seed=seed)
    return reservoir


@pytest.mark.parametrize("sizes", [(30,), (3, 27), (10, 10, 10), (26, 1, 1, 1, 1)])
def test_every_row_seen_is_kept_with_the_same_probability(sizes: tuple[int, ...]) -> None:
    n_seeds, share = 1500, CAPACITY / N_SEEN
    count = np.zeros(N_SEEN)
    together = 0
    for seed in range(n_seeds):
        kept = sample(sizes, seed)
        assert len(kept.rows) == CAPACITY
        assert kept.n_seen == N_SEEN
        count[kept.rows.y.astype(int)] += 1
        together += {0.0, 29.0} <= set(kept.rows.y)
    deviation = (count - n_seeds * share) / np.sqrt(n_seeds * share * (1 - share))
    assert np.abs(deviation).max() < 4
    pairs = share * (CAPACITY - 1) / (N_SEEN - 1)
    assert abs(together - n_seeds * pairs) < 4 * np.sqrt(n_seeds * pairs)


def test_all_rows_stay_in_order_while_there_is_room() -> None:
    np.testing.assert_array_equal(sample((2, 3), seed=0).rows.y, np.arange(5.0))


def test_weights_features_and_what_was_held_out_stay_with_their_rows() -> None:
    numbers = np.arange(20.0)
    kept = Reservoir.of([rows_of(numbers)], numbers >= 12, capacity=10, seed=0)
    kept = kept.with_rows([rows_of(numbers + 20)], numbers >= 12, capacity=10, seed=0)
    np.testing.assert_array_equal(kept.rows.weight, 1 + kept.rows.y)
    np.testing.assert_array_equal(kept.rows.X[:, 0], kept.rows.y)
    np.testing.assert_array_equal(kept.is_held_out, kept.rows.y % 20 >= 12)
    to_train, to_validate = kept.parts()
    assert (to_train.y % 20 < 12).all()
    assert (to_validate.y % 20 >= 12).all()


def test_tables_one_below_the_other_are_as_one_and_are_not_copied_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = np.arange(50.0)
    is_held_out = numbers >= 35
    as_one = Reservoir.of([rows_of(numbers)], is_held_out, capacity=9, seed=3)
    sizes = []

    def counted(tables: list[TableRows]) -> TableRows:
        sizes.append([len(table) for table in tables])
        return joined_rows(tables)

    monkeypatch.setattr("digitwise.estimators.reservoir.joined_rows", counted)
    parts = [rows_of(numbers[:35]), rows_of(numbers[35:])]
    apart = Reservoir.of(parts, is_held_out, capacity=9, seed=3)
    np.testing.assert_array_equal(apart.rows.y, as_one.rows.y)
    np.testing.assert_array_equal(apart.is_held_out, as_one.is_held_out)
    apart.with_rows(parts, is_held_out, capacity=9, seed=4)
    assert max(map(sum, sizes)) <= 18


def test_without_held_out_rows_all_of_them_do_both() -> None:
    to_train, to_validate = sample((5,), seed=0).parts()
    assert to_train is to_validate


def test_a_sample_that_has_given_up_rows_can_only_become_smaller() -> None:
    full, new = sample((30,), seed=0), rows_of(np.arange(30.0, 40.0))
    assert len(full.with_rows([new], trained(10), capacity=100, seed=0).rows) == CAPACITY
    assert len(full.with_rows([new], trained(10), capacity=2, seed=0).rows) == 2
    room = sample((5,), seed=0)
    assert len(room.with_rows([new], trained(10), capacity=100, seed=0).rows) == 15


def test_intervals_among_numbers_stay_intervals() -> None:
    numbers, ends = np.arange(2.0), np.array([5.0, np.inf])
    joined = joined_rows([rows_of(numbers), TableRows(numbers[:, None], numbers, np.ones(2), ends)])
    np.testing.assert_array_equal(joined.y_high, [0, 1, 5, np.inf])
    np.testing.assert_array_equal(joined.is_exact, [True, True, False, False])


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_frames_join_where_the_types_of_columns_differ(frame: type) -> None:
    first = frame({"size": [1, 2], "kind": ["a", "b"]})
    second = frame({"size": [0.5, 2.5], "kind": ["c", "a"]})
    if frame is pd.DataFrame:
        first, second = (part.astype({"kind": "category"}) for part in (first, second))
    else:
        first, second = (part.cast({"kind": pl.Categorical}) for part in (first, second))
    ones = np.ones(2)
    joined = joined_rows([TableRows(part, ones, ones) for part in (first, second)]).X
    assert list(joined["size"]) == [1, 2, 0.5, 2.5]
    assert list(joined["kind"]) == ["a", "b", "c", "a"]


def test_frames_join_whose_columns_have_no_names() -> None:
    ones = np.ones(2)
    tables = [TableRows(pd.DataFrame([[value, "a"], [2.5, "b"]]), ones, ones) for value in (1, 0.5)]
    assert joined_rows(tables).X.values.tolist() == [[1, "a"], [2.5, "b"], [0.5, "a"], [2.5, "b"]]


def test_rows_of_another_kind_are_refused() -> None:
    ones = np.ones(2)
    tables = [TableRows(np.zeros((2, 1)), ones, ones), TableRows(pd.DataFrame({"a": [0, 0]}), ones, ones)]
    with pytest.raises(ValueError, match="learnt together must be of the same kind"):
        joined_rows(tables)
