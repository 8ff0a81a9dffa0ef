"""Tables to tensors: every kind of column, from every kind of table."""

import datetime as dt
import json
from dataclasses import FrozenInstanceError
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pytest
import torch

from digitwise.encoders.columns import Columns
from digitwise.encoders.columns_numeric import CLIP_AT, NORMAL_QUARTILE_RANGE

DAYS = [dt.date(2020, 1, day) for day in (1, 2, 3, 5)]
TIMES = [dt.datetime(2020, 1, day, 12) for day in (1, 2, 3, 5)]
DATA = {
    "number": [1.0, 2.0, None, 4.0],
    "count": [1, 2, 3, 5],
    "flag": [True, False, True, True],
    "gap flag": [True, None, False, True],
    "word": ["b", "a", "b", None],
    "when": [TIMES[0], None, *TIMES[2:]],
    "took": [dt.timedelta(seconds=s) for s in (1, 2, 3, 90)],
    "constant": [7, 7, 7, 7],
    "empty": [None, None, None, None],
    "one word": ["x", "x", "x", "x"],
}
VALUES = ["number", "count", "flag", "gap flag", "when", "took"]


def same(a, b) -> bool:
    return torch.equal(a.numeric, b.numeric) and torch.equal(a.categorical, b.categorical)


def pandas_table(data=DATA):
    return pd.DataFrame(data)


def polars_table(data=DATA):
    return pl.DataFrame(data)


def arrow_table(data=DATA):
    return pl.DataFrame(data).to_arrow()


def object_array(data=DATA):
    return np.array([list(row) for row in zip(*data.values(), strict=True)], dtype=object)


def list_of_lists(data=DATA):
    return object_array(data).tolist()


TABLES = [pandas_table, polars_table, arrow_table, object_array, list_of_lists]


@pytest.fixture(params=TABLES, ids=lambda make: make.__name__)
def make(request):
    return request.param


def test_every_table_gives_the_same_tensors(make):
    columns = Columns.fit(make())
    tensors = columns.transform(make())
    expected = Columns.fit(polars_table()).transform(polars_table())
    assert same(tensors, expected)
    assert tensors.numeric.dtype == torch.float32
    assert tensors.categorical.dtype == torch.int64
    assert tensors.numeric.shape == (4, columns.n_numeric) == (4, 9)
    assert tensors.categorical.tolist() == [[2], [3], [2], [1]]
    assert columns.cardinalities == [4]
    assert len(tensors) == 4
    assert torch.isfinite(tensors.numeric).all()


def test_names(make):
    columns = Columns.fit(make())
    names = list(DATA) if columns.named else [f"x{index}" for index in range(len(DATA))]
    name_of = dict(zip(DATA, names, strict=True))
    assert list(columns.feature_names) == names
    assert columns.numeric_names == [name_of[name] for name in VALUES] + [
        f"{name_of[name]} is missing" for name in ("number", "gap flag", "when")
    ]
    assert columns.categorical_names == [name_of["word"]]
    assert columns.dropped == {
        name_of["constant"]: "constant",
        name_of["empty"]: "all missing",
        name_of["one word"]: "constant",
    }


def test_one_row_equals_the_row_of_the_whole_table(make):
    columns = Columns.fit(make())
    whole = columns.transform(make())
    for index in range(4):
        row = columns.transform(make({name: cells[index : index + 1] for name, cells in DATA.items()}))
        assert torch.equal(row.numeric[0], whole.numeric[index])
        assert torch.equal(row.categorical[0], whole.categorical[index])


def test_survives_json(make):
    columns = Columns.fit(make())
    restored = Columns.from_dict(json.loads(json.dumps(columns.to_dict())))
    assert restored == columns
    assert same(restored.transform(make()), columns.transform(make()))


def test_is_frozen():
    with pytest.raises(FrozenInstanceError):
        Columns.fit([[1.0], [2.0]]).named = True


def test_order_of_rows_does_not_matter():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(501, 3)) ** 5
    X[:300, 2] = 1.5
    assert Columns.fit(X[rng.permutation(len(X))]) == Columns.fit(X)


@pytest.mark.parametrize("make", [pandas_table, polars_table, arrow_table])
def test_frames_are_matched_by_name(make):
    columns = Columns.fit(make())
    turned = {name: DATA[name] for name in reversed(DATA)}
    assert same(columns.transform(make(turned)), columns.transform(make()))


