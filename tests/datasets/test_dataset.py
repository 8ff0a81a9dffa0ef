"""A data set refuses parts that do not belong together."""

import numpy as np
import pytest

from digitwise.datasets import Dataset

X = np.zeros((3, 2))
Y = np.arange(3.0)


def test_counts() -> None:
    data = Dataset(name="three", X=X, y=Y, feature_names=("a", "b"))
    assert (data.n_rows, data.n_features) == (3, 2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"X": np.zeros((2, 2))}, "2 rows in X and 3 in y"),
        ({"y": np.array([0.0, np.nan, np.inf])}, "2 of 3"),
        ({"feature_names": ("a",)}, "2 columns and 1 names"),
        ({"split": np.array(["train"])}, "3 rows and 1 labels"),
        ({"split": np.array(["train", "dev", "test"])}, r"also has \['dev'\]"),
    ],
)
def test_wrong_parts(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Dataset(**{"name": "three", "X": X, "y": Y, **change})
