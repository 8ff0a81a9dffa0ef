"""Laws of the token- and number-level objectives."""

import numpy as np
import pytest
import torch
from torch import Tensor

from digitwise import (
    CRPS,
    DIST2,
    NTLMSE,
    NTLWAS,
    RAFT,
    CrossEntropy,
    ExpectedReward,
    LabelSmoothing,
    NumberTokenLoss,
    SmoothedCrossEntropy,
    SoftDigits,
)
from digitwise.codecs.bell import bell_on_leaves, even_edges
from digitwise.nn import Targets
from digitwise.objectives import Objective
from digitwise.policy import Policy, leaf_log_probs
from tests.contracts.policies import NAMES, canonical, make_memory, make_policy

OBJECTIVES: dict[str, Objective] = {
    "cross_entropy": CrossEntropy(),
    "cross_entropy_by_place": CrossEntropy(digit_weights="place_value"),
    "ntl_mse": NTLMSE(),
    "ntl_was": NTLWAS(),
    "ntl_was_by_place": NumberTokenLoss(distance="was", digit_weights="place_value"),
    "dist2": DIST2(),
    "soft_digits_by_place": SoftDigits(temperature=2.0, digit_weights="place_value"),
    "label_smoothing": LabelSmoothing(),
    "smoothed": SmoothedCrossEntropy(width=0.03),
    "smoothed_wide": SmoothedCrossEntropy(width=0.4),
    "smoothed_auto": SmoothedCrossEntropy(),
    "raft": RAFT(),
    "crps": CRPS(),
    "sum": SmoothedCrossEntropy() + 10.0 * RAFT(),
    "expert": ExpectedReward(expert_weight=1.0),
    "soft_expert": ExpectedReward(expert_weight=1.0, expert_temperature=0.05, temperature=0.7, entropy_weight=0.01),
    "expected_reward": ExpectedReward(),  # the others: test_exact_objective_laws.py
    "expected_gain": ExpectedReward(reward="crps_gain", n_draws=4),
}
policies = pytest.mark.parametrize("name", NAMES)
objectives = pytest.mark.parametrize("kind", list(OBJECTIVES))


def targets(n_rows: int = 6) -> Targets:
    z = torch.rand(n_rows, dtype=torch.float64, generator=torch.Generator().manual_seed(3)) * 1.2 - 0.1
    return Targets(z, torch.rand(n_rows, dtype=torch.float64))


def adapted(kind: str, policy: Policy, batch: Targets) -> Objective:
    return OBJECTIVES[kind].adapt(batch.z.numpy(), policy.codec)


@policies
@objectives
def test_gradients_are_finite_and_reach_every_weight_of_the_path(name: str, kind: str) -> None:
    policy, batch = make_policy(name), targets()
    adapted(kind, policy, batch)(policy, make_memory(6), batch).loss.backward()
    gradients = [parameter.grad for parameter in policy.parameters() if parameter.grad is not None]
    assert gradients
    assert all(torch.isfinite(gradient).all() for gradient in gradients)
    assert any((gradient != 0).any() for gradient in gradients)


@policies
@objectives
def test_a_toy_problem_improves(name: str, kind: str) -> None:
    policy, memory, batch = make_policy(name, spread=1.0), make_memory(6), targets()
    objective = adapted(kind, policy, batch)
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.01)
    losses = []
    for _ in range(5):
        loss = objective(policy, memory, batch).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < losses[0]


@policies
@objectives
def test_rows_of_weight_zero_are_as_good_as_absent(name: str, kind: str) -> None:
    policy, memory, batch = make_policy(name), make_memory(6), targets()
    objective = adapted(kind, policy, batch)
    weight = torch.tensor([2.0, 0.0, 2.0, 0.0, 2.0, 0.0], dtype=torch.float64)
    with_zeros = objective(policy, memory, Targets(batch.z, weight)).loss
    kept = Targets(batch.z[::2], torch.ones(3, dtype=torch.float64))
    without = objective(policy, type(memory)(memory.features[::2]), kept).loss
    torch.testing.assert_close(with_zeros, without)


