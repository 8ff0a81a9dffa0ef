"""Laws of every sampled objective beyond its expected gradient."""

from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import torch
from torch import Tensor

from digitwise import DAR, GRPO, PPO, RLOO, CustomReward, ExpectedReward, OnPolicy
from digitwise.nn import LossOutput, Memory, Targets
from digitwise.objectives import Objective, SequenceObjective, on_policy
from digitwise.objectives.objective import call_objective
from digitwise.policy import Policy, Rollout
from tests.contracts.policies import NAMES, USUAL_NAMES, make_memory
from tests.contracts.sequence_objectives import (
    ONE_OF_EACH,
    SAMPLED,
    SCALED,
    UNBIASED,
    make_line_policy,
    make_reference,
    make_targets,
    only,
)

N_ROWS = 6
policies = pytest.mark.parametrize("name", NAMES)
NAMED = [*ONE_OF_EACH, *SCALED]
both = pytest.mark.parametrize(
    ("name", "kind"),
    [
        (name, kind)
        for name in NAMES
        for kind in (SAMPLED if name in USUAL_NAMES else NAMED)
        if name.startswith("tree") or not kind.startswith("rloo, ")  # rewards do not know the decoder
    ],
)


def of(objective: Objective, policy: Policy, *rows: Any) -> LossOutput:
    torch.manual_seed(1)
    return call_objective(objective, policy, *rows)


def gradients(output: LossOutput, policy: Policy) -> list[Tensor]:
    parameters = list(policy.parameters())
    found = torch.autograd.grad(output.loss, parameters, retain_graph=True, allow_unused=True, materialize_grads=True)
    return list(found)


def make_rows(name: str) -> tuple[Memory, Targets, Any]:
    return make_memory(N_ROWS), make_targets(N_ROWS), make_reference(name, N_ROWS)


@cache
def one_loss(name: str, kind: str) -> tuple[Policy, LossOutput]:
    """Return a policy and the loss of a batch; several laws look at the same one."""
    policy = make_line_policy(name)
    return policy, of(SAMPLED[kind], policy, *make_rows(name))


@both
def test_gradients_are_finite_and_are_some(name: str, kind: str) -> None:
    policy, output = one_loss(name, kind)
    found = gradients(output, policy)
    assert all(torch.isfinite(gradient).all() for gradient in found)
    assert any((gradient != 0).any() for gradient in found)


@both
def test_an_experience_has_no_gradient_and_metrics_are_finite_scalars(name: str, kind: str) -> None:
    _, output = one_loss(name, kind)
    held = output.experience
    tensors = [held.rollout.log_probs, held.advantage, *output.metrics.values()]
    tensors += [] if held.reference_log_probs is None else [held.reference_log_probs]
    assert not any(tensor.requires_grad for tensor in tensors)
    assert all(metric.shape == () and torch.isfinite(metric) for metric in output.metrics.values())
    if SAMPLED[kind].n_draws > 1:
        assert {"reward_mean", "reward_spread", "zero_spread_share", "advantage_scale"} <= set(output.metrics)


@both
def test_an_experience_gives_the_same_loss_again(name: str, kind: str) -> None:
    (policy, first), rows = one_loss(name, kind), make_rows(name)
    before = torch.get_rng_state()
    again = call_objective(SAMPLED[kind], policy, *rows, first.experience)
    assert torch.equal(torch.get_rng_state(), before)  # nothing was drawn
    assert again.experience is first.experience
    torch.testing.assert_close(again.loss, first.loss)


@both
def test_forbidden_digits_are_never_drawn(name: str, kind: str) -> None:
    policy, output = one_loss(name, kind)
    tokens = output.experience.rollout.tokens
    assert tokens.shape == (N_ROWS, SAMPLED[kind].n_draws, policy.codec.length)
    assert policy.codec.grammar.accepts(tokens).all()


@pytest.mark.parametrize("kind", list(SAMPLED))
def test_objectives_share_one_interface(kind: str) -> None:
    objective = SAMPLED[kind]
    assert isinstance(objective, Objective)
    assert isinstance(objective, SequenceObjective)
    assert not objective.uses_dropout  # the law that is scored must be the law that drew
    assert objective.needs_reference == (objective.kl_weight > 0)


