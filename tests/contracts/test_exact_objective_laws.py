"""Laws of the objectives that sum over all numbers: their values by brute force, and what minimises them."""

from typing import Any

import numpy as np
import pytest
import scoringrules
import torch
from torch import Tensor

from digitwise import CRPS, RAFT, CrossEntropy, ExpectedReward
from digitwise.codecs import DigitTree, NormalizedCodec
from digitwise.distributions import Atoms
from digitwise.nn import Memory, Targets, Tree
from digitwise.objectives import Objective, SquaredErrorReward, digit_credit, leaf_rewards
from digitwise.objectives.objective import call_objective
from digitwise.objectives.proper_scores import crps_of_atoms, mean_difference
from digitwise.policy import Policy, leaf_log_probs
from tests.contracts.policies import NAMES, make_memory
from tests.contracts.sequence_objectives import (
    ALL_TERMS,
    SINGLE_REWARDS,
    make_line_policy,
    make_reference,
    make_targets,
)

N_ROWS = 5
CENTER, SPREAD = 27.0, 9.0  # of the line in `make_line_policy`
policies = pytest.mark.parametrize("name", NAMES)


def tempered_law(policy: Policy, temperature: float = 1.0) -> Tensor:
    """Return the probabilities of all leaves, scored one by one as sequences."""
    tokens = policy.tree.leaf_tokens.expand(N_ROWS, -1, -1)
    return policy.log_probs(make_memory(N_ROWS), tokens, temperature).sum(-1).exp()


def numbers(policy: Policy) -> tuple[Tensor, Tensor]:
    """Return what the leaves stand for, and the targets, both in standard units."""
    y = make_targets(N_ROWS).y
    assert y is not None
    return (policy.line.values - CENTER) / SPREAD, (y.unsqueeze(1) - CENTER) / SPREAD


@policies
def test_raft_is_the_squared_error_of_the_mean(name: str) -> None:
    policy = make_line_policy(name)
    values, target = numbers(policy)
    expected = ((tempered_law(policy) @ values - target.squeeze(1)) ** 2).mean()
    torch.testing.assert_close(RAFT()(policy, make_memory(N_ROWS), make_targets(N_ROWS)).loss, expected)


@policies
def test_the_crps_is_that_of_point_masses(name: str) -> None:
    policy = make_line_policy(name)
    values, target = numbers(policy)
    law = tempered_law(policy)
    apart = (values.unsqueeze(1) - values).abs()
    by_hand = (law * (values - target).abs()).sum(1) - torch.einsum("ra,ab,rb->r", law, apart, law) / 2
    loss = CRPS()(policy, make_memory(N_ROWS), make_targets(N_ROWS)).loss
    torch.testing.assert_close(loss, by_hand.mean())
    atoms = Atoms(values.numpy(), law.detach().numpy()).crps(target.squeeze(1).numpy())
    assert loss.item() == pytest.approx(atoms.mean())


@policies
@pytest.mark.parametrize("reward", list(SINGLE_REWARDS))
@pytest.mark.parametrize("temperature", [1.0, 0.6])
def test_the_expected_reward_is_the_mean_over_the_law(name: str, reward: str, temperature: float) -> None:
    policy, targets, kind = make_line_policy(name), make_targets(N_ROWS), SINGLE_REWARDS[reward]
    objective = ExpectedReward(reward=kind, temperature=temperature)
    output = objective(policy, make_memory(N_ROWS), targets)
    values, target = numbers(policy)
    assert targets.y is not None
    if reward in ("relative_error", "log_error"):
        values, target = policy.line.values, targets.y.unsqueeze(1)
    error = values - target
    by_hand = {
        "squared_error": -(error**2),
        "absolute_error": -error.abs(),
        "huber": -torch.where(error.abs() <= 1, error**2 / 2, error.abs() - 0.5),
        "relative_error": -error.abs() / target,
        "log_error": -((values.log() - target.log()) ** 2),
        "kernel": (-(error**2) / 2).exp(),
        "interval": (error.abs() <= 2).double(),
        "pinball": -error.abs() / 2,
    }[reward]
    expected = (tempered_law(policy, temperature) * by_hand).sum(1).mean()
    torch.testing.assert_close(-output.loss, expected)
    torch.testing.assert_close(output.metrics["reward_mean"], expected.detach())


