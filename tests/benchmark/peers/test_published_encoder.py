"""The pointwise network on the paper's encoder, narrow."""

import numpy as np
import pandas as pd

from digitwise.benchmark.peers import PublishedEncoderCompetitor
from digitwise.benchmark.peers.frames import Standardized
from tests.benchmark.peers.tables import TEST, TRAIN, VALIDATION, rmse


def fitted(seed: int = 0, **settings: int) -> PublishedEncoderCompetitor:
    peer = PublishedEncoderCompetitor(seed=seed, hidden_dim=32, out_dim=16, batch_size=16, **settings)
    peer.fit(*TRAIN, VALIDATION)
    return peer


def test_points_are_far_better_than_the_constant_and_those_of_the_seed() -> None:
    peer = fitted(epochs=60)
    point, law = peer.predict(TEST[0])
    assert law is None
    assert point.shape == (200,) and point.dtype == np.float64
    assert rmse(point, TEST[1]) < 0.6 * np.std(TEST[1])
    np.testing.assert_array_equal(fitted(epochs=60).predict(TEST[0])[0], point)
    assert not np.array_equal(fitted(seed=1, epochs=60).predict(TEST[0])[0], point)


def test_the_epoch_that_does_best_on_the_validation_rows_is_kept() -> None:
    facts = fitted(epochs=200, patience=3).facts()
    best, last = facts["best_epoch"], facts["epochs"]
    assert isinstance(best, int) and isinstance(last, int)
    assert last in (best + 3, 200)
    shorter = fitted(epochs=200, patience=1)
    error = rmse(shorter.predict(VALIDATION[0])[0], VALIDATION[1])
    assert error >= rmse(fitted(epochs=200, patience=3).predict(VALIDATION[0])[0], VALIDATION[1])


def test_a_table_of_numbers_and_categories() -> None:
    train = pd.DataFrame(
        {
            "colour": pd.Categorical(["red", "blue", "red", None]),
            "size": [1.0, 3.0, np.nan, 2.0],
            "same": [5.0, 5.0, 5.0, 5.0],
        }
    )
    table = Standardized()
    table.fit(train)
    new = pd.DataFrame(
        {"colour": pd.Categorical(["blue", None, "green"]), "size": [2.0, np.nan, 3.0], "same": [5.0, 6.0, np.nan]}
    )
    spread = np.std([1.0, 3.0, 2.0, 2.0])
    expected = [[0.0, 0.0, 0.0], [0.0, 1.0, 1.0], [1 / spread, 0.0, 2.0]]  # an unseen colour counts as red
    np.testing.assert_allclose(table.apply(new), expected)
