"""A folder in the layout of the TALENT benchmark is read as it was published."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from digitwise.datasets import list_talent, load_tabular, load_talent, train_validation_test
from digitwise.datasets.plain_npy import read_npy

pd = pytest.importorskip("pandas")

SIZES = {"train": 3, "val": 1, "test": 2}


def write_task(folder: Path, name: str = "toy", *, N: bool = True, C: bool = True, **info: object) -> Path:
    """A task whose numbers count the rows, with a missing number and a missing category in each part."""
    task = folder / name
    task.mkdir(parents=True)
    for start, (part, size) in enumerate(SIZES.items()):
        rows = np.arange(size) + 10.0 * start
        np.save(task / f"y_{part}.npy", rows.astype(np.uint8))
        if N:
            np.save(task / f"N_{part}.npy", np.column_stack([rows, np.where(rows % 10 == 0, np.nan, rows)]))
        if C:
            texts = np.array([["a", None if i == 0 else "NA"] for i in range(size)], dtype=object)
            np.save(task / f"C_{part}.npy", texts)
    (task / "info.json").write_text(json.dumps({"task_type": "regression", **info}))
    return folder


def test_parts_are_joined_and_labelled(tmp_path: Path) -> None:
    data = load_talent(str(write_task(tmp_path)), "toy")
    assert data.y.tolist() == [0, 1, 2, 10, 20, 21] and data.y.dtype == np.float64
    assert data.split is not None and data.split.tolist() == ["train"] * 3 + ["validation"] + ["test"] * 2
    assert data.feature_names == ("N0", "N1", "C0", "C1") == tuple(data.X.columns)
    assert [len(part) for part in train_validation_test(data, seed=0)] == [3, 1, 2]


def test_numbers_and_categories_may_be_missing(tmp_path: Path) -> None:
    X = load_talent(write_task(tmp_path), "toy").X
    missing = [True, False, False, True, True, False]
    assert X["N1"].isna().tolist() == X["C1"].isna().tolist() == missing
    assert X["N0"].dtype == np.float64
    assert (X[["C0", "C1"]].dtypes == "category").all()
    assert X["C1"].cat.categories.tolist() == ["NA"]


@pytest.mark.parametrize(("N", "C", "n"), [(True, False, 2), (False, True, 2), (True, True, 4)])
def test_either_block_may_be_absent(tmp_path: Path, N: bool, C: bool, n: int) -> None:
    assert load_talent(write_task(tmp_path, N=N, C=C), "toy").n_features == n


@pytest.mark.parametrize("values", [np.array([["x"], ["nan"]]), np.array([["x"], [np.nan]], dtype=object)])
def test_a_category_that_is_not_a_number_is_missing(tmp_path: Path, values: np.ndarray) -> None:
    folder = write_task(tmp_path, C=False)
    for part, size in SIZES.items():
        np.save(folder / "toy" / f"C_{part}.npy", np.resize(values, (size, 1)))
    assert load_talent(folder, "toy").X["C0"].isna().tolist() == [False, True, False, False, False, True]


def test_columns_have_the_names_that_the_task_gives(tmp_path: Path) -> None:
    folder = write_task(tmp_path, num_feature_intro={"size": "m²", "age": "years"}, cat_feature_intro={"kind": ""})
    assert load_talent(folder, "toy").feature_names == ("size", "age", "C0", "C1")
    twice = write_task(tmp_path, "twice", num_feature_intro={"a": "", "b": ""}, cat_feature_intro={"b": "", "c": ""})
    assert load_talent(twice, "twice").feature_names == ("a_0", "b_1", "b_2", "c_3")


def test_only_regressions_are_listed_and_read(tmp_path: Path) -> None:
    write_task(write_task(tmp_path, "b_regression"), "a_class", task_type="binclass")
    assert list_talent(tmp_path) == ("b_regression",)
    with pytest.raises(ValueError, match="a_class is of the type 'binclass'"):
        load_talent(tmp_path, "a_class")


def test_what_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"a subfolder with info\.json"):
        list_talent(tmp_path)
    folder = write_task(tmp_path)
    with pytest.raises(FileNotFoundError, match="Did you mean toy"):
        load_talent(folder, "toys")
    (folder / "toy" / "C_val.npy").unlink()
    with pytest.raises(FileNotFoundError, match=r"toy lacks \['C_val.npy'\]"):
        load_talent(folder, "toy")
    with pytest.raises(FileNotFoundError, match="bare has neither"):
        load_talent(write_task(tmp_path, "bare", N=False, C=False), "bare")


def test_what_does_not_fit_is_refused(tmp_path: Path) -> None:
    folder = write_task(tmp_path)
    np.save(folder / "toy" / "N_val.npy", np.zeros((2, 2)))
    with pytest.raises(ValueError, match="7 in N and 6 in y"):
        load_talent(folder, "toy")
    np.save(folder / "toy" / "N_val.npy", np.array([["x", "y"]]))
    with pytest.raises(ValueError, match=r"toy/N_\*\.npy must hold numbers"):
        load_talent(folder, "toy")
    (folder / "toy" / "y_val.npy").write_text("no array")
    with pytest.raises(ValueError, match=r"y_val\.npy must be a \.npy file"):
        load_talent(folder, "toy")


class Harmful:
    """Calls something when it is read."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return print, ("was called",)


def test_a_pickle_that_calls_something_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "C_train.npy"
    np.save(path, np.array([[Harmful()]], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match=r"holds builtins\.print"):
        read_npy(path)
    pickle.loads(pickle.dumps(Harmful()))
    assert capsys.readouterr().out == "was called\n"  # by pickle itself alone


@pytest.mark.parametrize(
    ("task", "table"),
    [
        ("cpu_act", "cpu_act"),
        ("Abalone_reg", "abalone"),
        ("1000-Cameras-Dataset", "cameras_1000"),
        ("socmob", "socmob"),
    ],
)
def test_real_tasks_are_those_of_the_tables(shared_data: Path, task: str, table: str) -> None:
    folder = shared_data / "talent_format"
    assert task in list_talent(folder)
    mine, other = load_talent(folder, task), load_tabular(shared_data, table)
    assert mine.n_features == other.n_features
    assert mine.split is not None and other.split is not None
    assert int(mine.X.isna().sum().sum()) == int(other.X.isna().sum().sum())
    for part in ("train", "validation", "test"):
        np.testing.assert_array_equal(mine.y[mine.split == part], other.y[other.split == part])
    kinds = [data.X.dtypes.astype(str).eq("category").sum() for data in (mine, other)]
    assert kinds[0] == kinds[1]


def test_a_constant_scores_what_is_published(shared_data: Path) -> None:
    """The published table gives 17.3473, in the units of the target."""
    data = load_talent(shared_data / "talent_format", "cpu_act")
    assert data.split is not None
    error = data.y[data.split == "test"] - data.y[data.split == "train"].mean()
    assert np.sqrt(np.mean(error**2)) == pytest.approx(17.3473, abs=1e-4)