@policies
@pytest.mark.parametrize("temperature", [1.0, 1.5])
def test_entropy_and_kl_are_those_of_whole_numbers(name: str, temperature: float) -> None:
    """At temperature 1 exactly; at others the digits' own, at the prefixes that the tempered law comes by."""
    policy, targets, reference = make_line_policy(name), make_targets(N_ROWS), make_reference(name, N_ROWS)
    memory, tree = make_memory(N_ROWS), policy.tree
    weights: dict[str, Any] = {"entropy_weight": 0.5, "kl_weight": 2.0, "temperature": temperature}
    output = ExpectedReward(**weights)(policy, memory, targets, reference)
    plain = ExpectedReward(temperature=temperature)(policy, memory, targets).loss
    torch.testing.assert_close(output.loss, plain - 0.5 * output.metrics["entropy"] + 2.0 * output.metrics["kl"])
    if temperature == 1.0:
        own, other = leaf_log_probs(policy, memory), leaf_log_probs(reference.policy, reference.memory)
        entropy, kl = -(own.exp() * own).sum(1), (own.exp() * (own - other)).sum(1)
    else:
        own = policy.step_log_probs(memory, tree.leaf_tokens.expand(N_ROWS, -1, -1))
        other = reference.policy.step_log_probs(reference.memory, tree.leaf_tokens.expand(N_ROWS, -1, -1))
        cost = torch.where(own.isneginf(), 0.0, own.exp() * own).sum((2, 3))
        entropy = -(tempered_law(policy, temperature) * cost).sum(1)
        gap = torch.where(own.isneginf(), 0.0, own.exp() * (own - other)).sum((2, 3))
        kl = (tempered_law(policy, temperature) * gap).sum(1)
    torch.testing.assert_close(output.metrics["entropy"], entropy.mean().detach())
    torch.testing.assert_close(output.metrics["kl"], kl.mean().detach())


@policies
@pytest.mark.parametrize("reward", ["crps_gain", "energy_score", *SINGLE_REWARDS])
def test_gradients_with_all_terms_are_finite(name: str, reward: str) -> None:
    policy, reference = make_line_policy(name), make_reference(name, N_ROWS)
    objective = ExpectedReward(reward=reward, **ALL_TERMS)
    loss = objective(policy, make_memory(N_ROWS), make_targets(N_ROWS), reference).loss
    found = torch.autograd.grad(loss, list(policy.parameters()), allow_unused=True, materialize_grads=True)
    assert all(torch.isfinite(gradient).all() for gradient in found)
    assert any((gradient != 0).any() for gradient in found)


@policies
def test_the_energy_score_is_the_crps_and_the_gain_of_many_draws_nearly(name: str) -> None:
    policy, rows = make_line_policy(name), (make_memory(N_ROWS), make_targets(N_ROWS))
    crps = CRPS()(policy, *rows).loss
    torch.testing.assert_close(ExpectedReward(reward="energy_score")(policy, *rows).loss, crps)
    many = 10_000
    gain = many * ExpectedReward(reward="crps_gain", n_draws=many)(policy, *rows).loss
    torch.testing.assert_close(gain, crps, rtol=1e-3, atol=1e-3)
    assert gain > crps  # spread counts a little too low


def free_law(objective: Objective) -> tuple[Tensor, Tensor]:
    """Fit one law, free in every leaf, to the targets below; return the leaves' values and their probabilities."""
    codec = NormalizedCodec(base=4, length=2)
    tree = DigitTree(codec.grammar, codec.length)
    torch.manual_seed(0)
    policy = Policy(Tree().build(tree, 4), codec, tree).double()
    memory, targets = Memory(torch.ones(3, 1, 4, dtype=torch.float64)), Targets(TARGETS, SHARES * 3)
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.1)
    for _ in range(250):
        loss = call_objective(objective, policy, memory, targets).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return policy.line.values, leaf_log_probs(policy, memory)[0].exp().detach()


TARGETS = torch.tensor([0.03125, 0.28125, 0.96875], dtype=torch.float64)  # mid-points of leaves 0, 4 and 15
SHARES = torch.tensor([7 / 16, 2 / 16, 7 / 16], dtype=torch.float64)
FREQUENCIES = torch.zeros(16, dtype=torch.float64).scatter(0, torch.tensor([0, 4, 15]), SHARES)


@pytest.mark.parametrize(("reward", "leaf"), [("squared_error", 7), ("absolute_error", 4)])
def test_squared_and_absolute_errors_are_best_served_by_point_masses(reward: str, leaf: int) -> None:
    """At the leaf nearest the mean, 0.473, and at the median, 0.281: nothing is left of the spread."""
    _, probs = free_law(ExpectedReward(reward=reward))
    assert probs[leaf] > 0.9


def test_the_crps_is_best_served_by_the_law_itself() -> None:
    _, probs = free_law(CRPS())
    torch.testing.assert_close(probs, FREQUENCIES, rtol=0.0, atol=0.03)


def test_raft_is_best_served_by_the_right_mean_whatever_the_spread() -> None:
    values, probs = free_law(RAFT())
    mean = probs @ values
    assert mean == pytest.approx((TARGETS @ SHARES).item(), abs=1e-3)
    assert (probs @ (values - mean) ** 2).sqrt() > 0.1  # it did not collapse


def test_cross_entropy_with_raft_keeps_the_law_too() -> None:
    _, probs = free_law(CrossEntropy() + 10.0 * RAFT())
    torch.testing.assert_close(probs, FREQUENCIES, rtol=0.0, atol=0.03)


