"""Texts and flags become intervals; whatever says nothing, or contradicts itself, is named with its row."""

import math

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.model_selection import train_test_split

from digitwise import QualifiedTargets

INF = math.inf


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("12.5", 12.5, 12.5),
        (" -3 ", -3.0, -3.0),
        ("= 4", 4.0, 4.0),
        ("1e3", 1000.0, 1000.0),
        (".5", 0.5, 0.5),
        ("< 10", -INF, 10.0),
        ("<10", -INF, 10.0),
        ("<= -2.5e-3", -INF, -0.0025),
        ("≤ 7", -INF, 7.0),
        ("> 3600", 3600.0, INF),
        (">=3", 3.0, INF),
        ("≥ 3", 3.0, INF),
        ("3-5", 3.0, 5.0),
        ("3 – 5", 3.0, 5.0),
        ("-5--3", -5.0, -3.0),
        ("-5-3", -5.0, 3.0),
        ("1e-3-1e-2", 0.001, 0.01),
        ("3..5", 3.0, 5.0),
        ("3 ... 5", 3.0, 5.0),
        ("[3, 5]", 3.0, 5.0),
        ("(3; 5]", 3.0, 5.0),
        ("[-1, inf)", -1.0, INF),
        ("(-∞, 2]", -INF, 2.0),
        (7, 7.0, 7.0),
        (np.float32(0.5), 0.5, 0.5),
    ],
)
def test_what_texts_mean(text: object, low: float, high: float) -> None:
    targets = QualifiedTargets.parse([text])
    assert (targets.low[0], targets.high[0]) == (low, high)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("about 5", r"Row 1 must be a number, '< 10'.*but is 'about 5'"),
        ("", "Row 1 must be a number"),
        ("5 <", "Row 1 must be a number"),
        ("1,000", "Row 1 must be a number"),
        (None, "Row 1 must be a text or a number, but is None"),
        (pd.NA, "Row 1 must be a text or a number"),
        (math.nan, "row 1 has NaN"),
        ("5-3", "low must not lie above high, but row 1 goes from 5 to 3"),
        ("inf", "At least one end must be finite, but row 1"),
        ("[-inf, inf]", "At least one end must be finite, but row 1"),
    ],
)
def test_what_means_nothing_is_named_with_its_row(text: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        QualifiedTargets.parse(["3", text])


@pytest.mark.parametrize("series", [pd.Series, pl.Series, list, np.array])
def test_series_of_texts(series) -> None:
    targets = QualifiedTargets.parse(series(["< 10", "12.5", "> 3600"]))
    assert targets.low.tolist() == [-INF, 12.5, 3600.0]
    assert targets.high.tolist() == [10.0, 12.5, INF]
    assert targets.is_exact.tolist() == [False, True, False]


def test_flags_of_censoring() -> None:
    y = [1.0, 2.0, 3.0]
    right = QualifiedTargets.right_censored(y, [False, True, False])
    assert (right.low.tolist(), right.high.tolist()) == (y, [1.0, INF, 3.0])
    survival = QualifiedTargets.censored(pd.Series(y), event_observed=np.array([1, 0, 1]))
    assert (survival.low.tolist(), survival.high.tolist()) == (y, [1.0, INF, 3.0])
    left = QualifiedTargets.left_censored(y, pd.Series([True, False, False]))
    assert (left.low.tolist(), left.high.tolist()) == ([-INF, 2.0, 3.0], y)


def test_bad_arguments_are_named() -> None:
    with pytest.raises(ValueError, match="one entry per row, but have 1 and 2"):
        QualifiedTargets([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="one number per row, but has shape"):
        QualifiedTargets([[1.0]], [[1.0]])
    with pytest.raises(ValueError, match="is_censored must hold True or False for each of the 2 rows"):
        QualifiedTargets.right_censored([1.0, 2.0], [True])
    with pytest.raises(ValueError, match="event_observed must hold True or False"):
        QualifiedTargets.censored([1.0, 2.0], [0.5, 1.0])


def test_rows_are_picked_as_from_an_array_and_remain_targets() -> None:
    targets = QualifiedTargets.parse(["1", "< 2", "> 3", "4-5"])
    assert len(targets) == 4
    assert targets.shape == (4,)
    for index, rows in ((1, [1]), (-1, [3]), (slice(1, 3), [1, 2]), ([3, 0], [3, 0]), (targets.is_exact, [0])):
        picked = targets[index]
        assert isinstance(picked, QualifiedTargets)
        assert picked.low.tolist() == targets.low[rows].tolist()
        assert picked.high.tolist() == targets.high[rows].tolist()
    train, test = train_test_split(targets, test_size=0.5, random_state=0)
    assert sorted([*train.low, *test.low]) == sorted(targets.low)


def test_intervals_are_not_mistaken_for_numbers() -> None:
    targets = QualifiedTargets.parse(["1", "< 2"])
    assert not hasattr(targets, "to_numpy")
    with pytest.raises(TypeError, match=r"holds intervals \(1 of 2 rows\), which are no numbers"):
        np.asarray(targets)
    assert repr(targets) == "QualifiedTargets('1', '<= 2')"
    assert repr(QualifiedTargets(np.arange(9), np.arange(9))).endswith("'5', ... 3 more)")


def test_the_callers_arrays_are_copied() -> None:
    low = np.array([1.0, 2.0])
    targets = QualifiedTargets(low, low + 1)
    low[0] = 9.0
    assert targets.low[0] == 1.0
