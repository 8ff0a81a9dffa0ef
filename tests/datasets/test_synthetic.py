"""Synthetic targets follow the law that comes with them."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from digitwise.datasets import (
    Dataset,
    MixtureParameters,
    make_bimodal,
    make_constant,
    make_heavy_tail,
    make_line,
    make_step,
)

MAKERS = [make_bimodal, make_line, make_step, make_heavy_tail, make_constant]


def cdf(law: MixtureParameters, y: np.ndarray) -> np.ndarray:
    return (law.weights * stats.norm.cdf(y[:, None], law.means, law.stds)).sum(axis=1)


@pytest.mark.parametrize("make", MAKERS)
def test_the_seed_decides(make: Callable[..., Dataset]) -> None:
    first, again, other = (
        make(20, random_state=1),
        make(20, random_state=1),
        make(20, random_state=2),
    )
    assert np.array_equal(first.X, again.X) and np.array_equal(first.y, again.y)
    assert not np.array_equal(first.X, other.X)
    assert first.n_rows == 20


@pytest.mark.parametrize("make", [make_bimodal, make_line, make_step])
def test_targets_follow_the_true_law(make: Callable[..., Dataset]) -> None:
    data = make(4000, random_state=0)
    assert data.true_law is not None
    law = data.true_law(data.X)
    np.testing.assert_allclose(law.weights.sum(axis=1), 1)
    assert (law.stds > 0).all()
    # the probability integral transform of the targets is uniform
    assert stats.kstest(cdf(law, data.y), "uniform").pvalue > 0.01


def test_bimodal_goes_from_one_hump_to_two_modes() -> None:
    data = make_bimodal(1)
    assert data.true_law is not None
    law = data.true_law(np.array([[0.0, -1.0, 0.0], [0.0, 1.0, 0.0]]))
    distance = (law.means[:, 1] - law.means[:, 0]) / law.stds.max(axis=1)
    assert distance[0] < 3 < distance[1]
    np.testing.assert_allclose(law.weights, 0.5)


def test_heavy_tail_is_log_normal() -> None:
    data = make_heavy_tail(4000)
    noise = np.log(data.y) - 1 - 2 * data.X[:, 0]
    assert stats.kstest(noise, "norm").pvalue > 0.01
    assert data.y.max() / np.median(data.y) > 30


def test_constant() -> None:
    assert set(make_constant(10, value=-2.5).y) == {-2.5}


@pytest.mark.parametrize("make", MAKERS)
def test_needs_a_row(make: Callable[..., Dataset]) -> None:
    with pytest.raises(ValueError, match="at least 1, but got 0"):
        make(0)
