"""The mixture density head: likelihood, with a floor under the widths."""

import math

import numpy as np
import pytest
import torch

from digitwise.heads import MixtureDensityHead
from digitwise.heads.mixture_density import STD_FLOOR
from digitwise.nn import Memory
from tests.contracts.heads import DIM, make_head, make_problem, make_target, targets_of, train


def test_the_loss_is_minus_the_log_density_of_the_law_in_standard_units() -> None:
    memory, y = make_problem()
    target = make_target(y)
    head = make_head("mixture_density", target)
    log_density = head.law(memory).log_prob(y)  # per data unit
    expected = -(log_density + np.log(y.std())).mean()
    assert head.loss(memory, targets_of(y, target)).loss.item() == pytest.approx(expected)


def test_one_component_learns_mean_and_spread() -> None:
    y = np.random.default_rng(0).normal(50.0, 4.0, size=400)
    target = make_target(y)
    torch.manual_seed(0)
    head = MixtureDensityHead(DIM, 1, target.moments, target.scaling).double()
    memory = Memory(torch.zeros(400, 1, DIM, dtype=torch.float64))
    train(head, memory, targets_of(y, target), n_steps=200)
    law = head.law(memory)
    np.testing.assert_allclose(law.mean(), y.mean(), rtol=1e-3)
    np.testing.assert_allclose(np.sqrt(law.variance()), y.std(), rtol=1e-2)


def test_repeated_targets_meet_a_floor() -> None:
    """Half the targets are one number: without the floor the likelihood of a spike on it has no bound."""
    y = np.concatenate([np.zeros(20), np.random.default_rng(0).normal(size=20)])
    target = make_target(y)
    head = make_head("mixture_density", target)
    memory = Memory(torch.zeros(40, 1, DIM, dtype=torch.float64))
    losses = train(head, memory, targets_of(y, target), n_steps=600)
    assert np.isfinite(losses).all()
    assert min(losses) > math.log(STD_FLOOR * math.sqrt(2 * math.pi))
    narrowest = head.law(memory).base.stds.min() / target.moments.std
    assert STD_FLOOR <= narrowest < 0.1  # there is a spike, of bounded height


def test_the_components_start_spread_over_the_targets() -> None:
    _, y = make_problem()
    law = make_head("mixture_density", make_target(y)).law(Memory(torch.zeros(1, 1, DIM, dtype=torch.float64)))
    means = law.base.means[0]
    assert (np.diff(means) > 0).all()
    np.testing.assert_allclose(law.mean(), y.mean(), atol=1.5 * y.std())