def exact_goal(kind: str) -> Objective:
    """Return what should fall when the objective is trained on: the exact counterpart, or the expected cost."""
    if kind in UNBIASED:
        return UNBIASED[kind].exact
    objective = SAMPLED[kind]
    return ExpectedReward(reward=objective.reward, n_draws=objective.n_draws, kl_weight=objective.kl_weight)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        (name, kind)
        for name in NAMES
        for kind in SAMPLED
        if name == "tree-mixed" or (kind in NAMED and name != "transformer-2x8")  # which is slow
    ],
)
def test_a_toy_problem_improves(name: str, kind: str) -> None:
    """Six rows with six targets: what the objective estimates falls, exactly measured."""
    policy, rows, goal, is_tree = make_line_policy(name), make_rows(name), exact_goal(kind), name.startswith("tree")
    before = of(goal, policy, *rows).loss.item()
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.03 if is_tree else 0.002)
    objective = replace(SAMPLED[kind], n_draws=6)
    experience: Any = None
    torch.manual_seed(1)
    for step in range(8 if is_tree else 6):
        output = objective(policy, *rows, experience if step % objective.n_updates else None)
        experience = output.experience
        optimizer.zero_grad()
        output.loss.backward()
        optimizer.step()
    assert of(goal, policy, *rows).loss.item() < before - 0.05 * abs(before)


