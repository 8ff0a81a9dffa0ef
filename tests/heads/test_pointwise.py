"""The pointwise head: squared error, and the width that its errors on the selection rows give."""

import numpy as np
import pytest
import torch

from digitwise.heads import PointwiseHead
from digitwise.nn import Memory
from tests.contracts.heads import make_head, make_problem, make_target, targets_of


def fixed_head(y: np.ndarray, mean: float, scaling: str = "affine") -> PointwiseHead:
    """Return a head that says the same number, in standard units, of every row."""
    head = make_head("pointwise", make_target(y, scaling))
    with torch.no_grad():
        head.out.weight.zero_()
        head.out.bias.fill_(mean)
    return head


def test_the_loss_is_the_squared_error_in_standard_units() -> None:
    memory, y = make_problem()
    target = make_target(y)
    loss = fixed_head(y, 0.0).loss(memory, targets_of(y, target)).loss.item()
    assert loss == pytest.approx(1.0)  # the constant mean leaves the variance
    loss = fixed_head(y, 0.3).loss(memory, targets_of(y, target)).loss.item()
    assert loss == pytest.approx(1.0 + 0.3**2)


def test_finish_sets_the_width_to_the_root_mean_squared_error() -> None:
    memory, y = make_problem()
    head = fixed_head(y, 0.3)
    head.finish(memory, targets_of(y, make_target(y)))
    law = head.law(memory)
    np.testing.assert_allclose(law.mean(), y.mean() + 0.3 * y.std())
    np.testing.assert_allclose(law.variance(), np.mean((y - law.mean()) ** 2))


@pytest.mark.parametrize("factor", [1.0, 10.0])
def test_finish_heeds_weights_whatever_they_sum_to(factor: float) -> None:
    memory, y = make_problem()
    head, weight = fixed_head(y, 0.0), np.random.default_rng(1).random(len(y))
    head.finish(memory, targets_of(y, make_target(y), factor * weight))
    expected = np.average((y - y.mean()) ** 2, weights=weight)
    np.testing.assert_allclose(head.law(memory).variance(), expected)


def test_a_perfect_fit_still_has_a_density() -> None:
    y = np.array([0.0, 2.0])
    head = fixed_head(y, 1.0)
    memory = Memory(torch.zeros(1, 1, 8, dtype=torch.float64))
    head.finish(memory, targets_of(y[1:], make_target(y)))
    law = head.law(memory)
    assert law.variance()[0] > 0
    assert np.isfinite(law.log_prob(2.0)).all()
    np.testing.assert_allclose(law.mean(), 2.0)


@pytest.mark.parametrize("scaling", ["affine", "log", "quantile"])
def test_the_median_is_the_prediction_brought_to_data_units(scaling: str) -> None:
    memory, y = make_problem()
    target = make_target(y, scaling)
    law = fixed_head(y, 0.4, scaling).law(memory)
    expected = target.scaling.inverse(target.moments.mean + 0.4 * target.moments.std)
    np.testing.assert_allclose(law.median(), expected, rtol=1e-6)


def test_the_width_is_saved_with_the_weights() -> None:
    assert "residual_std" in make_head("pointwise", make_target(make_problem()[1])).state_dict()
