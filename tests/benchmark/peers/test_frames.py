"""Tables as peers take them; the callers' tables stay as they were."""

import numpy as np
import pandas as pd
import pytest

from digitwise.benchmark.peers.frames import Filled, category_names, with_codes, with_texts

FRAME = pd.DataFrame(
    {
        "x": [1.0, np.nan, 3.0, 8.0],
        "letter": pd.Categorical(["b", None, "a", "b"], categories=["a", "b", "z"]),
        "size": pd.Categorical([10, 20, None, 10], categories=[10, 20]),
        "n": [1, 2, 3, 4],
    }
)
ARRAY = np.array([[1.0, np.nan], [2.0, 5.0]])


@pytest.fixture(autouse=True)
def the_table_stays_as_it_was():
    before = FRAME.copy(deep=True)
    yield
    pd.testing.assert_frame_equal(FRAME, before)


def test_categories_are_known_by_their_type() -> None:
    assert category_names(FRAME) == ["letter", "size"]
    assert category_names(FRAME[["x", "n"]]) == category_names(ARRAY) == []


def test_texts_have_no_gaps() -> None:
    table = with_texts(FRAME)
    assert table["letter"].tolist() == ["b", "missing", "a", "b"]
    assert table["size"].tolist()[:2] == ["10", "20"] and table["size"].tolist()[2] == "missing"
    pd.testing.assert_frame_equal(table[["x", "n"]], FRAME[["x", "n"]])
    assert list(table.columns) == list(FRAME.columns)


def test_tables_without_categories_need_no_texts() -> None:
    assert with_texts(ARRAY) is ARRAY
    pd.testing.assert_frame_equal(with_texts(FRAME[["x", "n"]]), FRAME[["x", "n"]])


def test_codes_are_places_among_the_categories() -> None:
    nan = np.nan
    expected = [[1.0, 1.0, 0.0, 1.0], [nan, nan, 1.0, 2.0], [3.0, 0.0, nan, 3.0], [8.0, 1.0, 0.0, 4.0]]
    np.testing.assert_array_equal(with_codes(FRAME), expected)
    assert with_codes(FRAME).dtype == np.float64


def test_codes_do_not_depend_on_which_rows_are_there() -> None:
    np.testing.assert_array_equal(with_codes(FRAME.iloc[[3, 0]]), with_codes(FRAME)[[3, 0]])


def test_arrays_are_numbers_already() -> None:
    np.testing.assert_array_equal(with_codes(ARRAY), ARRAY)
    assert with_codes(np.array([[1, 2]])).dtype == np.float64


def test_gaps_are_filled_by_training_medians_and_flagged() -> None:
    filled = Filled()
    filled.fit(FRAME)
    new = FRAME.assign(x=[np.nan, 0.0, np.nan, 2.0], n=[np.nan, 7.0, 8.0, 9.0])
    table = filled.apply(new)
    assert list(table.columns) == ["x", "letter", "size", "n", "x is missing"]
    assert table["x"].tolist() == [3.0, 0.0, 3.0, 2.0]
    assert table["x is missing"].tolist() == [1.0, 0.0, 1.0, 0.0]
    assert table["n"].tolist() == [2.5, 7.0, 8.0, 9.0], "no flag where training had no gap"
    assert table["letter"].tolist() == ["b", "missing", "a", "b"]
    assert not table.isna().any().any()


def test_arrays_become_frames_of_the_same_columns_whichever_rows() -> None:
    filled = Filled()
    filled.fit(np.array([[np.nan, 1.0], [np.nan, 3.0]]))
    table = filled.apply(np.array([[5.0, np.nan]]))
    assert table.to_numpy().tolist() == [[5.0, 2.0, 0.0]]
    assert filled.apply(np.array([[np.nan, 0.0]])).to_numpy().tolist() == [[0.0, 0.0, 1.0]], "no median: 0"
