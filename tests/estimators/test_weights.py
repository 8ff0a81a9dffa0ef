"""Weights equal repeated rows, exactly, where nothing random is in between."""

import numpy as np
import pytest
import torch

from digitwise.training import Rows
from tests.estimators.estimators import ESTIMATORS


@pytest.mark.parametrize("name", list(ESTIMATORS))
def test_the_loss_of_a_weighted_batch_is_that_of_repeated_rows(name: str) -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 3)), rng.normal(size=40)
    model = ESTIMATORS[name](max_epochs=1).fit(X, y)
    counts = rng.integers(0, 4, size=40)
    repeated = np.repeat(np.arange(40), counts)

    def rows(index: np.ndarray, weight: np.ndarray) -> Rows:
        tensors = model.columns_.transform(X[index])
        z = torch.as_tensor(model.scaling_.forward(y[index]))
        relative = torch.as_tensor(weight * len(weight) / weight.sum())
        return Rows(tensors.numeric, tensors.categorical, z, relative, torch.as_tensor(y[index]))

    weighted = model.network_.loss(rows(np.arange(40), counts.astype(float))).loss
    by_repeats = model.network_.loss(rows(repeated, np.ones(len(repeated)))).loss
    torch.testing.assert_close(weighted, by_repeats)


def test_rows_of_weight_zero_are_as_good_as_absent() -> None:
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 3)), rng.normal(size=60)
    weight = np.ones(60)
    weight[40:] = 0
    with_zeros = ESTIMATORS["decoding"](max_epochs=3).fit(X, y, sample_weight=weight)
    without = ESTIMATORS["decoding"](max_epochs=3).fit(X[:40], y[:40])
    np.testing.assert_array_equal(with_zeros.predict(X), without.predict(X))
