"""Data sets of texts by the names that suites use."""

from pathlib import Path

import pytest

from digitwise.benchmark.sources import BUILT_IN, check_datasets, load_dataset

pytest.importorskip("pandas")


def test_texts_of_a_folder_are_found_by_name(shared_data: Path) -> None:
    check_datasets(
        ["texts:esol", "texts:apps_memory", "texts:clear_readability", "texts:mlqe_ro_en_quality"], shared_data
    )
    with pytest.raises(ValueError, match="Did you mean texts:esol"):
        check_datasets(["texts:esols"], shared_data)
    with pytest.raises(ValueError, match="texts:abalone"):
        load_dataset("texts:abalone", shared_data)
    data = load_dataset("texts:mercury_python_runtime", shared_data, ("task",))
    assert data.feature_names == ("code",) == tuple(data.X.columns) and data.split is not None


def test_texts_need_a_folder() -> None:
    with pytest.raises(ValueError, match=r"texts:esol are tables of a folder.*index\.json"):
        check_datasets(["texts:esol"], None)


@pytest.mark.parametrize("target", ["instructions", "memory"])
def test_code_metrics_need_no_folder(target: str) -> None:
    name = f"embedded:code_{target}"
    assert name in BUILT_IN
    check_datasets([name], None)
    data = load_dataset(name, None)
    assert (data.n_rows, data.feature_names, data.target) == (2000, ("source",), target)
    assert load_dataset(name, None) is data
    with pytest.raises(ValueError, match=f"Did you mean {name}"):
        load_dataset(name + "s", None)
