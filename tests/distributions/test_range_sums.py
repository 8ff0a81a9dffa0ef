"""Sums of runs equal the sums of their slices, in every digit."""

import numpy as np
import pytest

from digitwise.distributions.range_sums import range_sum


@pytest.mark.parametrize("n_outcomes", [1, 2, 3, 4, 7, 8, 9, 33])
def test_every_run_is_the_sum_of_its_slice(n_outcomes: int) -> None:
    rng = np.random.default_rng(n_outcomes)
    probs = 10.0 ** rng.uniform(-30.0, 0.0, size=(2, n_outcomes))
    start, end = (axis.ravel() for axis in np.meshgrid(np.arange(n_outcomes + 1), np.arange(n_outcomes + 1)))
    found = range_sum(probs, np.tile(start, (2, 1)), np.tile(end, (2, 1)))
    expected = [[row[first:last].sum() for first, last in zip(start, end, strict=True)] for row in probs]
    np.testing.assert_allclose(found, expected, rtol=1e-14)