@policies
def test_cross_entropy_is_minus_the_log_probability_of_the_leaf(name: str) -> None:
    policy, memory, batch = make_policy(name), make_memory(6), targets()
    cell = (torch.searchsorted(policy.edges, batch.z, right=True) - 1).clamp(0, len(policy.edges) - 2)
    leaf = policy.tree.leaf_of(policy.codec.encode(batch.z).unsqueeze(1)).squeeze(1)
    assert torch.equal(policy.cells.of_leaf[leaf], cell)
    expected = -(leaf_log_probs(policy, memory).gather(1, leaf.unsqueeze(1)).squeeze(1) * batch.weight).mean()
    torch.testing.assert_close(CrossEntropy()(policy, memory, batch).loss, expected)


@policies
@pytest.mark.parametrize("width", [0.001, 0.02, 0.1, 1.0])
def test_smoothed_cross_entropy_is_the_cross_entropy_on_the_leaves(name: str, width: float) -> None:
    """The sum over the nodes above the bell equals the sum over all leaves, for the loss and for its gradient.

    The bell stands where the target stands among the cells; several leaves of one cell count together.
    """
    policy, memory, batch = make_policy(name), make_memory(6), targets()
    by_leaf, cells = leaf_log_probs(policy, memory), policy.cells
    n_cells = len(cells.edges) - 1
    law = torch.stack([by_leaf[:, cells.of_leaf == cell].logsumexp(1) for cell in range(n_cells)], dim=1)
    place = torch.as_tensor(np.interp(batch.z, cells.edges, even_edges(n_cells)))
    first, mass = bell_on_leaves(place, even_edges(n_cells), width)
    window = first.unsqueeze(1) + torch.arange(mass.shape[1])
    expected = -((mass * law.gather(1, window)).sum(1) * batch.weight).mean()
    loss = SmoothedCrossEntropy(width=width)(policy, memory, batch).loss
    torch.testing.assert_close(loss, expected)
    parameters = list(policy.parameters())
    for by_node, by_leaf in zip(
        torch.autograd.grad(loss, parameters, allow_unused=True),
        torch.autograd.grad(expected, parameters, allow_unused=True),
        strict=True,
    ):
        torch.testing.assert_close(by_node, by_leaf)


@pytest.mark.parametrize("name", canonical(NAMES))
def test_width_zero_is_plain_cross_entropy(name: str) -> None:
    policy, memory, batch = make_policy(name), make_memory(6), targets()
    plain = CrossEntropy()(policy, memory, batch).loss
    torch.testing.assert_close(SmoothedCrossEntropy(width=0.0)(policy, memory, batch).loss, plain)


def test_digit_weights_weigh_the_digits() -> None:
    policy, memory, batch = make_policy("tree-10x3"), make_memory(6), targets()
    tokens = policy.codec.encode(batch.z).unsqueeze(1)
    by_digit = -(policy.log_probs(memory, tokens).squeeze(1) * batch.weight.unsqueeze(1)).mean(0)
    loss = CrossEntropy(digit_weights=(4.0, 2.0, 1.0))(policy, memory, batch).loss
    torch.testing.assert_close(loss, by_digit @ torch.tensor([4.0, 2.0, 1.0], dtype=torch.float64))


@pytest.mark.parametrize("name", canonical(NAMES))
def test_the_bell_narrows_with_progress(name: str) -> None:
    policy, memory, batch = make_policy(name), make_memory(6), targets()
    objective = SmoothedCrossEntropy(width=0.1, final_share=0.2)

    def loss(objective: Objective, progress: float) -> Tensor:
        return objective(policy, memory, Targets(batch.z, batch.weight, progress)).loss

    torch.testing.assert_close(loss(objective, 0.5), loss(SmoothedCrossEntropy(width=0.06), 0.0))
    torch.testing.assert_close(loss(objective, 1.0), loss(SmoothedCrossEntropy(width=0.02), 0.0))
    sharp = loss(SmoothedCrossEntropy(width=0.1, final_share=0.0), 1.0)
    torch.testing.assert_close(sharp, loss(CrossEntropy(), 1.0))
