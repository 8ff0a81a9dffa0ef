"""The networks of pytabkit, as small as they get."""

from typing import Any

import numpy as np
import pytest

from digitwise.benchmark.peers import PytabkitCompetitor
from tests.benchmark.peers.tables import TEST, TRAIN, VALIDATION, rmse

pytestmark = pytest.mark.slow  # loading the package takes seconds
SETTINGS: dict[str, dict[str, Any]] = {
    "RealMLP_TD": {"n_epochs": 10, "batch_size": 8, "hidden_sizes": [32]},
    "TabM_D": {"n_epochs": 12, "batch_size": 16, "tabm_k": 2, "d_block": 16, "lr": 1e-2},
}


def predicted(model: str, seed: int = 0) -> np.ndarray:
    peer = PytabkitCompetitor(model=model, seed=seed, settings=SETTINGS[model])
    peer.fit(*TRAIN, VALIDATION)
    point, law = peer.predict(TEST[0])
    assert law is None
    assert peer.facts() == {}
    return point


@pytest.mark.parametrize("model", SETTINGS)
def test_points_are_finite_far_better_than_the_constant_and_those_of_the_seed(model: str) -> None:
    point = predicted(model)
    assert point.shape == (200,) and point.dtype == np.float64
    assert np.isfinite(point).all()
    assert rmse(point, TEST[1]) < 0.6 * np.std(TEST[1])
    np.testing.assert_array_equal(predicted(model), point)
    assert not np.array_equal(predicted(model, seed=1), point)


def test_a_model_that_is_not_there_is_refused() -> None:
    peer = PytabkitCompetitor(model="RealMLP_TDD")
    with pytest.raises(AttributeError, match="RealMLP_TDD_Regressor"):
        peer.fit(*TRAIN, VALIDATION)
