"""Laws of the sampled objectives: their expected gradient is the exact one, by enumeration and by many draws."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from digitwise import PPO, CrossEntropy, ExpectedReward, OnPolicy
from digitwise.nn import LossOutput, Memory, Targets
from digitwise.objectives import Objective, Reference, on_policy
from digitwise.objectives.objective import call_objective
from digitwise.policy import Policy, Rollout
from tests.contracts.policies import NAMES, USUAL_NAMES, make_memory, ordered
from tests.contracts.sequence_objectives import (
    ONE_OF_EACH,
    UNBIASED,
    interval_targets,
    make_line_policy,
    make_reference,
    make_targets,
    only,
    repeated,
)

N_ROWS = 2
policies = pytest.mark.parametrize("name", NAMES)


def gradient(output: LossOutput, policy: Policy) -> Tensor:
    parts = torch.autograd.grad(output.loss, list(policy.parameters()), allow_unused=True, materialize_grads=True)
    return torch.cat([part.flatten() for part in parts])


def gradients_by_row(
    objective: Objective, policy: Policy, memory: Memory, targets: Targets, reference: Reference
) -> Tensor:
    """Return the gradient of each row's own loss with respect to its features, ``(row, dim)``."""
    features = memory.features.clone().requires_grad_()
    loss = call_objective(objective, policy, Memory(features), targets, reference).loss
    return torch.autograd.grad(loss, features)[0].squeeze(1) * len(features)


