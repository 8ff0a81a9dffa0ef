"""Laws of every policy: one interface, one law, however it is read."""

import pytest
import torch

from digitwise.codecs import DigitTree, NormalizedCodec
from digitwise.nn import DigitDecoder, Memory, NextTokenModel, PrefixForest
from digitwise.policy import (
    Policy,
    decode_quantiles,
    greedy,
    leaf_log_probs,
    leaf_probs,
    sample,
    sample_stratified,
)
from tests.contracts.policies import DECODERS, MEMORY_DIM, NAMES, OTHER_CODECS, make_memory, make_policy, ordered

ALL_NAMES = [*NAMES, *(f"transformer-{codec}" for codec in OTHER_CODECS), "boosted-2x8"]
policies = pytest.mark.parametrize("name", ALL_NAMES)


def drawn_by(names: list[str]) -> pytest.MarkDecorator:
    """Name the samplers that a policy has: stratified draws need an ordered codec."""
    pairs = [(name, sample) for name in names] + [(name, sample_stratified) for name in ordered(names)]
    return pytest.mark.parametrize(("name", "draw"), pairs)


@policies
def test_models_share_one_interface(name: str) -> None:
    assert isinstance(make_policy(name).model, NextTokenModel)


@policies
def test_leaf_probabilities_sum_to_one(name: str) -> None:
    law = leaf_log_probs(make_policy(name), make_memory(7)).exp()
    torch.testing.assert_close(law.sum(1), torch.ones(7, dtype=torch.float64))
    assert law.max() > 3 / law.shape[1]  # the law is not uniform, or the other tests would prove little


@policies
def test_leaves_are_scored_as_they_are_enumerated(name: str) -> None:
    policy, memory = make_policy(name), make_memory(5)
    every_leaf = policy.tree.leaf_tokens.expand(5, -1, -1)
    scored = policy.log_probs(memory, every_leaf).sum(-1)
    torch.testing.assert_close(scored, leaf_log_probs(policy, memory))


@policies
def test_cached_steps_equal_teacher_forcing(name: str) -> None:
    policy, memory = make_policy(name), make_memory(4)
    tokens = policy.codec.encode(torch.rand(4, 3, dtype=torch.float64))
    forced = policy.model.sequence_logits(memory, tokens)
    state = policy.model.start(memory, 3)
    stepped = [state.step(None)]
    stepped += [state.step(tokens[..., step]) for step in range(policy.codec.length - 1)]
    torch.testing.assert_close(torch.stack(stepped, dim=2), forced)


@policies
@pytest.mark.parametrize("n_tokens", [1, 3])
def test_prefixes_that_branch_equal_all_nodes(name: str, n_tokens: int) -> None:
    """Prefixes of all rows and several lengths in each call, below any earlier ones."""
    policy, memory = make_policy(name), make_memory(4, n_tokens)
    tree, everywhere = policy.tree, policy.model.node_logits(memory)
    forest = policy.model.forest(memory)
    assert isinstance(forest, PrefixForest)
    torch.testing.assert_close(forest.root_logits, everywhere[:, 0])
    rows, nodes, generator = torch.arange(4), torch.zeros(4, dtype=torch.int64), torch.Generator().manual_seed(0)
    for _ in range(4):
        parents = torch.randint(len(nodes), (20,), generator=generator)
        parents = parents[tree.depth[nodes[parents]] < tree.length - 1]
        children = tree.child[nodes[parents]]
        tokens = torch.multinomial((children >= 0).double(), 1, generator=generator)
        below = children.gather(1, tokens).squeeze(1)
        logits = forest.expand(parents, tokens.squeeze(1))
        torch.testing.assert_close(logits, everywhere[rows[parents], below])
        rows, nodes = torch.cat([rows, rows[parents]]), torch.cat([nodes, below])


