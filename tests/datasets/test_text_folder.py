"""A folder of texts is read as its index describes it, every cell of text as it stands."""

import csv
import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from digitwise.datasets import list_texts, load_text, train_validation_test

pd = pytest.importorskip("pandas")

CSV = '''prompt,level,size,split,split_published,score
"None",1,2.5,train,train,1
"two
lines, ""quoted""",2,,valid,test,2
,1,3.5,test,ext,3.5
'''


def write_folder(folder: Path, **changes: object) -> Path:
    entry = {
        "name": "toy",
        "kind": "rewards",
        "file": "rewards/toy.csv.gz",
        "categorical_columns": ["level"],
        "text_columns": ["prompt"],
        "target": "score",
        "target_units": "points",
        "split_columns": ["split", "split_published"],
        "licence": "none",
        "notes": "A toy.",
        **changes,
    }
    table = {**entry, "name": "a_table", "kind": "tabular"}
    (folder / "rewards").mkdir()
    (folder / "index.json").write_text(json.dumps({"datasets": [entry, table]}))
    with gzip.open(folder / "rewards" / "toy.csv.gz", "wt") as file:
        file.write(CSV)
    return folder


def test_texts_stay_as_they_are_and_other_columns_keep_their_kind(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    assert list_texts(folder) == ("toy",)
    data = load_text(str(folder), "toy")
    assert data.X["prompt"].tolist() == ["None", 'two\nlines, "quoted"', ""]
    assert data.feature_names == ("prompt", "level", "size") == tuple(data.X.columns)
    assert data.X["level"].dtype == "category" and list(data.X["level"].cat.categories) == ["1", "2"]
    assert data.X["size"].dtype == np.float64 and np.isnan(data.X["size"][1])
    assert data.y.tolist() == [1, 2, 3.5] and (data.target, data.units) == ("score", "points")
    assert data.split is not None and data.split.tolist() == ["train", "validation", "test"]
    assert (data.name, data.description) == ("toy", "A toy. Licence: none.")
    assert load_text(folder, "toy", None).split is None


def test_columns_of_an_index_that_does_not_name_texts_are_left_as_they_come(tmp_path: Path) -> None:
    data = load_text(write_folder(tmp_path, text_columns=[], categorical_columns=[]), "toy")
    assert data.X["level"].tolist() == [1, 2, 1]
    assert data.X["prompt"].isna().tolist() == [False, False, True]


def test_what_becomes_of_other_labels_is_asked_for(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    with pytest.raises(ValueError, match=r"1 rows have \['ext'\]\. Say what becomes of them"):
        load_text(folder, "toy", "split_published")
    dropped = load_text(folder, "toy", "split_published", other_labels="drop")
    assert dropped.y.tolist() == [1, 2] and list(dropped.X.index) == [0, 1]
    assert dropped.split is not None and dropped.split.tolist() == ["train", "test"]
    tested = load_text(folder, "toy", "split_published", other_labels="test")
    assert tested.split is not None and tested.split.tolist() == ["train", "test", "test"]


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    with pytest.raises(ValueError, match="Did you mean toy"):
        load_text(folder, "toys")
    with pytest.raises(ValueError, match="It has toy"):
        load_text(folder, "a_table")
    with pytest.raises(ValueError, match=r"no split 'split_random'\. Choose among \['split', 'split_published'\]"):
        load_text(folder, "toy", "split_random")


def test_every_real_set_loads_cell_by_cell(shared_data: Path) -> None:
    index = json.loads((shared_data / "index.json").read_text())["datasets"]
    entries = {e["name"]: e for e in index if e["kind"] in ("molecules", "code", "text", "rewards")}
    assert list_texts(shared_data) == tuple(sorted(entries))
    for name, entry in entries.items():
        data = load_text(shared_data, name)
        assert (data.n_rows, data.n_features) == (entry["rows"], entry["features"]), name
        with gzip.open(shared_data / entry["file"], "rt", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        for column in entry["text_columns"]:
            assert data.X[column].tolist() == [row[column] for row in rows], (name, column)
        np.testing.assert_allclose(data.y, [float(row[entry["target"]]) for row in rows], rtol=1e-15, err_msg=name)
        assert sum(map(len, train_validation_test(data, seed=0))) == data.n_rows, name


def test_molecules_of_another_source_are_left_out_or_tested(shared_data: Path) -> None:
    parts = {}
    for choice in ("drop", "test"):
        data = load_text(shared_data, "human_liver_clearance", "split_published", other_labels=choice)
        assert data.split is not None
        parts[choice] = {part: int((data.split == part).sum()) for part in ("train", "validation", "test")}
    assert parts == {
        "drop": {"train": 4020, "validation": 0, "test": 801},
        "test": {"train": 4020, "validation": 0, "test": 1328},
    }
