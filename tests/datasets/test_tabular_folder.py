"""A folder of tables is read as its index describes it."""

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from digitwise.datasets import list_tabular, load_tabular, train_validation_test

pd = pytest.importorskip("pandas")

CSV = """size,kind,code,split,split_random,price
1.5,red,1,train,test,10
,NA,2,val,train,20
2.5,,1,test,train,30.25
"""


def write_folder(folder: Path, csv: str = CSV, **changes: object) -> Path:
    entry = {
        "name": "toy",
        "kind": "tabular",
        "file": "tabular/toy.csv.gz",
        "categorical_columns": ["kind", "code"],
        "target": "price",
        "target_units": "USD",
        "split_columns": ["split", "split_random"],
        "licence": "none",
        "notes": "A toy.",
        **changes,
    }
    other = {**entry, "name": "elsewhere", "kind": "talent_format"}
    (folder / "tabular").mkdir()
    (folder / "index.json").write_text(json.dumps({"datasets": [entry, other]}))
    with gzip.open(folder / "tabular" / "toy.csv.gz", "wt") as file:
        file.write(csv)
    return folder


def test_columns_and_split(tmp_path: Path) -> None:
    folder = write_folder(tmp_path)
    assert list_tabular(folder) == ("toy",)
    data = load_tabular(str(folder), "toy")
    assert data.feature_names == ("size", "kind", "code") == tuple(data.X.columns)
    assert data.y.tolist() == [10.0, 20.0, 30.25]
    assert (data.target, data.units) == ("price", "USD")
    assert data.split is not None and data.split.tolist() == ["train", "validation", "test"]
    assert data.X["size"].dtype == np.float64 and np.isnan(data.X["size"][1])


def test_categories_are_text_and_only_empty_cells_are_missing(tmp_path: Path) -> None:
    X = load_tabular(write_folder(tmp_path), "toy").X
    assert (X[["kind", "code"]].dtypes == "category").all()
    assert X["kind"].isna().tolist() == [False, False, True]
    assert X["kind"][1] == "NA"
    assert list(X["code"].cat.categories) == ["1", "2"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"target": "cost"}, r"does not have: \['cost'\]"),
        ({"split_columns": ["split"], "csv": CSV.replace("val", "dev")}, r"also has \['dev'\]"),
    ],
)
def test_a_table_that_does_not_fit_its_index(tmp_path: Path, changes: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        load_tabular(write_folder(tmp_path, **changes), "toy")


def test_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"must hold index\.json"):
        list_tabular(tmp_path)
    folder = write_folder(tmp_path)
    with pytest.raises(ValueError, match="Did you mean toy"):
        load_tabular(folder, "toys")
    with pytest.raises(ValueError, match="It has toy"):
        load_tabular(folder, "elsewhere")
    (folder / "tabular" / "toy.csv.gz").unlink()
    with pytest.raises(FileNotFoundError, match="lists toy, but"):
        load_tabular(folder, "toy")


def test_every_real_table_loads(shared_data: Path) -> None:
    index = json.loads((shared_data / "index.json").read_text())["datasets"]
    entries = {entry["name"]: entry for entry in index if entry["kind"] == "tabular"}
    assert list_tabular(shared_data) == tuple(sorted(entries))
    for name, entry in entries.items():
        data = load_tabular(shared_data, name)
        assert (data.n_rows, data.n_features) == (entry["rows"], entry["features"]), name
        assert int(data.X.isna().sum().sum()) == entry["missing_values"], name
        category = data.X.select_dtypes("category")
        assert set(category.columns) == set(entry["categorical_columns"]), name
        numbers = data.X.drop(columns=category.columns)
        assert numbers.dtypes.map(pd.api.types.is_numeric_dtype).all(), name
        parts = train_validation_test(data, seed=0)
        assert sum(map(len, parts)) == data.n_rows, name
