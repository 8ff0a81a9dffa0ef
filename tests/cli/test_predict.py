"""``digitwise predict``: the same numbers as in Python, in any format, whole or not at all."""

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from digitwise import DecodingRegressor


@pytest.fixture
def expected(model: Path, houses: Path) -> tuple[DecodingRegressor, pd.DataFrame]:
    frame = pd.read_csv(houses, dtype={"code": str}).drop(columns=["id", "price"])
    frame["built"] = pd.to_datetime(frame["built"])
    return DecodingRegressor.load(model), frame


def test_writes_points_quantiles_and_intervals(
    run: Callable, model: Path, houses: Path, tmp_path: Path, expected: tuple
) -> None:
    out = tmp_path / "p.csv"
    options = ("--quantiles", 0.05, 0.5, "--interval", 0.9, "--columns-to-keep", "id", "town")
    assert run("predict", model, houses, "--out", out, *options).code == 0
    table = pd.read_csv(out)
    columns = ["id", "town", "prediction", "quantile_0.05", "quantile_0.5", "low_90", "high_90"]
    assert list(table.columns) == columns
    fitted, X = expected
    np.testing.assert_allclose(table["prediction"], fitted.predict(X))
    np.testing.assert_allclose(table[columns[3:5]], fitted.predict_quantiles(X, [0.05, 0.5]))
    np.testing.assert_allclose(table[columns[5:]], fitted.predict_interval(X, 0.9))
    assert [path.name for path in tmp_path.iterdir()] == ["p.csv"]


@pytest.mark.parametrize("name", ["p.csv", "p.csv.gz", "p.parquet", "-"])
def test_all_formats_hold_the_same(
    run: Callable, model: Path, houses: Path, tmp_path: Path, expected: tuple, name: str
) -> None:
    if name == "p.parquet":
        pytest.importorskip("pyarrow")
    outcome = run("predict", model, houses, "--out", name if name == "-" else tmp_path / name)
    assert outcome.code == 0
    if name == "-":
        table = pd.read_csv(io.StringIO(outcome.out))
    elif name == "p.parquet":
        table = pd.read_parquet(tmp_path / name)
    else:
        table = pd.read_csv(tmp_path / name)
    np.testing.assert_allclose(table["prediction"], expected[0].predict(expected[1]))


def test_reads_parquet_and_any_order_of_columns(
    run: Callable, model: Path, houses: Path, tmp_path: Path, expected: tuple
) -> None:
    pytest.importorskip("pyarrow")
    frame = pd.read_csv(houses, dtype={"code": str})
    frame = frame[frame.columns[::-1]].set_index("size")  # a named index is a column
    frame.to_parquet(tmp_path / "houses.parquet")
    assert run("predict", model, tmp_path / "houses.parquet", "--out", tmp_path / "p.csv").code == 0
    table = pd.read_csv(tmp_path / "p.csv")
    np.testing.assert_allclose(table["prediction"], expected[0].predict(expected[1]))


def test_text_that_looks_like_numbers_stays_text(
    run: Callable, model: Path, houses: Path, tmp_path: Path, expected: tuple
) -> None:
    frame = pd.read_csv(houses, dtype={"code": str})
    rows = (frame["code"] == "7").to_numpy()  # alone, this column would be read as numbers
    frame[rows].to_csv(tmp_path / "some.csv", index=False)
    assert run("predict", model, tmp_path / "some.csv", "--out", tmp_path / "p.csv").code == 0
    table = pd.read_csv(tmp_path / "p.csv")
    np.testing.assert_allclose(table["prediction"], expected[0].predict(expected[1][rows]))


def test_models_without_column_names_take_the_columns_as_they_stand(run: Callable, tmp_path: Path) -> None:
    X = np.random.default_rng(0).uniform(size=(40, 2))
    DecodingRegressor(max_epochs=2, random_state=0).fit(X, X[:, 0]).save(tmp_path / "m")
    frame = pd.DataFrame(X, columns=["a", "b"]).assign(id=range(40))
    frame.to_csv(tmp_path / "data.csv", index=False)
    out = tmp_path / "p.csv"
    words = ("predict", tmp_path / "m", tmp_path / "data.csv", "--out", out)
    assert run(*words, "--columns-to-keep", "id").code == 0
    fitted = DecodingRegressor.load(tmp_path / "m")
    np.testing.assert_allclose(pd.read_csv(out)["prediction"], fitted.predict(X))
    assert "trained on 2 columns without names" in run(*words).err


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--quantiles", 1.5), "--quantiles must be levels from 0 to 1, but got 1.5."),
        (("--interval", 90), "--interval must lie between 0 and 1, such as 0.9, but got 90."),
        (("--columns-to-keep", "Id"), "has no column to keep: 'Id'. Did you mean 'id'?"),
    ],
)
def test_wrong_options(
    fails: Callable, model: Path, houses: Path, tmp_path: Path, options: tuple, sentence: str
) -> None:
    assert fails("predict", model, houses, "--out", tmp_path / "p.csv", *options).endswith(sentence)
    assert list(tmp_path.iterdir()) == []


def test_an_earlier_file_stays_when_writing_fails(
    fails: Callable, model: Path, houses: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device", "p.csv")

    (tmp_path / "p.csv").write_text("earlier")
    monkeypatch.setattr(pd.DataFrame, "to_csv", fail)
    sentence = fails("predict", model, houses, "--out", tmp_path / "p.csv")
    assert sentence == "'p.csv' cannot be used: no space left on device."
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"p.csv": "earlier"}
