"""Every mistake in a file or a name is one sentence, exit code 2, and nothing is written."""

import gzip
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

TABLES = {
    # content: what the sentence says
    "": "is empty.",
    "a,price\n": "has column names but no rows.",
    "a,price,a\n1,2,3\n": "has several columns named 'a'.",
    "a,price\n1,2\n3,4,5\n": "its rows have different numbers of cells",
    "a,price\n1,2,3\n4,5,6\n": "its rows have different numbers of cells",
    "a;price\n1;2\n": "a single column, 'a;price': its cells must be separated by commas.",
    "a,Price\n1,2\n": "has no target column 'price'. Did you mean 'Price'?",
    "a,b\n1,2\n": "has no target column 'price'. It has 'a', 'b'.",
    "price\n1\n": "has no column besides the target 'price': nothing to learn from.",
    "a,price\n1,2\n1,cheap\n1,dear\n": "but data row 2 of '{path}' holds 'cheap' (2 of 3 rows",
    "a,price\n1,True\n1,False\n": "but data row 1 of '{path}' holds 'True'",
    "a,price\n1,2001-01-01\n1,2002-02-02\n": "but data row 1 of '{path}' holds '2001-01-01",
    "a,price\n1,2\n1,inf\n": "data row 2 of '{path}' holds an infinite number.",
    "a,price\n1,2\n1,\n1,NA\n": "in 2 of 3 rows. Leave these out with --drop-missing-target.",
    "a,price\n1,\n1,\n": "is missing in every row.",
}


@pytest.mark.parametrize("content", TABLES)
@pytest.mark.parametrize("command", ["train", "tune", "inspect"])
def test_tables(fails: Callable, tmp_path: Path, content: str, command: str) -> None:
    path = tmp_path / "data.csv"
    path.write_text(content)
    out = ("--out", tmp_path / "model") if command != "inspect" else ()
    assert TABLES[content].format(path=path) in fails(command, path, "--target", "price", *out)
    assert [file.name for file in tmp_path.iterdir()] == ["data.csv"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("data.xlsx", b"", "ends in .csv, .csv.gz, .tsv, .tsv.gz, .parquet, .pq, but got"),
        ("data.csv", "a,price\nü,1\n".encode("latin-1"), "is not text in UTF-8"),
        ("data.csv.gz", b"a,price\n1,2\n", "cannot be unpacked"),
        ("data.csv.gz", gzip.compress(b"a,price\n1,2\n" * 99, mtime=0)[:-20], "cannot be unpacked"),
        ("data.parquet", b"nonsense", "is not a Parquet file, or it is damaged"),
    ],
)
def test_files(fails: Callable, tmp_path: Path, name: str, content: bytes, words: str) -> None:
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
    (tmp_path / name).write_bytes(content)
    assert words in fails("inspect", tmp_path / name, "--target", "price")


def test_paths(fails: Callable, tmp_path: Path) -> None:
    assert fails("inspect", tmp_path / "no.csv", "--target", "y").endswith("no.csv' does not exist.")
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    assert fails("inspect", folder, "--target", "y").endswith("is a folder.")


def test_columns_that_are_not_there(fails: Callable, houses: Path, tmp_path: Path) -> None:
    words = ("train", houses, "--target", "price", "--out", tmp_path / "m")
    assert "no column to drop: 'ids'. Did you mean 'id'?" in fails(*words, "--drop", "ids")
    assert "no categorical column 'towns'. Did" in fails(*words, "--categorical", "towns")
    other = tmp_path / "other.csv"
    other.write_text("size,price\n1,2\n")
    missing = fails(*words, "--validation-data", other)
    assert "no columns of the training data: 'id', 'town', 'code', 'built', 'garden'." in missing


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--objective", "guess"), "objective must be one of"),
        (("--decoder", "guess"), "decoder must be one of"),
        (("--scaling", "guess"), "scaling must be one of affine, log, symlog, quantile, identity, auto"),
        (("--select-by", "guess"), "metric must be one of"),
        (("--max-epochs", 0), "max_epochs must be at least 1"),
        (
            ("--estimator", "pointwise", "--objective", "x"),
            "option of --estimator decoding and text, not of",
        ),
    ],
)
def test_options_of_train(fails: Callable, houses: Path, tmp_path: Path, options: tuple, words: str) -> None:
    command = ("train", houses, "--target", "price", "--out", tmp_path / "m", "--drop", "id")
    assert words in fails(*command, *options)
    assert list(tmp_path.iterdir()) == []


def test_a_model_that_is_none(fails: Callable, houses: Path, model: Path, tmp_path: Path) -> None:
    out = ("--out", tmp_path / "p.csv")
    assert fails("predict", tmp_path / "no", houses, *out).endswith("no' does not exist.")
    assert fails("predict", houses, houses, *out).endswith("houses.csv' is a file.")
    assert "must be a saved model, but has no config.json." in fails("predict", tmp_path, houses, *out)
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    for file in model.iterdir():
        (damaged / file.name).write_bytes(file.read_bytes()[:-9])
    assert "is damaged" in fails("predict", damaged, houses, *out)


def test_data_that_do_not_fit_the_model(fails: Callable, houses: Path, model: Path, tmp_path: Path) -> None:
    data, out = tmp_path / "data.csv", ("--out", tmp_path / "p.csv")
    frame = pd.read_csv(houses)
    frame.rename(columns={"size": "Size", "town": "city"}).to_csv(data, index=False)
    sentence = fails("predict", model, data, *out)
    assert "has no columns that the model needs: 'size', 'town'. Did you mean 'Size'?" in sentence
    frame.assign(size="big").to_csv(data, index=False)
    assert "'size'" in fails("predict", model, data, *out)
    assert not (tmp_path / "p.csv").exists()


def test_outputs_that_cannot_be(fails: Callable, houses: Path, model: Path, tmp_path: Path) -> None:
    predict = ("predict", model, houses, "--out")
    assert "are written to .csv, .csv.gz, .parquet" in fails(*predict, tmp_path / "p.xlsx")
    assert "there is no folder" in fails(*predict, tmp_path / "no" / "p.csv")
    (tmp_path / "p.csv").mkdir()
    assert fails(*predict, tmp_path / "p.csv").endswith("p.csv' is a folder.")

    train = ("train", houses, "--target", "price", "--out")
    assert "exists and is not a saved model." in fails(*train, tmp_path)
    assert "exists and is not a saved model." in fails(*train, houses)
    assert "there is no folder" in fails(*train, houses / "model")
    log = ("--log", tmp_path / "no" / "log.jsonl")
    assert "there is no folder" in fails(*train, tmp_path / "m", *log)
    assert "there is no folder" in fails(
        "report", model, houses, "--target", "price", "--out", tmp_path / "no" / "r.html"
    )


def test_a_folder_that_cannot_be_written_to(
    fails: Callable, houses: Path, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *arguments: False)  # root may write anywhere
    assert fails("predict", model, houses, "--out", tmp_path / "p.csv").endswith("is read-only.")
    words = ("--target", "price", "--out", tmp_path / "m")
    assert fails("train", houses, *words).endswith("is read-only.")


def test_too_few_rows_to_score(fails: Callable, houses: Path, model: Path, tmp_path: Path) -> None:
    pd.read_csv(houses).head(1).to_csv(tmp_path / "one.csv", index=False)
    sentence = fails("evaluate", model, tmp_path / "one.csv", "--target", "price")
    assert "at least two rows" in sentence