def test_arrays_and_frames_are_matched_by_position():
    X = np.arange(12.0).reshape(4, 3) ** 2
    frame = pd.DataFrame(X, columns=["a", "b", "c"])
    expected = Columns.fit(X).transform(X)
    assert same(Columns.fit(frame).transform(X), expected)
    assert same(Columns.fit(X).transform(frame), expected)
    assert same(Columns.fit(X).transform(pd.DataFrame(X)), expected)


@pytest.mark.parametrize("make", [pandas_table, polars_table])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda data: {k: v for k, v in data.items() if k != "word"}, r"\['word'\] are absent"),
        (lambda data: data | {"more": [1] * 4}, r"\['more'\] were not in training"),
        (
            lambda data: {{"word": "Word"}.get(k, k): v for k, v in data.items()},
            r"\['word'\] are absent and \['Word'\] were not in training",
        ),
        (lambda data: data | {"count": ["1", "2", "3", "4"]}, "'number' in training.*'text' now"),
        (lambda data: data | {"word": [1, 2, 3, 4]}, "'text' in training.*'number' now"),
        (lambda data: data | {"when": [1, 2, 3, 4]}, "'time' in training.*'number' now"),
        (lambda data: data | {"number": [1.0, np.inf, 2.0, 3.0]}, "'number' holds infinity"),
    ],
)
def test_wrong_columns(make, change, message):
    columns = Columns.fit(make())
    with pytest.raises(ValueError, match=message):
        columns.transform(make(change(DATA)))


def test_wrong_number_of_columns():
    columns = Columns.fit(np.eye(3))
    with pytest.raises(ValueError, match="X has 2 features, but Columns is expecting 3 features"):
        columns.transform(np.eye(2))


# numbers ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "center", "scale"),
    [
        ([0.0, 1.0, 2.0, 3.0, 100.0], 2.0, 2.0 / NORMAL_QUARTILE_RANGE),
        ([5.0] * 20 + [6.0], 5.0, np.std([5.0] * 20 + [6.0])),
        ([1e300, -1e300], 0.0, 1e300 / NORMAL_QUARTILE_RANGE),
    ],
)
def test_robust_scaling_and_smooth_clipping(cells, center, scale):
    X = np.array(cells)[:, None]
    t = (X - center) / scale
    expected = t / np.sqrt(1 + (t / CLIP_AT) ** 2)
    got = Columns.fit(X).transform(X).numeric
    np.testing.assert_allclose(got, expected, rtol=1e-6)


def test_clipping_keeps_the_order_and_the_bounds():
    X = np.sort(np.random.default_rng(0).standard_cauchy(2000))[:, None]
    columns = Columns.fit(X)
    numeric = columns.transform(np.vstack([[-1.7e308], X, [1.7e308]])).numeric[:, 0]
    assert (numeric.diff() >= 0).all()
    assert numeric.abs().max() <= CLIP_AT


def test_float64_arithmetic():
    X = 1e12 + np.arange(100.0)[:, None]
    numeric = Columns.fit(X).transform(X).numeric
    reference = np.arange(100.0)[:, None]
    assert torch.equal(numeric, Columns.fit(reference).transform(reference).numeric)


def test_missing_numbers():
    columns = Columns.fit([[1.0, 1.0], [None, 2.0], [3.0, 3.0]])
    numeric = columns.transform([[None, None], [2.0, 2.0]]).numeric
    assert numeric.tolist() == [
        [0.0, 0.0, 1.0],
        [0.0, 0.0, 0.0],
    ]  # second column: median, no indicator


def test_a_constant_with_gaps_keeps_its_indicator():
    columns = Columns.fit([[5.0], [np.nan], [5.0]])
    assert columns.numeric_names == ["x0 is missing"]
    assert columns.transform([[np.nan], [9.0]]).numeric.tolist() == [[1.0], [0.0]]


def test_booleans_are_zero_and_one():
    columns = Columns.fit(np.array([[True, False], [False, True], [True, True]]))
    X = np.array([[True, False], [False, False]])
    assert columns.transform(X).numeric.tolist() == [[1.0, 0.0], [0.0, 0.0]]
    assert columns.transform([[None, 1]]).numeric.tolist() == [[1.0, 1.0]]  # the median


def test_dates_are_seconds():
    frames = [pl.DataFrame({"day": DAYS}), pd.DataFrame({"day": pd.to_datetime(DAYS)})]
    arrays = [np.array(DAYS, dtype="datetime64[D]")[:, None], np.array(DAYS, dtype=object)[:, None]]
    seconds = np.array([[day.toordinal() * 86400.0] for day in DAYS])
    expected = Columns.fit(seconds).transform(seconds).numeric
    for X in frames + arrays:
        columns = Columns.fit(X)
        assert torch.equal(columns.transform(X).numeric, expected)
        assert columns.numeric[0].kind == "time"
        assert columns.numeric[0].center == dt.datetime(2020, 1, 2, 12).replace(tzinfo=dt.UTC).timestamp()