@policies
def test_named_nodes_equal_all_nodes(name: str) -> None:
    policy, memory = make_policy(name), make_memory(6)
    path = policy.tree.leaf_nodes[torch.randint(policy.tree.n_leaves, (6,))]
    everywhere = policy.model.node_logits(memory)
    named = policy.model.node_logits(memory, path)
    torch.testing.assert_close(named, everywhere[torch.arange(6).unsqueeze(1), path])


@policies
@pytest.mark.parametrize("n_draws", [2, 12, 60])
def test_draws_that_share_prefixes_are_scored_as_if_they_did_not(name: str, n_draws: int) -> None:
    """For the log-probabilities and for their gradient, in a batch whose rows share more and less."""
    policy, memory = make_policy(name), make_memory(3)
    tokens = sample(policy, memory, n_draws, generator=torch.Generator().manual_seed(1)).tokens
    tokens[0] = tokens[0, :1]  # a row whose draws are all the same
    together = policy.step_log_probs(memory, tokens)
    alone = torch.cat([policy.step_log_probs(memory, tokens[:, [draw]]) for draw in range(n_draws)], dim=1)
    torch.testing.assert_close(together, alone)
    if name.startswith("boosted"):
        return  # has no parameters
    parameters, weight = list(policy.parameters()), torch.randn_like(alone).masked_fill(alone.isneginf(), 0.0)
    for first, second in zip(
        torch.autograd.grad((weight * together.clamp(min=-1e3)).sum(), parameters, allow_unused=True),
        torch.autograd.grad((weight * alone.clamp(min=-1e3)).sum(), parameters, allow_unused=True),
        strict=True,
    ):
        torch.testing.assert_close(first, second)


@drawn_by(ALL_NAMES)
@pytest.mark.parametrize("temperature", [1.0, 0.5])
def test_recorded_log_probs_equal_rescored_ones(name: str, temperature: float, draw) -> None:
    policy, memory = make_policy(name), make_memory(4)
    rollout = draw(policy, memory, 8, temperature=temperature)
    assert policy.codec.grammar.accepts(rollout.tokens).all()
    torch.testing.assert_close(policy.log_probs(memory, rollout.tokens, temperature), rollout.log_probs)


@drawn_by([*NAMES, "boosted-2x8"])
def test_frequencies_of_many_draws_follow_the_law(name: str, draw) -> None:
    policy, memory = make_policy(name), make_memory(3)
    n_draws = 20_000
    generator = torch.Generator().manual_seed(1)
    leaves = policy.tree.leaf_of(draw(policy, memory, n_draws, generator=generator).tokens)
    cdf = leaf_probs(policy, memory).cumsum(1)
    observed = (leaves.unsqueeze(1) <= torch.arange(policy.tree.n_leaves).view(1, -1, 1)).double().mean(-1)
    bound = 1.95 / n_draws**0.5 if draw is sample else 1.0 / n_draws  # Kolmogorov at 0.1 %; one slice
    assert (observed - cdf).abs().max() < bound + 1e-9


@pytest.mark.parametrize("name", ordered(ALL_NAMES))
def test_quantiles_stand_where_the_cdf_crosses_the_level(name: str) -> None:
    policy, memory = make_policy(name), make_memory(5)
    levels = torch.tensor([[0.0, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0]], dtype=torch.float64)
    leaves = policy.tree.leaf_of(decode_quantiles(policy, memory, levels).tokens)
    assert (leaves.diff(dim=1) >= 0).all()
    cdf = leaf_probs(policy, memory).cumsum(1)
    expected = torch.searchsorted(cdf, levels[:, 1:-1].expand(5, -1).contiguous(), right=True)
    assert torch.equal(leaves[:, 1:-1], expected)


@policies
def test_the_greedy_sequence_takes_the_likeliest_digit_in_every_node(name: str) -> None:
    policy, memory = make_policy(name), make_memory(5)
    tokens = greedy(policy, memory).tokens
    nodes = policy.tree.nodes_on_path(tokens).squeeze(1)
    best = policy.node_log_probs(memory).argmax(-1)
    assert torch.equal(best.gather(1, nodes), tokens.squeeze(1))


