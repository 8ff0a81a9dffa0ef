"""The helpers below the laws: searching rows, cutting batches, drawing uniforms."""

import numpy as np
import pytest

from digitwise.distributions.rows import count_below, open_uniforms, row_batches


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 100])
def test_count_below_is_searchsorted_on_every_row(size: int, side: str) -> None:
    rng = np.random.default_rng(size)
    table = np.sort(rng.integers(0, 10, size=(5, size)).astype(float), axis=1)
    x = rng.integers(-1, 11, size=(5, 13)).astype(float)
    expected = [np.searchsorted(row, values, side) for row, values in zip(table, x, strict=True)]
    np.testing.assert_array_equal(count_below(table, x, side), expected)
    shared = np.searchsorted(table[0], x, side)
    np.testing.assert_array_equal(count_below(table[:1], x, side), shared)


@pytest.mark.parametrize(("n_rows", "per_row"), [(0, 3), (1, 10**9), (10, 3), (7, 0)])
def test_batches_cover_every_row_once(n_rows: int, per_row: int) -> None:
    rows = [row for batch in row_batches(n_rows, per_row, budget=7) for row in range(n_rows)[batch]]
    assert rows == list(range(n_rows))


def test_uniforms_stay_off_the_ends() -> None:
    uniforms = open_uniforms(3, 1000, random_state=0)
    assert uniforms.min() > 0.0 and uniforms.max() < 1.0