@pytest.mark.parametrize(
    ("name", "kind", "row"),
    [
        (name, kind, row)
        for place, (kind, member) in enumerate(UNBIASED.items())
        for name, most_draws in (("tree-mixed", 3), ("transformer-mixed", 2))
        for row in ("number", ("at least", "at most", "between")[place % 3])
        if not member.sampled.stratified and member.sampled.n_draws <= most_draws
    ],
)
def test_the_mean_gradient_of_all_possible_draws_is_the_exact_one(
    name: str, kind: str, row: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every group of draws there is, weighted by its probability: nothing is left to chance."""
    policy, member = make_line_policy(name), UNBIASED[kind]
    place = ("number", "at least", "at most", "between").index(row)
    one_row = only(slice(place, place + 1), make_memory(4), interval_targets(4), make_reference(name, 4))
    temperature, n_draws = member.sampled.temperature, member.sampled.n_draws
    groups = torch.cartesian_prod(*[torch.arange(policy.tree.n_leaves)] * n_draws).view(-1, n_draws)
    memory, targets, reference = repeated(len(groups), *one_row)
    with torch.no_grad():
        log_probs = policy.log_probs(memory, policy.tree.leaf_tokens[groups], temperature)
    probs = log_probs.sum((1, 2)).exp()
    torch.testing.assert_close(probs.sum().item(), 1.0)
    draws = Rollout(policy.tree.leaf_tokens[groups], log_probs, temperature)
    monkeypatch.setattr(on_policy, "sample", lambda *_, **__: draws)
    weighted = replace(targets, weight=probs * len(groups))
    mean = gradient(member.sampled(policy, memory, weighted, reference), policy)
    exact = gradient(call_objective(member.exact, policy, *one_row), policy)
    assert exact.norm() > 1e-3
    torch.testing.assert_close(mean, member.factor * exact, rtol=1e-6, atol=1e-9 * float(exact.norm()))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (name, kind)
        for name in NAMES
        for kind in (UNBIASED if name in USUAL_NAMES else [*ONE_OF_EACH, "remax, stratified"])
        if name.startswith("tree") or not kind.startswith("rloo, ")  # rewards do not know the decoder
        if name in ordered(NAMES) or kind != "remax, stratified"
    ],
)
def test_the_mean_gradient_of_many_draws_is_the_exact_one(name: str, kind: str) -> None:
    """Within five standard errors in every coordinate, and these are small beside the gradient."""
    policy, member, n = make_line_policy(name), UNBIASED[kind], 700 if name.startswith("tree") else 200
    rows = make_memory(N_ROWS), make_targets(N_ROWS), make_reference(name, N_ROWS)
    torch.manual_seed(1)
    samples = gradients_by_row(member.sampled, policy, *repeated(n, *rows)).view(n, N_ROWS, -1)
    exact = member.factor * gradients_by_row(member.exact, policy, *rows)
    mean, error = samples.mean(0), samples.std(0) / n**0.5
    assert error.norm() < 0.35 * exact.norm()
    assert ((mean - exact).abs() < 5 * error + 1e-12).all()


@pytest.mark.parametrize("name", USUAL_NAMES)
def test_stratified_draws_have_less_variance(name: str) -> None:
    policy, memory, targets = make_line_policy(name), make_memory(1), make_targets(1)
    memory, targets, reference = repeated(200, memory, targets, make_reference(name, 1))

    def variances(stratified: bool) -> Tensor:
        torch.manual_seed(1)
        objective = OnPolicy(baseline="none", n_draws=8, stratified=stratified)
        mean_rewards = objective.collect(policy, memory, targets).advantage.mean(1)
        gradients = gradients_by_row(objective, policy, memory, targets, reference)
        return torch.stack([mean_rewards.var(0), gradients.var(0).sum()])

    ratio = variances(stratified=True) / variances(stratified=False)
    assert ratio[0] < 0.5
    assert ratio[1] < 0.95


@pytest.mark.parametrize("name", USUAL_NAMES)
def test_a_baseline_has_less_variance_than_none(name: str) -> None:
    policy, rows = make_line_policy(name), (make_memory(1), make_targets(1), make_reference(name, 1))

    def variance(baseline: str) -> float:
        torch.manual_seed(1)
        objective = OnPolicy(baseline=baseline, reward="absolute_error", n_draws=4)
        return gradients_by_row(objective, policy, *repeated(200, *rows)).var(0).sum().item()

    assert variance("leave_one_out") < 0.8 * variance("none")


@policies
@pytest.mark.parametrize("temperature", [1.0, 1.5])
def test_the_first_step_on_a_rollout_is_not_clipped(name: str, temperature: float) -> None:
    policy, memory, targets = make_line_policy(name), make_memory(4), make_targets(4)
    clipped = OnPolicy(n_draws=4, clip=0.1, n_updates=2, temperature=temperature)
    free = OnPolicy(n_draws=4, temperature=temperature)
    experience = clipped.collect(policy, memory, targets)
    first = clipped.surrogate(policy, memory, targets, experience)
    assert first.metrics["clip_share"] == 0
    expected = gradient(free.surrogate(policy, memory, targets, experience), policy)
    torch.testing.assert_close(gradient(first, policy), expected)


@policies
def test_later_steps_on_a_rollout_are_clipped(name: str) -> None:
    """A policy that has moved far along its advantages has no gradient left where the ratio is out of bounds."""
    policy, memory, targets = make_line_policy(name, spread=1.0), make_memory(4), make_targets(4)
    objective = OnPolicy(n_draws=8, clip=0.05, n_updates=9)
    torch.manual_seed(1)
    experience = objective.collect(policy, memory, targets)
    before = gradient(objective.surrogate(policy, memory, targets, experience), policy).norm()
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.05)
    for _ in range(8):
        loss = objective.surrogate(policy, memory, targets, experience).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    after = objective.surrogate(policy, memory, targets, experience)
    assert after.metrics["clip_share"] > 0.2
    assert gradient(after, policy).norm() < before


@policies
def test_scaling_by_the_batch_changes_the_length_of_the_gradient_alone(name: str) -> None:
    policy, memory, targets = make_line_policy(name), make_memory(4), make_targets(4)

    def of(objective: OnPolicy) -> tuple[Tensor, Tensor]:
        torch.manual_seed(1)
        output = objective(policy, memory, targets)
        assert output.experience is not None
        return gradient(output, policy), output.experience.advantage

    plain, advantage = of(PPO(n_draws=4, scale="none"))
    torch.testing.assert_close(of(PPO(n_draws=4))[0] * advantage.std(correction=0), plain, rtol=1e-4, atol=1e-10)


@policies
def test_a_sum_has_the_gradient_of_its_terms(name: str) -> None:
    policy, memory, targets = make_line_policy(name), make_memory(4), make_targets(4)
    terms = ExpectedReward(), CrossEntropy()
    apart = [gradient(call_objective(term, policy, memory, targets), policy) for term in terms]
    both = gradient((2.0 * terms[0] + 3.0 * terms[1])(policy, memory, targets), policy)
    torch.testing.assert_close(both, 2 * apart[0] + 3 * apart[1])