def test_time_zones_count():
    times = pl.DataFrame({"t": TIMES})
    paris = times.with_columns(pl.col("t").dt.replace_time_zone("Europe/Paris"))
    columns = Columns.fit(paris)
    assert columns.numeric[0].center == Columns.fit(times).numeric[0].center - 3600
    as_utc = paris.with_columns(pl.col("t").dt.convert_time_zone("UTC"))
    assert same(columns.transform(as_utc), columns.transform(paris))


def test_decimals_and_nullable_integers():
    cells = [1, 2, None, 4]
    frames = [
        pd.DataFrame({"x": pd.array(cells, dtype="Int64")}),
        pl.DataFrame({"x": cells}),
        pl.DataFrame({"x": [None if c is None else Decimal(c) for c in cells]}),
        pd.DataFrame({"x": pd.Series(cells, dtype=object)}),
        pd.DataFrame({"x": pd.Series([pd.NA if c is None else c for c in cells], dtype=object)}),
    ]
    expected = Columns.fit([[c] for c in cells])
    for X in frames:
        assert Columns.fit(X).numeric[0].fill == expected.numeric[0].fill
        assert torch.equal(Columns.fit(X).transform(X).numeric, expected.transform(X).numeric)


# categories ------------------------------------------------------------------------------------


def test_codes():
    words = ["b", "c", "b", "a", None, "c", "b"]
    columns = Columns.fit(pl.DataFrame({"w": words}), max_categories=2)
    assert columns.categorical[0].categories == ("b", "c")
    assert columns.cardinalities == [4]
    seen = columns.transform(pl.DataFrame({"w": ["b", "c", "a", "never", None]})).categorical
    assert seen[:, 0].tolist() == [2, 3, 0, 0, 1]


def test_missing_only_at_predict_time_has_a_code():
    columns = Columns.fit([["a"], ["b"]])
    assert columns.transform([[None], [float("nan")], ["a"]]).categorical.tolist() == [
        [1],
        [1],
        [2],
    ]


def test_numeric_strings_are_text():
    columns = Columns.fit(np.array([["1"], ["2"], ["2"]], dtype=object))
    assert columns.categorical[0].categories == ("2", "1")
    assert columns.n_numeric == 0
    assert same(columns.transform(np.array([["2"]])), columns.transform([["2"]]))


def test_mixed_text_and_numbers():
    columns = Columns.fit(pd.DataFrame({"x": pd.Series([1, "a", 1, np.nan, 2.5], dtype=object)}))
    codes = columns.transform(pd.DataFrame({"x": [1, 2, 2.5]})).categorical
    assert codes[:, 0].tolist() == [2, 0, 3]


@pytest.mark.parametrize(
    "cells",
    [
        pd.Categorical([3, 1, 3, None]),
        pd.Categorical(["u", "v", "u", None]),
        pd.Categorical([True, False, True, None]),
        pd.Categorical([1.5, 2.5, 1.5, None], ordered=True),
        pd.cut([1, 9, 1, np.nan], 2),
        pd.Categorical(pd.to_datetime(["2020-01-01", "2021-01-01", "2020-01-01", None])),
    ],
    ids=["int", "str", "bool", "float", "interval", "date"],
)
def test_pandas_categories_survive_json(cells):
    frame = pd.DataFrame({"c": cells})
    columns = Columns.fit(frame)
    restored = Columns.from_dict(json.loads(json.dumps(columns.to_dict())))
    assert restored.transform(frame).categorical[:, 0].tolist() == [2, 3, 2, 1]
    assert list(map(type, restored.categorical[0].categories)) == list(map(type, columns.categorical[0].categories))


@pytest.mark.parametrize("dtype", [pl.Categorical, pl.Enum(["a", "b", "c"]), pl.String])
def test_polars_categories(dtype):
    frame = pl.DataFrame({"c": pl.Series(["c", "a", "c", None], dtype=dtype)})
    for X in (frame, frame.to_arrow()):
        assert Columns.fit(X).transform(X).categorical[:, 0].tolist() == [2, 3, 2, 1]


