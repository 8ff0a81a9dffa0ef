"""The expert: from every prefix it writes the nearest number that can still be written."""

import pytest
import torch
from torch import Tensor

from digitwise import ExpectedReward, GenRe2
from digitwise.codecs import Codec, DigitTree, IEEECodec
from digitwise.codecs.special_numbers import stand_ins
from digitwise.nn import Memory, Targets, Tree
from digitwise.objectives import expert_probs, expert_tokens
from digitwise.policy import Policy
from tests.codecs.odd_formats import LEAST_DIGIT_FIRST
from tests.codecs.test_reach import CODECS, by_brute_force, many_targets

codecs = pytest.mark.parametrize("name", list(CODECS))
MINUS, PLUS = 0, 1
IEEE = IEEECodec(base=4, exponent_digits=1, mantissa_digits=2)  # 1/256 to 240


def make_policy(codec: Codec) -> Policy:
    tree = DigitTree(codec.grammar, codec.length)
    torch.manual_seed(0)
    return Policy(Tree().build(tree, 4), codec, tree).double()


def walk_to_leaf(policy: Policy, node: int, z: Tensor) -> Tensor:
    """Return the leaves in which the expert ends from one prefix, for each target."""
    tree, at = policy.tree, torch.full((len(z), 1), node)
    for _ in range(int(tree.depth[node]), tree.length):
        at = tree.child[at, expert_tokens(policy, at, z)]
    return at.squeeze(1)


@codecs
def test_its_digit_is_the_one_whose_numbers_come_nearest(name: str) -> None:
    """For every prefix and many targets, by brute force; of equally near ones the lower digit."""
    policy, z = make_policy(CODECS[name]), many_targets(CODECS[name])
    nodes = torch.arange(policy.tree.n_nodes).expand(len(z), -1)
    tokens = expert_tokens(policy, nodes, z)
    meant = policy.codec.decode(policy.codec.encode(z))
    best = by_brute_force(CODECS[name], policy.tree, meant)
    chosen = best.gather(-1, tokens.unsqueeze(-1)).squeeze(-1)
    torch.testing.assert_close(chosen, best.min(-1).values, rtol=0.0, atol=1e-15)
    clear = best.sort(-1).values.diff(dim=-1)[..., 0] > 1e-12
    assert clear.double().mean() > (0.1 if name == "repeated" else 0.5)  # copies leave many digits open
    assert torch.equal(tokens[clear], best.argmin(-1)[clear])


@codecs
def test_its_completion_is_the_nearest_number_below_every_prefix(name: str) -> None:
    """Digit after digit, to the end."""
    policy, z = make_policy(CODECS[name]), many_targets(CODECS[name])[::4]
    tree, values = policy.tree, stand_ins(policy.codec.decode(policy.tree.leaf_tokens))
    meant = policy.codec.decode(policy.codec.encode(z))
    for node in range(tree.n_nodes):
        below = (tree.leaf_nodes == node).any(1)
        nearest = (values[below] - meant.unsqueeze(1)).abs().min(1).values
        written = (values[walk_to_leaf(policy, node, z)] - meant).abs()
        torch.testing.assert_close(written, nearest, rtol=0.0, atol=1e-15)


@pytest.mark.parametrize("name", [name for name in CODECS if name != "repeated"])
def test_on_the_targets_own_path_its_digits_are_the_targets(name: str) -> None:
    policy, z = make_policy(CODECS[name]), many_targets(CODECS[name])
    tokens = policy.codec.encode(z).unsqueeze(1)
    assert torch.equal(expert_tokens(policy, policy.tree.nodes_on_path(tokens), z), tokens)


@codecs
def test_forbidden_digits_are_never_chosen(name: str) -> None:
    policy, z = make_policy(CODECS[name]), many_targets(CODECS[name])
    nodes = torch.arange(policy.tree.n_nodes).expand(len(z), -1)
    assert (policy.tree.child[nodes, expert_tokens(policy, nodes, z)] >= 0).all()
    for temperature in (None, 1e-4, 0.1, 10.0):
        probs = expert_probs(policy, nodes, z, temperature)
        assert (probs[policy.tree.child.expand(len(z), -1, -1) < 0] == 0).all()
        torch.testing.assert_close(probs.sum(-1), torch.ones(nodes.shape, dtype=torch.float64))


@pytest.mark.parametrize("name", [name for name in CODECS if name != "special values"])
def test_a_cold_soft_expert_is_the_hard_one_and_a_hot_one_knows_nothing(name: str) -> None:
    policy, z = make_policy(CODECS[name]), many_targets(CODECS[name])
    nodes = torch.arange(policy.tree.n_nodes).expand(len(z), -1)
    distances = policy.reach.distances(nodes, policy.codec.decode(policy.codec.encode(z)).unsqueeze(1).expand_as(nodes))
    clear = distances.sort(-1).values.diff(dim=-1)[..., 0] > 1e-9
    hard, cold = expert_probs(policy, nodes, z, None), expert_probs(policy, nodes, z, 1e-12)
    assert torch.equal(hard.argmax(-1), expert_tokens(policy, nodes, z))
    torch.testing.assert_close(cold[clear], hard[clear])
    allowed = (policy.tree.child >= 0).double()
    even = (allowed / allowed.sum(-1, keepdim=True)).expand(len(z), -1, -1)
    torch.testing.assert_close(expert_probs(policy, nodes, z, 1e9), even, rtol=1e-6, atol=1e-6)


