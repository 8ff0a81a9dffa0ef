"""Laws of targets of which only an interval is known: likelihoods, losses and rewards, by brute force over leaves."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from digitwise import CRPS, RAFT, CrossEntropy, CustomReward, ExpectedReward, NumberTokenLoss, SoftDigits
from digitwise.codecs import (
    Bounded,
    Codec,
    DecimalCodec,
    DigitTree,
    HammingCodec,
    IEEECodec,
    NormalizedCodec,
    OpenTree,
    RepeatedCodec,
    ScientificCodec,
    WithSpecialValues,
)
from digitwise.codecs.special_numbers import stand_ins
from digitwise.distributions import Atoms
from digitwise.nn import LossOutput, Memory, Targets, Transformer, Tree
from digitwise.objectives import Objective, SmoothedCrossEntropy, WeightedSum, expert_probs
from digitwise.objectives.objective import call_objective
from digitwise.policy import Policy, interval_log_prob, leaf_log_probs, sample
from tests.codecs.test_reach import CODECS as SMALL_CODECS
from tests.contracts.policies import MEMORY_DIM, NAMES, make_memory, make_policy
from tests.contracts.sequence_objectives import SINGLE_REWARDS, interval_targets, make_line_policy, make_targets
from tests.contracts.test_objective_laws import OBJECTIVES, adapted

CENTER, SPREAD = 27.0, 9.0  # of the line in `make_line_policy`
SCIENTIFIC = ScientificCodec(n_digits=1, min_exponent=-1, max_exponent=1)
ANY_CODECS: dict[str, Codec] = {
    **SMALL_CODECS,
    "signed scientific": SCIENTIFIC,
    "exponent last": ScientificCodec(n_digits=2, min_exponent=-1, max_exponent=1, exponent="last"),
    "ieee": IEEECodec(base=3, exponent_digits=1, mantissa_digits=2),
    "bounded": Bounded(SCIENTIFIC, low=-0.35, high=20.0),
    "decimal point": DecimalCodec(n_integer=1, n_fraction=1),
    "hamming": HammingCodec(length=5),
    "repeated": RepeatedCodec(NormalizedCodec(base=3, length=2), n_copies=2),
    "special values": WithSpecialValues(SCIENTIFIC, values=("nan", "inf", "-inf")),
}
policies = pytest.mark.parametrize("name", NAMES)


def tree_policy(codec: Codec, spread: float = 4.0) -> Policy:
    torch.manual_seed(0)
    tree = DigitTree(codec.grammar, codec.length)
    policy = Policy(Tree().build(tree, MEMORY_DIM), codec, tree).double()
    with torch.no_grad():
        for parameter in policy.parameters():
            parameter.mul_(spread)
    return policy


def many_ends(policy: Policy, n: int = 60) -> tuple[Tensor, Tensor]:
    """Return pairs of leaves, lower number first: random ones, equal ones, neighbours, the two outermost."""
    number = policy.codec.decode(policy.tree.leaf_tokens)
    n_leaves = int((~number.isnan()).sum())
    in_order = number.argsort(stable=True)  # NaN comes last
    pair = torch.randint(n_leaves, (n, 2), generator=torch.Generator().manual_seed(0))
    first = torch.arange(n_leaves - 1)[:: max(1, n_leaves // 20)]
    extra = [torch.stack([first, first], 1), torch.stack([first, first + 1], 1), torch.tensor([[0, n_leaves - 1]])]
    low, high = torch.cat([pair.sort(1).values, *extra]).unbind(1)
    return in_order[low], in_order[high]


def by_leaves(policy: Policy, memory: Memory, low: Tensor, high: Tensor) -> Tensor:
    """Return the log-probability of the leaves whose numbers lie within both ends, added up one by one."""
    number = policy.codec.decode(policy.tree.leaf_tokens)
    law = leaf_log_probs(policy, memory)
    sums = []
    for row, (a, b) in enumerate(zip(number[low].tolist(), number[high].tolist(), strict=True)):
        inside = [leaf for leaf, value in enumerate(number.tolist()) if a <= value <= b]
        sums.append(torch.logsumexp(law[row, inside], 0))
    return torch.stack(sums)


def gradients(value: Tensor, policy: Policy) -> Tensor:
    parts = torch.autograd.grad(
        value, list(policy.parameters()), retain_graph=True, allow_unused=True, materialize_grads=True
    )
    return torch.cat([part.flatten() for part in parts])


def check_against_leaves(policy: Policy) -> None:
    low, high = many_ends(policy)
    memory, tokens = make_memory(len(low)), policy.tree.leaf_tokens
    found = interval_log_prob(policy, memory, tokens[low], tokens[high])
    expected = by_leaves(policy, memory, low, high)
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-12)
    weight = torch.rand(len(low), dtype=torch.float64)
    expected_gradient = gradients((weight * expected).sum(), policy)
    torch.testing.assert_close(gradients((weight * found).sum(), policy), expected_gradient)
    assert expected_gradient.isfinite().all()


@policies
def test_the_probability_of_an_interval_is_the_sum_over_its_leaves(name: str) -> None:
    check_against_leaves(make_policy(name))


@policies
def test_improbable_intervals_are_as_precise(name: str) -> None:
    """Probabilities down to e^-100 and below: nothing cancels."""
    policy = make_policy(name, spread=60.0)
    low, high = many_ends(policy)
    memory, tokens = make_memory(len(low)), policy.tree.leaf_tokens
    found = interval_log_prob(policy, memory, tokens[low], tokens[high])
    torch.testing.assert_close(found, by_leaves(policy, memory, low, high), rtol=1e-9, atol=1e-12)
    assert found.min() < (-50 if name.startswith("tree") else -8)
    assert gradients(found.sum(), policy).isfinite().all()


@pytest.mark.parametrize("name", list(ANY_CODECS))
def test_any_format_whatever_its_order(name: str) -> None:
    check_against_leaves(tree_policy(ANY_CODECS[name]))


def open_policy() -> Policy:
    codec = NormalizedCodec(base=10, length=9)
    torch.manual_seed(0)
    tree = OpenTree(codec.grammar, codec.length)
    model = Transformer(dim=16, n_heads=2, n_layers=1, feed_forward_dim=32).build(tree, MEMORY_DIM)
    policy = Policy(model, codec, tree).double().eval()
    with torch.no_grad():
        for parameter in policy.parameters():
            parameter.mul_(2.0)
    return policy


def test_a_tree_that_is_not_written_out_is_cut_into_parts_that_make_one() -> None:
    policy, memory = open_policy(), make_memory(40)
    cut = torch.rand(40, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1)).sort(1).values
    step = 10.0**-9
    borders = [torch.full((40,), -torch.inf, dtype=torch.float64), *cut.unbind(1)]
    parts = []
    for place, low in enumerate(borders):
        high = borders[place + 1] - step if place < 3 else torch.full_like(low, torch.inf)
        parts.append(interval_log_prob(policy, memory, policy.codec.encode(low), policy.codec.encode(high)))
    torch.testing.assert_close(torch.logsumexp(torch.stack(parts), 0), torch.zeros(40, dtype=torch.float64))
    draws = policy.codec.decode(sample(policy, memory, 400, generator=torch.Generator().manual_seed(1)).tokens)
    share = (draws < cut[:, :1]).double().mean()
    assert abs(float(share - parts[0].detach().exp().mean())) < 4 / (40 * 400) ** 0.5


def test_what_cannot_be_summed_is_named() -> None:
    policy = open_policy()
    policy.codec = replace_order(policy.codec)
    tokens = policy.codec.encode(torch.rand(2, dtype=torch.float64))
    with pytest.raises(ValueError, match=r"cover no intervals.*Use an\s+ordered codec"):
        interval_log_prob(policy, make_memory(2), tokens, tokens)


def replace_order(codec: Codec) -> Codec:
    class Unordered(NormalizedCodec):
        ordered = False  # type: ignore[assignment]

    return Unordered(base=codec.vocab_size, length=codec.length)


def row_losses(objective: Objective, policy: Policy, memory: Memory, targets: Targets) -> Tensor:
    """Return the loss of each row."""
    found = []
    for row in range(len(targets.z)):
        parts = {name: part[[row]] if isinstance(part, Tensor) else part for name, part in vars(targets).items()}
        found.append(call_objective(objective, policy, memory.take(torch.tensor([row])), Targets(**parts)).loss)
    return torch.stack(found)


KINDS: dict[str, Objective] = {
    **{name: objective for name, objective in OBJECTIVES.items() if name != "smoothed_auto"},
    "smoothed_auto": SmoothedCrossEntropy(),
    "crps_gain": ExpectedReward(reward="crps_gain", n_draws=3),
}
kinds = pytest.mark.parametrize("kind", list(KINDS))


@policies
@kinds
def test_intervals_without_length_are_numbers(name: str, kind: str) -> None:
    policy, memory, targets = make_line_policy(name), make_memory(4), make_targets(4)
    objective = KINDS[kind].adapt(targets.z.numpy(), policy.codec)
    same = replace(targets, z_high=targets.z, y_high=targets.y)
    expected = call_objective(objective, policy, memory, targets)
    found = call_objective(objective, policy, memory, same)
    torch.testing.assert_close(found.loss, expected.loss)
    torch.testing.assert_close(gradients(found.loss, policy), gradients(expected.loss, policy))


@policies
@kinds
def test_a_batch_is_the_mean_of_its_rows(name: str, kind: str) -> None:
    """Numbers, intervals open on either side and closed ones, weighted, side by side; gradients are finite."""
    policy, memory, targets = make_line_policy(name), make_memory(8), interval_targets(8)
    objective = KINDS[kind].adapt(make_targets(8).z.numpy(), policy.codec)
    together = call_objective(objective, policy, memory, targets).loss
    torch.testing.assert_close(together, row_losses(objective, policy, memory, targets).mean())
    assert gradients(together, policy).isfinite().all()
    weight = torch.rand(8, dtype=torch.float64)
    heavy = call_objective(objective, policy, memory, replace(targets, weight=weight)).loss
    torch.testing.assert_close(heavy, (weight * row_losses(objective, policy, memory, targets)).mean())


@policies
@pytest.mark.parametrize("kind", ["cross_entropy", "cross_entropy_by_place", "smoothed_wide"])
def test_likelihoods_take_the_probability_of_the_interval(name: str, kind: str) -> None:
    policy, memory, targets = make_line_policy(name), make_memory(8), interval_targets(8)
    assert targets.z_high is not None
    losses = row_losses(adapted(kind, policy, targets), policy, memory, targets)
    leaf = policy.tree.leaf_of(policy.codec.encode(torch.stack([targets.z, targets.z_high], 1)))
    expected = -by_leaves(policy, memory, *leaf.unbind(1))
    is_interval = targets.z < targets.z_high
    torch.testing.assert_close(losses[is_interval], expected[is_interval])
    alone = Targets(targets.z[~is_interval], targets.weight[~is_interval])
    numbers = row_losses(adapted(kind, policy, targets), policy, memory.take((~is_interval).nonzero()[:, 0]), alone)
    torch.testing.assert_close(losses[~is_interval], numbers)


@policies
@pytest.mark.parametrize("objective", [NumberTokenLoss(), NumberTokenLoss(distance="mse"), SoftDigits()])
def test_losses_of_digits_know_no_digits_of_an_interval(name: str, objective: Objective) -> None:
    policy, memory, targets = make_line_policy(name), make_memory(8), interval_targets(8)
    losses = row_losses(objective, policy, memory, targets)
    assert torch.equal(losses == 0, targets.z < targets.z_high)


def standard_ends(targets: Targets) -> tuple[Tensor, Tensor]:
    assert targets.y is not None and targets.y_high is not None
    return (targets.y.unsqueeze(1) - CENTER) / SPREAD, (targets.y_high.unsqueeze(1) - CENTER) / SPREAD


@policies
def test_the_crps_judges_the_law_outside_the_interval_alone(name: str) -> None:
    """``∫ F²`` below and ``∫ (1 - F)²`` above, on a fine grid; and the score of `Atoms`."""
    policy, memory, targets = make_line_policy(name), make_memory(8), interval_targets(8)
    values = (policy.line.values - CENTER) / SPREAD
    law = leaf_log_probs(policy, memory).exp().detach()
    losses = row_losses(CRPS(), policy, memory, targets).detach()
    low, high = standard_ends(targets)
    points = torch.linspace(float(values.min()) - 0.1, float(values.max()) + 0.1, 20_001, dtype=torch.float64)
    cdf = torch.stack([law[:, values <= x].sum(1) for x in points], 1)
    square = torch.where(points < low, cdf**2, torch.where(points >= high, (1 - cdf) ** 2, 0.0))
    torch.testing.assert_close(losses, square.sum(1) * float(points[1] - points[0]), rtol=2e-3, atol=2e-3)
    scored = Atoms(values.numpy(), law.numpy()).crps_of_interval(low.squeeze(1).numpy(), high.squeeze(1).numpy())
    np.testing.assert_allclose(losses.numpy(), scored, rtol=1e-9)


@policies
def test_raft_is_the_squared_mean_distance_from_the_interval(name: str) -> None:
    policy, memory, targets = make_line_policy(name), make_memory(8), interval_targets(8)
    values = (policy.line.values - CENTER) / SPREAD
    law = leaf_log_probs(policy, memory).exp()
    low, high = standard_ends(targets)
    signed = (values - high).clamp(min=0) - (low - values).clamp(min=0)
    expected = (law * signed).sum(1) ** 2
    torch.testing.assert_close(row_losses(RAFT(), policy, memory, targets), expected)


@policies
@pytest.mark.parametrize("reward", [*SINGLE_REWARDS, "late"])
def test_a_reward_compares_a_number_with_the_nearest_point(name: str, reward: str) -> None:
    policy, memory, targets = make_line_policy(name), make_memory(8), interval_targets(8)
    kind: Any = SINGLE_REWARDS.get(
        reward, CustomReward(function=lambda prediction, target: -3.0 * (prediction < target).double())
    )
    found = -row_losses(ExpectedReward(reward=kind), policy, memory, targets)
    law = leaf_log_probs(policy, memory).exp()
    if reward in ("relative_error", "log_error", "late"):
        values, low, high = policy.line.values, targets.y.unsqueeze(1), targets.y_high.unsqueeze(1)
    else:
        values, (low, high) = (policy.line.values - CENTER) / SPREAD, standard_ends(targets)
    nearest = torch.minimum(torch.maximum(values, low), high)
    error = values - nearest
    by_hand = {
        "squared_error": -(error**2),
        "absolute_error": -error.abs(),
        "huber": -torch.where(error.abs() <= 1, error**2 / 2, error.abs() - 0.5),
        "relative_error": -error.abs() / nearest,
        "log_error": -((values.log() - nearest.log()) ** 2),
        "kernel": (-(error**2) / 2).exp(),
        "interval": (error.abs() <= 2).double(),
        "pinball": -error.abs() / 2,
        "late": -3.0 * (error < 0).double(),
    }[reward]
    torch.testing.assert_close(found, (law * by_hand).sum(1))


@pytest.mark.parametrize("name", list(ANY_CODECS))
def test_the_expert_goes_to_the_nearest_end(name: str) -> None:
    """For every prefix: as far as the nearest number beyond each edge is from the interval; the open tree agrees."""
    codec = ANY_CODECS[name]
    policy = tree_policy(codec)
    values = codec.decode(policy.tree.leaf_tokens)
    numbers = values[~values.isnan()].unique()
    pair = torch.randint(len(numbers), (30, 2), generator=torch.Generator().manual_seed(0)).sort(1).values
    low, high = codec.decode(codec.encode(numbers[pair])).unbind(1)
    nodes = torch.arange(policy.tree.n_nodes).expand(len(low), -1)
    found = policy.distances_at(nodes, low, high)
    expected = torch.full_like(found, torch.inf)
    first, last, number = (stand_ins(part) for part in (low.unsqueeze(1), high.unsqueeze(1), values))
    apart = torch.maximum(first - number, number - last).clamp(min=0)
    for leaf in range(policy.tree.n_leaves):
        for node, token in zip(policy.tree.leaf_nodes[leaf], policy.tree.leaf_tokens[leaf], strict=True):
            expected[:, node, token] = torch.minimum(expected[:, node, token], apart[:, leaf])
    torch.testing.assert_close(found, expected, rtol=0.0, atol=1e-12)
    if codec.ordered:
        draws = policy.tree.leaf_tokens[torch.arange(0, policy.tree.n_leaves, 3)].expand(len(low), -1, -1)
        unwritten = Policy(policy.model, codec, OpenTree(codec.grammar, codec.length))
        torch.testing.assert_close(
            unwritten.distances_along(draws, low, high), policy.distances_along(draws, low, high), rtol=0, atol=1e-12
        )


@policies
@pytest.mark.parametrize("temperature", [None, 0.1])
def test_digits_that_lead_inside_share_as_the_policy_likes_them(name: str, temperature: float | None) -> None:
    """With a hard expert the gradient is that of ``-log Σ p`` over them; a soft one gives the others what it did."""
    policy, memory, targets = make_line_policy(name), make_memory(8), interval_targets(8)
    assert targets.z_high is not None
    nodes = torch.arange(policy.tree.n_nodes).expand(8, -1)
    log_probs = policy.node_log_probs(memory)
    law = expert_probs(policy, nodes, targets.z, temperature, z_high=targets.z_high, log_probs=log_probs)
    torch.testing.assert_close(law.sum(-1), torch.ones_like(law[..., 0]))
    distances = policy.distances_at(nodes, targets.z, targets.z_high)
    inside = (distances == 0) & (targets.z < targets.z_high).view(-1, 1, 1)
    if temperature is None:
        reached = inside.any(-1)
        cost = -(law * torch.where(law > 0, log_probs, 0.0)).sum(-1)[reached].sum()
        likelihood = -torch.logsumexp(log_probs.masked_fill(~inside, -torch.inf)[reached], -1).sum()
        torch.testing.assert_close(gradients(cost, policy), gradients(likelihood, policy))
    else:
        soft = torch.softmax(-distances / temperature, -1)
        torch.testing.assert_close(law.masked_fill(inside, 0.0), soft.masked_fill(inside, 0.0))


def test_an_objective_of_ones_own_must_know_about_intervals() -> None:
    class Plain:
        def adapt(self, z: np.ndarray, codec: Codec) -> "Plain":
            return self

        def __call__(self, policy: Policy, memory: Memory, targets: Targets) -> LossOutput:
            return CrossEntropy()(policy, memory, targets)

    class Knowing(Plain):
        takes_intervals = True

    policy, memory, targets = make_line_policy("tree-10x3"), make_memory(4), interval_targets(4)
    for objective in (Plain(), WeightedSum(terms=((1.0, CrossEntropy()), (1.0, Plain())))):
        with pytest.raises(TypeError, match="only an interval is known"):
            call_objective(objective, policy, memory, targets)
        call_objective(objective, policy, memory, make_targets(4))
    call_objective(1.0 * CrossEntropy() + Knowing(), policy, memory, targets)
