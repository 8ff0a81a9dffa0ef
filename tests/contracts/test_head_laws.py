"""Laws of every head: memory and scaled targets in, a loss and a law in data units out."""

import numpy as np
import pytest
import torch

from digitwise.distributions import Distribution
from digitwise.heads import Head
from digitwise.nn import Memory, Targets
from tests.contracts.heads import HEADS, SCALINGS, make_head, make_problem, make_target, targets_of, train

heads = pytest.mark.parametrize("name", list(HEADS))


@heads
def test_heads_share_one_interface(name: str) -> None:
    assert isinstance(make_head(name, make_target(make_problem()[1])), Head)


@heads
def test_gradients_are_finite_and_reach_every_weight_that_is_used(name: str) -> None:
    memory, y = make_problem()
    target = make_target(y)
    head = make_head(name, target)
    output = head.loss(memory, targets_of(y, target))
    output.loss.backward()
    assert torch.isfinite(output.loss)
    gradients = {key: p.grad for key, p in head.named_parameters() if p.grad is not None}
    assert all(torch.isfinite(gradient).all() for gradient in gradients.values())
    assert all((gradient != 0).any() for gradient in gradients.values())


@heads
@pytest.mark.parametrize("scaling", list(SCALINGS))
def test_a_toy_problem_is_learnt_in_data_units(name: str, scaling: str) -> None:
    memory, y = make_problem(unit=200.0)
    target = make_target(y, scaling)
    head = make_head(name, target)
    losses = train(head, memory, targets_of(y, target))
    assert losses[-1] < losses[0]
    law = head.law(memory)
    assert np.sqrt(np.mean((law.mean() - y) ** 2)) < 0.5 * y.std()
    assert np.sqrt(np.mean((law.median() - y) ** 2)) < 0.5 * y.std()
    assert law.crps(y).mean() < 0.25 * y.std()


@heads
@pytest.mark.parametrize("scaling", list(SCALINGS))
def test_quantiles_and_cdf_invert_each_other_in_data_units(name: str, scaling: str) -> None:
    memory, y = make_problem(unit=200.0)
    law = make_head(name, make_target(y, scaling)).law(memory)
    levels = np.array([0.05, 0.3, 0.5, 0.77, 0.95])
    quantiles = law.quantile(levels)
    assert (np.diff(quantiles, axis=1) >= 0).all()
    reached = law.cdf(quantiles)
    step = 1 / 20 if name == "quantile" else 0.0  # atoms: the cdf jumps past the level
    assert (reached >= levels - 1e-6).all()
    assert (reached <= levels + step + 1e-6).all()


@heads
def test_there_is_one_law_per_row_and_rows_do_not_see_each_other(name: str) -> None:
    memory, y = make_problem()
    head = make_head(name, make_target(y))
    law = head.law(memory)
    assert isinstance(law, Distribution)
    assert len(law) == len(y)
    picked = head.law(Memory(memory.features[[3, 7]]))
    assert len(picked) == 2
    np.testing.assert_allclose(picked.mean(), law.mean()[[3, 7]], rtol=1e-12)
    np.testing.assert_allclose(picked.quantile(0.9), law.quantile(0.9)[[3, 7]], rtol=1e-9)


@heads
def test_a_law_asks_for_no_gradient_and_is_exact_to_float64(name: str) -> None:
    memory, y = make_problem()
    head = make_head(name, make_target(y)).float()
    law = head.law(Memory(memory.features.float().requires_grad_()))
    assert law.mean().dtype == np.float64
    assert law.cdf(y).dtype == np.float64


@heads
def test_the_loss_is_the_weighted_mean_of_the_rows(name: str) -> None:
    memory, y = make_problem(6)
    target = make_target(y)
    head = make_head(name, target)
    weight = np.array([0.0, 1.0, 2.0, 0.5, 0.0, 3.0])
    alone = [
        head.loss(Memory(memory.features[i : i + 1]), targets_of(y[i : i + 1], target)).loss.item() for i in range(6)
    ]
    together = head.loss(memory, targets_of(y, target, weight)).loss.item()
    assert together == pytest.approx(np.mean(weight * np.array(alone)))


@heads
def test_a_change_of_units_changes_the_law_alike(name: str) -> None:
    memory, y = make_problem()
    law = make_head(name, make_target(y)).law(memory)
    other = make_head(name, make_target(1000 * y - 5)).law(memory)
    np.testing.assert_allclose(other.mean(), 1000 * law.mean() - 5, rtol=1e-6)
    np.testing.assert_allclose(other.quantile([0.1, 0.9]), 1000 * law.quantile([0.1, 0.9]) - 5, rtol=1e-6)


@heads
def test_weights_and_buffers_are_all_there_is_to_save(name: str) -> None:
    memory, y = make_problem()
    target = make_target(y)
    head, other = make_head(name, target), make_head(name, target, seed=1)
    train(head, memory, targets_of(y, target), n_steps=3)
    other.load_state_dict(head.state_dict())
    np.testing.assert_array_equal(other.law(memory).mean(), head.law(memory).mean())
    np.testing.assert_array_equal(other.law(memory).quantile(0.9), head.law(memory).quantile(0.9))


@heads
def test_targets_out_of_range_have_a_finite_loss(name: str) -> None:
    memory, y = make_problem(4)
    head = make_head(name, make_target(y))
    z = torch.tensor([-5.0, 0.0, 1.0, 7.0], dtype=torch.float64)
    loss = head.loss(memory, Targets(z, torch.ones(4, dtype=torch.float64))).loss
    loss.backward()
    assert torch.isfinite(loss)
    assert all(torch.isfinite(p.grad).all() for p in head.parameters() if p.grad is not None)


@heads
def test_equal_targets_are_learnt(name: str) -> None:
    """No spread to standardise by, and no bound on the likelihood but a floor."""
    memory, _ = make_problem(12)
    y = np.full(12, 42.0)
    target = make_target(y)
    head = make_head(name, target)
    losses = train(head, memory, targets_of(y, target), n_steps=100)
    assert np.isfinite(losses).all()
    assert losses[-1] < losses[0]
    law = head.law(memory)
    np.testing.assert_allclose(law.mean(), 42.0, rtol=1e-2)
    assert np.isfinite(law.crps(42.0)).all()
