"""The data set that comes with scikit-learn."""

import numpy as np

from digitwise.datasets import load_diabetes


def test_diabetes() -> None:
    data = load_diabetes()
    assert data.X.shape == (442, 10) == (data.n_rows, len(data.feature_names))
    assert (data.y.min(), data.y.max()) == (25.0, 346.0)
    assert data.X.dtype == data.y.dtype == np.float64
    assert data.X[:, 0].min() > 1  # ages in years: the features are not standardised