@codecs
def test_a_soft_expert_is_a_softmax_of_distances(name: str) -> None:
    policy, z = make_policy(CODECS[name]), many_targets(CODECS[name])
    nodes = torch.arange(policy.tree.n_nodes).expand(len(z), -1)
    best = by_brute_force(CODECS[name], policy.tree, policy.codec.decode(policy.codec.encode(z)))
    torch.testing.assert_close(expert_probs(policy, nodes, z, 0.2), torch.softmax(-best / 0.2, -1))


@pytest.mark.parametrize(
    ("what", "target", "prefix", "rest"),
    [
        ("the target's own digits", 2.5, [], [PLUS, PLUS, 0, 2, 2]),
        ("those of a small one", 0.09375, [], [PLUS, MINUS, 2, 1, 2]),
        ("those of a negative one", -0.15625, [], [MINUS, MINUS, 2, 2, 2]),
        ("wrong sign: the one nearest to zero", 5.0, [MINUS], [MINUS, 3, 0, 1]),
        ("wrong sign the other way: zero", -0.25, [PLUS], [MINUS, 3, 0, 0]),
        ("exponent too large: the smallest mantissa", 2.5, [PLUS, PLUS, 1], [1, 0]),
        ("exponent too small: the largest mantissa", 10.0, [PLUS, PLUS, 0], [3, 3]),
        ("exponent of the wrong sign, too small: the one nearest zero", 2.5, [PLUS, MINUS], [1, 3, 3]),
        ("exponent of the wrong sign, too large: zero", 0.09375, [PLUS, PLUS], [0, 1, 0]),
        ("a negative exponent: the larger one is the smaller number", 0.3, [PLUS, MINUS], [1, 1, 1]),
        ("a negative exponent too small", 0.3, [PLUS, MINUS, 2], [3, 3]),
        ("a negative exponent too large", 0.0625, [PLUS, MINUS, 1], [1, 0]),
        ("the least exponent: a mantissa may start with 0", 0.01, [PLUS], [MINUS, 3, 0, 3]),
        ("the least exponent, too small: the largest mantissa", 0.3, [PLUS, MINUS, 3], [3, 3]),
        ("the least exponent, first digit too large", 0.01, [PLUS, MINUS, 3, 1], [0]),
        ("minus, exponent too large", -0.09375, [MINUS, PLUS], [0, 1, 0]),
        ("minus, exponent too small", -10.0, [MINUS, MINUS], [1, 3, 3]),
        ("wrong sign and an exponent that cannot be mended", 10.0, [MINUS, PLUS], [0, 1, 0]),
        ("first digit too small: the largest second", 3.0, [PLUS, PLUS, 0, 2], [3]),
        ("first digit too large: the smallest second", 1.5, [PLUS, PLUS, 0, 2], [0]),
        ("out of range", 999.0, [], [PLUS, PLUS, 3, 3, 3]),
        ("out of range below, from a plus", -999.0, [PLUS], [MINUS, 3, 0, 0]),
    ],
)
def test_a_scientific_format_by_hand(what: str, target: float, prefix: list[int], rest: list[int]) -> None:
    """Where the published shortcut errs: wrong signs, wrong exponents, negative exponents."""
    policy = make_policy(IEEE)
    node = 0
    for token in prefix:
        node = int(policy.tree.child[node, token])
    leaf = walk_to_leaf(policy, node, torch.tensor([target], dtype=torch.float64))
    assert policy.tree.leaf_tokens[leaf].tolist() == [[*prefix, *rest]], what


@pytest.mark.parametrize("objective", [GenRe2(n_draws=2), ExpectedReward(expert_weight=0.1)])
def test_a_codec_whose_prefixes_cover_no_intervals_has_an_expert_too(objective: GenRe2) -> None:
    policy = make_policy(LEAST_DIGIT_FIRST)
    rows = Memory(torch.zeros(2, 1, 4, dtype=torch.float64)), Targets(*torch.rand(2, 2, dtype=torch.float64))
    assert torch.isfinite(objective(policy, *rows).loss)
    tokens = policy.tree.leaf_tokens.unsqueeze(0)  # after a wrong first digit: the nearest of the other half
    five = expert_tokens(policy, policy.tree.nodes_on_path(tokens), torch.tensor([5.0]))[0]
    assert five[:, 0].tolist() == [1] * 8
    assert policy.codec.decode(torch.tensor([[0, *five[0, 1:]]])).item() == 4.0


def test_the_expert_teaches_the_scientific_format_from_its_own_draws() -> None:
    """Its cross-entropy alone moves the law onto the target, signs and exponents included."""
    policy = make_policy(IEEE)
    z = torch.tensor([-0.3, 0.09, 2.5, -9.0], dtype=torch.float64)
    memory, targets = Memory(torch.eye(4, dtype=torch.float64).unsqueeze(1) * 4), Targets(z, torch.ones_like(z))
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.1)
    torch.manual_seed(0)
    for _ in range(60):
        loss = GenRe2(n_draws=4, expert_weight=1e5)(policy, memory, targets).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    tokens = policy.codec.encode(z).unsqueeze(1)
    assert (policy.log_probs(memory, tokens).sum(-1).exp() > 0.8).all()