@policies
def test_rows_do_not_see_each_other(name: str) -> None:
    policy, memory = make_policy(name), make_memory(6)
    together = leaf_probs(policy, memory)
    alone = torch.cat([leaf_probs(policy, Memory(memory.features[i : i + 1])) for i in range(6)])
    in_passes = leaf_probs(policy, memory, rows_per_pass=4)
    torch.testing.assert_close(alone, together, rtol=1e-10, atol=1e-14)
    torch.testing.assert_close(in_passes, together, rtol=1e-10, atol=1e-14)


@policies
def test_forbidden_tokens_have_no_probability(name: str) -> None:
    policy, memory = make_policy(name), make_memory(3)
    forbidden = policy.tree.child < 0
    assert (policy.node_log_probs(memory)[:, forbidden] == -torch.inf).all()


@pytest.mark.parametrize("codec", ["2x8", "10x3", "mixed"])
@pytest.mark.parametrize("n_tokens", [1, 3])
def test_a_tree_walked_by_level_equals_one_pass(codec: str, n_tokens: int) -> None:
    policy, memory = make_policy(f"transformer-{codec}"), make_memory(4, n_tokens)
    model = policy.model
    assert isinstance(model, DigitDecoder)
    torch.testing.assert_close(model.node_logits_by_level(memory), model.node_logits(memory))


@pytest.mark.parametrize("decoder", list(DECODERS))
def test_masked_memory_tokens_are_not_seen(decoder: str) -> None:
    policy = make_policy(f"{decoder}-10x3")
    features = make_memory(4, 3).features
    mask = torch.tensor([[True, True, False]] * 4)
    changed = features.clone()
    changed[:, 2] += 100
    torch.testing.assert_close(
        leaf_log_probs(policy, Memory(features, mask)), leaf_log_probs(policy, Memory(changed, mask))
    )
    assert not torch.allclose(leaf_log_probs(policy, Memory(features)), leaf_log_probs(policy, Memory(changed)))


def test_a_large_tree_gathers_only_the_nodes_it_needs() -> None:
    codec = NormalizedCodec(base=8, length=5)  # 4681 inner nodes: beyond the dense product
    tree = DigitTree(codec.grammar, codec.length)
    policy = Policy(DECODERS["tree"].build(tree, MEMORY_DIM), codec, tree).double().eval()
    memory = make_memory(3)
    tokens = codec.encode(torch.rand(3, 2, dtype=torch.float64))
    scored = policy.log_probs(memory, tokens).sum(-1)
    leaves = (tokens * torch.tensor([8**k for k in (4, 3, 2, 1, 0)])).sum(-1)
    torch.testing.assert_close(scored, leaf_log_probs(policy, memory).gather(1, leaves))
    rollout = sample(policy, memory, 4)
    torch.testing.assert_close(policy.log_probs(memory, rollout.tokens), rollout.log_probs)
    forest = policy.model.forest(memory)
    branches = forest.expand(torch.tensor([2, 0]), torch.tensor([7, 3]))
    named = policy.model.node_logits(memory, torch.tensor([[0, 4], [0, 1], [0, 8]]))
    torch.testing.assert_close(branches, named[[2, 0], 1])


def test_bad_arguments_are_named() -> None:
    policy, memory = make_policy("tree-2x8"), make_memory(2)
    with pytest.raises(ValueError, match="n_draws must be at least 1"):
        sample(policy, memory, 0)
    with pytest.raises(ValueError, match="temperature must be positive"):
        sample(policy, memory, 1, temperature=0.0)
    with pytest.raises(ValueError, match=r"Levels must lie in \[0, 1\]"):
        decode_quantiles(policy, memory, torch.tensor([[1.5]], dtype=torch.float64))
    with pytest.raises(ValueError, match="share vocabulary and length"):
        Policy(policy.model, NormalizedCodec(base=3, length=8), policy.tree)