@both
def test_rows_of_weight_zero_are_as_good_as_absent(name: str, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the draws of the rows that are kept the same in both."""
    policy, objective, (memory, targets, reference) = make_line_policy(name), SAMPLED[kind], make_rows(name)
    torch.manual_seed(1)
    draws = on_policy.sample(policy, memory, objective.n_draws, temperature=objective.temperature)

    def loss(rows: slice, weight: list[float]) -> LossOutput:
        drawn = Rollout(draws.tokens[rows], draws.log_probs[rows], draws.temperature)
        for sampler in ("sample", "sample_stratified"):
            monkeypatch.setattr(on_policy, sampler, lambda *_, **__: drawn)
        part, meant, other = only(rows, memory, targets, reference)
        weights = torch.tensor(weight, dtype=torch.float64)
        return call_objective(objective, policy, part, replace(meant, weight=weights), other)

    with_zeros, without = loss(slice(None), [2.0, 0.0] * 3), loss(slice(None, None, 2), [1.0] * 3)
    torch.testing.assert_close(with_zeros.loss, without.loss)
    for first, second in zip(gradients(with_zeros, policy), gradients(without, policy), strict=True):
        torch.testing.assert_close(first, second)


@policies
@pytest.mark.parametrize("objective", [GRPO(n_draws=4), DAR(n_draws=4), RLOO(n_draws=4), PPO(n_draws=4)])
def test_advantages_are_those_of_the_draws_rewards(name: str, objective: OnPolicy) -> None:
    """By hand: read the draws as numbers, reward them, compare."""
    policy, memory, targets = make_line_policy(name), make_memory(N_ROWS), make_targets(N_ROWS)
    held = of(objective, policy, memory, targets).experience
    assert targets.y is not None
    numbers = (policy.line.values[policy.tree.leaf_of(held.rollout.tokens)] - 27.0) / 9.0
    target = (targets.y.unsqueeze(1) - 27.0) / 9.0
    if objective.reward == "crps_gain":

        def crps(group: Tensor) -> Tensor:
            apart = (group.unsqueeze(2) - group.unsqueeze(1)).abs().mean((1, 2))
            return (group - target).abs().mean(1) - apart / 2

        without = [numbers[:, [other for other in range(4) if other != draw]] for draw in range(4)]
        rewards = torch.stack([crps(group) - crps(numbers) for group in without], dim=1)
    else:
        rewards = -((numbers - target) ** 2)
    if objective.baseline == "group_mean":
        expected = (rewards - rewards.mean(1, keepdim=True)) / (rewards.std(1, keepdim=True) + 1e-6)
    else:
        expected = (rewards - rewards.mean(1, keepdim=True)) * 4 / 3
        expected = expected / (expected.std(correction=0) + 1e-6) if objective.scale == "batch_std" else expected
    torch.testing.assert_close(held.advantage, expected)


@policies
@pytest.mark.parametrize(("shift", "factor"), [(100.0, 1.0), (0.0, 20.0), (-3.0, 0.25)])
def test_grpo_is_unchanged_when_rewards_are_shifted_or_scaled(name: str, shift: float, factor: float) -> None:
    policy, rows = make_line_policy(name), make_rows(name)

    def found(shift: float, factor: float) -> list[Tensor]:
        reward = CustomReward(function=lambda y, target: shift - factor * (y - target).abs(), units="standard")
        return gradients(of(GRPO(reward=reward, n_draws=4), policy, *rows), policy)

    for changed, plain in zip(found(shift, factor), found(0.0, 1.0), strict=True):
        torch.testing.assert_close(changed, plain, rtol=1e-3, atol=1e-5)


@policies
@pytest.mark.parametrize("kind", ["remax", "dr. grpo of three", "rloo, squared_error"])
def test_with_a_baseline_a_shift_of_the_rewards_changes_nothing(name: str, kind: str) -> None:
    policy, rows = make_line_policy(name), make_rows(name)

    def found(shift: float) -> list[Tensor]:
        reward = CustomReward(function=lambda y, target: shift - (y - target).abs(), units="standard")
        return gradients(of(replace(SAMPLED[kind], reward=reward), policy, *rows), policy)

    for changed, plain in zip(found(100.0), found(0.0), strict=True):
        torch.testing.assert_close(changed, plain)


@pytest.mark.parametrize(
    "make", [lambda reward: RLOO(reward=reward, n_draws=3), lambda reward: ExpectedReward(reward=reward)]
)
def test_no_gradient_flows_through_a_reward(make: Any) -> None:
    """Neither into its own weights nor, through the numbers it is given, into the policy."""
    policy, (memory, targets, _), weight = make_line_policy("tree-mixed"), make_rows("tree-mixed"), torch.ones(())
    weight.requires_grad_()
    learnt = CustomReward(function=lambda y, target: -weight * (y - target) ** 2, units="standard")
    output = of(make(learnt), policy, memory, targets)
    found = torch.autograd.grad(output.loss, [*policy.parameters(), weight], allow_unused=True)
    assert found[-1] is None
    plain_output = of(make("squared_error"), policy, memory, targets)
    for gradient, plain in zip(found[:-1], gradients(plain_output, policy), strict=True):
        torch.testing.assert_close(gradient, plain)


@policies
def test_rows_whose_rewards_are_all_the_same_teach_nothing(name: str) -> None:
    policy, rows = make_line_policy(name), make_rows(name)
    reward = CustomReward(function=lambda y, target: torch.full_like(y, 3.0))
    for objective in (GRPO(reward=reward), RLOO(reward=reward), OnPolicy(reward=reward)):
        output = of(objective, policy, *rows)
        assert all((gradient.abs() < 1e-8).all() for gradient in gradients(output, policy))
        assert output.metrics["zero_spread_share"] == 1


@pytest.mark.parametrize("temperature", [0.6, 1.5])
def test_draws_follow_the_tempered_law_and_are_scored_by_it(temperature: float) -> None:
    policy, memory, targets = make_line_policy("tree-mixed"), make_memory(1), make_targets(1)
    held = of(OnPolicy(n_draws=20_000, temperature=temperature), policy, memory, targets).experience
    tokens = policy.tree.leaf_tokens.unsqueeze(0)
    law = policy.log_probs(memory, tokens, temperature).sum(-1).exp()
    observed = torch.bincount(policy.tree.leaf_of(held.rollout.tokens)[0], minlength=18) / 20_000
    assert (observed.cumsum(0) - law[0].cumsum(0)).abs().max() < 1.95 / 20_000**0.5  # Kolmogorov at 0.1 %
    torch.testing.assert_close(held.rollout.log_probs, policy.log_probs(memory, held.rollout.tokens, temperature))


@pytest.mark.parametrize("objective", [OnPolicy(kl_weight=0.1), ExpectedReward(kl_weight=0.1)])
def test_a_kl_weight_needs_a_reference(objective: Objective) -> None:
    with pytest.raises(ValueError, match="kl_weight needs a reference"):
        objective(make_line_policy("tree-mixed"), make_memory(2), make_targets(2))


@policies
def test_the_kl_is_zero_beside_oneself_and_positive_beside_another(name: str) -> None:
    policy, (memory, targets, other) = make_line_policy(name), make_rows(name)
    oneself = type(other)(policy, memory)
    for objective in (OnPolicy(kl_weight=1.0), ExpectedReward(kl_weight=1.0)):
        torch.testing.assert_close(of(objective, policy, memory, targets, oneself).metrics["kl"].item(), 0.0)
        assert of(objective, policy, memory, targets, other).metrics["kl"] > 0.01