@pytest.mark.parametrize("is_sorted", [True, False])
def test_the_crps_of_atoms_is_its_integral(is_sorted: bool) -> None:
    """``∫ (F(x) - [y <= x])² dx``, by steps on a fine grid; and scoringrules' value for equal masses."""
    generator = torch.Generator().manual_seed(0)
    values = torch.randn(9, dtype=torch.float64, generator=generator)
    values = values.sort().values if is_sorted else values
    probs = torch.rand(4, 9, dtype=torch.float64, generator=generator).softmax(-1)
    target = torch.tensor([-5.0, -0.3, 0.7, 4.0], dtype=torch.float64)
    found = crps_of_atoms(probs, values, target)
    x = torch.linspace(-6, 6, 240_001, dtype=torch.float64)
    for row in range(4):
        cdf = (probs[row] * (values <= x.unsqueeze(1))).sum(1)
        integral = ((cdf - (target[row] <= x).double()) ** 2)[:-1] @ x.diff()
        assert found[row].item() == pytest.approx(integral.item(), abs=1e-3)
    equal = torch.full((4, 9), 1 / 9, dtype=torch.float64)
    reference = scoringrules.crps_ensemble(target.numpy(), np.tile(values.numpy(), (4, 1)))
    np.testing.assert_allclose(crps_of_atoms(equal, values, target).numpy(), reference)


def test_the_mean_difference_is_that_of_all_pairs() -> None:
    values, probs = torch.tensor([3.0, -1.0, 0.5, 3.0]), torch.tensor([[0.1, 0.2, 0.3, 0.4], [0.0, 1.0, 0.0, 0.0]])
    pairs = (values.unsqueeze(1) - values).abs()
    torch.testing.assert_close(mean_difference(probs, values), torch.einsum("ra,ab,rb->r", probs, pairs, probs))


@policies
def test_digit_credit_is_the_expected_reward_below_every_prefix(name: str) -> None:
    policy, memory = make_line_policy(name), make_memory(N_ROWS)
    tree, rewards = policy.tree, leaf_rewards(policy, make_targets(N_ROWS), SquaredErrorReward())
    credit = digit_credit(policy, memory, rewards)
    law = leaf_log_probs(policy, memory).exp()
    below = (tree.leaf_nodes.unsqueeze(-1) == torch.arange(tree.n_nodes)).any(1).double()  # (leaf, node)
    torch.testing.assert_close(credit.value, (law * rewards) @ below / (law @ below))
    torch.testing.assert_close(credit.value[:, 0], (law * rewards).sum(1))
    probs = policy.node_log_probs(memory).exp()
    mean = (probs * credit.advantage).sum(-1)
    torch.testing.assert_close(mean, torch.zeros_like(mean), atol=1e-9, rtol=0.0)
    assert (credit.advantage[:, tree.child < 0] == 0).all()
    last = tree.leaf_nodes[:, -1], tree.leaf_tokens[:, -1]
    torch.testing.assert_close(credit.advantage[:, *last] + credit.value[:, last[0]], rewards)


@policies
def test_digit_credit_gives_the_gradient_of_the_expected_reward(name: str) -> None:
    """The sum over nodes of the probability of coming by, times ``Σ π(digit) · A(digit) · ∇ log π(digit)``."""
    policy, memory, targets = make_line_policy(name), make_memory(N_ROWS), make_targets(N_ROWS)
    credit = digit_credit(policy, memory, leaf_rewards(policy, targets, SquaredErrorReward()))
    assert not (credit.value.requires_grad or credit.advantage.requires_grad)
    log_probs = policy.node_log_probs(memory)
    visits, probs = policy.tree.node_sums(log_probs).exp().detach(), log_probs.exp().detach()
    finite = torch.where(log_probs.isneginf(), 0.0, log_probs)
    by_credit = (visits.unsqueeze(-1) * probs * credit.advantage * finite).sum((1, 2)).mean()
    exact = -ExpectedReward()(policy, memory, targets).loss
    for first, second in zip(
        torch.autograd.grad(by_credit, list(policy.parameters()), allow_unused=True, materialize_grads=True),
        torch.autograd.grad(exact, list(policy.parameters()), allow_unused=True, materialize_grads=True),
        strict=True,
    ):
        torch.testing.assert_close(first, second)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"reward": "r2"}, "reward must be one of 'squared_error', "),
        ({"temperature": 0.0}, "temperature must be positive and finite, but got 0.0"),
        ({"expert_temperature": -1.0}, "expert_temperature must be positive and finite, but got -1.0"),
        ({"expert_weight": -0.1}, "expert_weight must be finite and at least 0, but got -0.1"),
        ({"kl_weight": float("nan")}, "kl_weight must be finite and at least 0, but got nan"),
        ({"entropy_weight": float("inf")}, "entropy_weight must be finite and at least 0, but got inf"),
        ({"n_draws": 0}, "n_draws must be at least 1, but got 0"),
    ],
)
def test_impossible_settings_are_named(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ExpectedReward(**settings)


def test_a_reward_of_groups_of_ones_own_has_no_exact_form() -> None:
    class Group:
        units = "standard"
        least_draws = 2

        def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
            return -(prediction - prediction.mean(-1, keepdim=True)).abs()

    with pytest.raises(ValueError, match=r"rewards groups of draws and has no exact form\. Use OnPolicy"):
        ExpectedReward(reward=Group())