@pytest.mark.parametrize(
    ("X", "categorical"),
    [
        (np.array([[3, 0], [1, 1], [3, 2]]), [0]),
        (np.array([[3.0, 0.0], [1.0, 1.0], [3.0, 2.0]]), [0]),
        (pl.DataFrame({"a": [3, 1, 3], "b": [0, 1, 2]}), ["a"]),
        (pd.DataFrame({"a": [3, 1, 3], "b": [0, 1, 2]}), [0]),
        (pl.DataFrame({"a": [True, False, True], "b": [0, 1, 2]}), ["a"]),
    ],
)
def test_listed_columns_are_categorical(X, categorical):
    columns = Columns.fit(X, categorical=categorical)
    assert columns.n_numeric == 1
    assert columns.transform(X).categorical[:, 0].tolist() == [2, 3, 2]


def test_equal_numbers_are_one_category():
    columns = Columns.fit(pl.DataFrame({"a": [3, 1, 3]}), categorical=["a"])
    assert columns.transform(pl.DataFrame({"a": [3.0, None]})).categorical.tolist() == [[2], [1]]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"categorical": ["z"]}, r"X has no \['z'\]"),
        ({"categorical": [2]}, r"indices from 0 to 1, but X has no \[2\]"),
        ({"categorical": "a"}, r"Write \['a'\]"),
        ({"max_categories": 1}, "at least 2"),
    ],
)
def test_wrong_options(options, message):
    fit = getattr(Columns.fit, "__wrapped__", Columns.fit)  # without the type checks of tests
    arguments = (Columns,) if fit is not Columns.fit else ()
    with pytest.raises(ValueError, match=message):
        fit(*arguments, pl.DataFrame({"a": [1, 2], "b": [3, 4]}), **options)


# tables that are none ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("X", "error", "message"),
    [
        (np.arange(3.0), ValueError, "Reshape your data"),
        (pd.Series([1.0, 2.0]), ValueError, "Reshape your data"),
        (np.empty((0, 2)), ValueError, r"0 sample\(s\) \(shape=\(0, 2\)\)"),
        (np.empty((3, 0)), ValueError, r"0 feature\(s\) \(shape=\(3, 0\)\)"),
        (pl.DataFrame({"a": []}), ValueError, r"0 sample\(s\)"),
        (pl.DataFrame({"a": [1]}).lazy(), TypeError, "collect"),
        (np.array([[1j]]), ValueError, "Complex data not supported"),
        (np.array([[1j]], dtype=object), ValueError, "Complex data not supported"),
        (pd.DataFrame(np.eye(2), columns=["a", "a"]), ValueError, "names must differ"),
        (pd.DataFrame(np.eye(2), columns=[1, "1"]), ValueError, "names must differ"),
        ([[{"a": 1}], [2]], TypeError, "argument must be a string, a number.*dict, int"),
        ([[dt.date(2020, 1, 1)], ["x"]], TypeError, "holds date, str"),
        (pl.DataFrame({"a": [[1], [2]]}), TypeError, "'a'.*ndarray|list"),
        (pl.DataFrame({"a": [dt.time(1)]}), TypeError, "holds time"),
        (pd.DataFrame({"p": pd.period_range("2020", periods=2, freq="M")}), TypeError, "Period"),
        ([[np.inf], [1.0]], ValueError, "holds infinity"),
    ],
)
def test_no_table(X, error, message):
    with pytest.raises(error, match=message):
        Columns.fit(X)


def test_sparse_matrices_are_refused():
    sparse = pytest.importorskip("scipy.sparse")
    with pytest.raises(TypeError, match="sparse"):
        Columns.fit(sparse.eye(3).tocsr())


def test_all_columns_may_be_dropped():
    columns = Columns.fit([[1.0, "a"], [1.0, "a"]])
    tensors = columns.transform([[2.0, "b"]])
    assert tensors.numeric.shape == (1, 0)
    assert tensors.categorical.shape == (1, 0)
    assert set(columns.dropped) == {"x0", "x1"}


def test_a_real_table(shared_data):
    frame = pd.read_csv(shared_data / "tabular" / "ames_house_prices.csv.gz")
    columns = Columns.fit(frame.drop(columns="price"))
    tensors = columns.transform(frame.drop(columns="price"))
    assert len(columns.feature_names) == 79
    assert tensors.numeric.shape == (2930, columns.n_numeric)
    assert (tensors.categorical.amax(0) < torch.tensor(columns.cardinalities)).all()
    assert same(
        columns.transform(frame.drop(columns="price")[::-1]),
        type(tensors)(numeric=tensors.numeric.flip(0), categorical=tensors.categorical.flip(0)),
    )
