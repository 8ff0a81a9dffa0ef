"""Laws of best-first search: what is known is a partition of the law, and what it certifies holds, at any budget."""

import importlib
import time

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose

from digitwise.codecs import (
    Bounded,
    Codec,
    DecimalCodec,
    IEEECodec,
    NormalizedCodec,
    RepeatedCodec,
    ScientificCodec,
    WithSpecialValues,
)
from digitwise.distributions import BoundedLaw, Histogram, Tails
from digitwise.nn import Memory
from digitwise.policy import (
    BestFirst,
    DataUnits,
    Frontier,
    Policy,
    best_first,
    coarse_to_fine,
    frontier_law,
    leaf_log_probs,
    leaf_probs,
)
from tests.contracts.policies import CODECS, DECODERS, make_memory, random_policy

SCIENTIFIC = ScientificCodec(n_digits=2, min_exponent=-1, max_exponent=1)
ORDERED: dict[str, Codec] = {
    **CODECS,
    "scientific": SCIENTIFIC,
    "ieee": IEEECodec(base=3, exponent_digits=1, mantissa_digits=3),
    "decimal": DecimalCodec(n_integer=1, n_fraction=1),
    "bounded": Bounded(SCIENTIFIC, low=-1.05, high=42.0),
    "special": WithSpecialValues(NormalizedCodec(base=3, length=3)),
}
NAMES = [f"{decoder}-{codec}" for decoder in DECODERS for codec in ORDERED]
policies = pytest.mark.parametrize("name", NAMES)
EVERYTHING = BestFirst(tolerance=0.0, max_nodes=10**9)
BUDGETS = (1, 2, 3, 7, 20, 60)


def named(name: str) -> tuple[Policy, Memory]:
    decoder, codec = name.split("-")
    return random_policy(DECODERS[decoder], ORDERED[codec]), make_memory(4)


def exact_law(policy: Policy, memory: Memory, tails: Tails = "closed") -> Histogram:
    probs = policy.cells.probs(leaf_probs(policy, memory)).numpy()
    edges = policy.cells.edges.numpy()
    number = policy.codec.decode(policy.tree.leaf_tokens)
    values = np.zeros(len(edges) - 1)
    finite = number.isfinite().numpy()
    values[policy.cells.of_leaf.numpy()[finite]] = number.numpy()[finite]
    return Histogram(edges, probs / probs.sum(1, keepdims=True), values, tails)


def points(policy: Policy) -> np.ndarray:
    low, high = policy.codec.span
    return np.sort(np.random.default_rng(0).uniform(low - 0.1 * (high - low), high + 0.1 * (high - low), size=(1, 200)))


LEVELS = np.linspace(0.003, 0.997, 200)


def assert_within(number: np.ndarray, bounds: tuple[np.ndarray, np.ndarray], slack: float = 1e-9) -> None:
    room = slack * np.maximum(1.0, np.abs(np.where(np.isfinite(number), number, 0.0)))
    assert (bounds[0] <= number + room).all()
    assert (number - room <= bounds[1]).all()


def bounds_of(law: BoundedLaw, policy: Policy) -> list[tuple[np.ndarray, np.ndarray]]:
    y = points(policy)
    return [law.mean_bounds(), law.cdf_bounds(y), law.quantile_bounds(LEVELS), law.log_prob_bounds(y)]


def answers(law: Histogram, policy: Policy) -> list[np.ndarray]:
    y = points(policy)
    return [law.mean(), law.cdf(y), law.quantile(LEVELS), law.log_prob(y)]


@policies
def test_a_search_to_the_end_is_the_enumeration(name: str) -> None:
    policy, memory = named(name)
    frontier = best_first(policy, memory, EVERYTHING)
    assert frontier.is_whole.all()
    leaves = policy.tree.leaf_of(frontier.tokens)
    torch.testing.assert_close(frontier.log_probs, leaf_log_probs(policy, memory).gather(1, leaves))
    assert torch.equal(leaves.sort(1).values, torch.arange(policy.tree.n_leaves).expand_as(leaves))
    assert (frontier.n_nodes == policy.tree.n_nodes).all()


@policies
@pytest.mark.parametrize("tails", ["closed", "exponential"])
def test_bounds_close_on_the_exact_law(name: str, tails: Tails) -> None:
    policy, memory = named(name)
    law = frontier_law(policy, best_first(policy, memory, EVERYTHING), DataUnits(tails=tails))
    exact = exact_law(policy, memory, tails)
    for bounds, answer in zip(bounds_of(law, policy), answers(exact, policy), strict=True):
        assert_allclose(bounds[0], answer, rtol=1e-7, atol=1e-10)
        assert_allclose(bounds[1], answer, rtol=1e-7, atol=1e-10)
    for answer, again in zip(answers(exact, policy), answers(law.histogram(), policy), strict=True):
        assert_allclose(again, answer, rtol=1e-7, atol=1e-10)


@policies
@pytest.mark.parametrize("tails", ["closed", "exponential"])
def test_bounds_hold_at_any_budget_and_shrink(name: str, tails: Tails) -> None:
    policy, memory = named(name)
    exact = exact_law(policy, memory, tails)
    before = None
    for max_nodes in BUDGETS:
        settings = BestFirst(tolerance=0.0, max_nodes=max_nodes)
        law = frontier_law(policy, best_first(policy, memory, settings), DataUnits(tails=tails))
        bounds = bounds_of(law, policy)
        for answer, bound in zip(answers(exact, policy), bounds, strict=True):
            assert_within(answer, bound)
        for answer, bound in zip(answers(law.histogram(), policy)[:3], bounds[:3], strict=True):
            assert_within(answer, bound)
        for wider, narrower in zip(before or bounds, bounds, strict=True):
            assert_within(narrower[0], (wider[0], np.inf))
            assert_within(narrower[1], (-np.inf, wider[1]))
        before = bounds


@policies
def test_pieces_are_a_partition(name: str) -> None:
    policy, memory = named(name)
    exact = leaf_probs(policy, memory)
    for max_nodes in BUDGETS:
        frontier = best_first(policy, memory, BestFirst(tolerance=0.0, max_nodes=max_nodes))
        torch.testing.assert_close(frontier.log_probs.exp().sum(1), torch.ones(4, dtype=torch.float64))
        assert (frontier.n_nodes <= max_nodes).all()
        for row in range(4):
            for tokens, log_prob in zip(frontier.tokens[row], frontier.log_probs[row], strict=True):
                depth = int((tokens >= 0).sum())
                if depth == 0:  # a row with fewer pieces
                    assert log_prob == -torch.inf
                    continue
                is_below = (policy.tree.leaf_tokens[:, :depth] == tokens[:depth]).all(1)
                torch.testing.assert_close(log_prob.exp(), exact[row, is_below].sum())


@policies
def test_a_tolerance_is_kept_and_costs_no_more_than_it_must(name: str) -> None:
    policy, memory = named(name)
    frontier = best_first(policy, memory, BestFirst(tolerance=0.05, max_nodes=10**9))
    assert (frontier.mass_left <= 0.05).all()
    assert (frontier.n_nodes < policy.tree.n_nodes).all()


def test_wide_prefixes_come_earlier_where_the_mean_counts() -> None:
    codec = IEEECodec(base=10, exponent_digits=1, mantissa_digits=4)
    policy, memory = random_policy(DECODERS["transformer"], codec), make_memory(6)
    gap = {}
    for priority in ("mean", "mass"):
        settings = BestFirst(tolerance=0.0, max_nodes=100, priority=priority)
        low, high = frontier_law(policy, best_first(policy, memory, settings)).mean_bounds()
        gap[priority] = high - low
    assert (gap["mean"] < gap["mass"] / 2).all()


@policies
def test_rows_do_not_see_each_other(name: str) -> None:
    policy, memory = named(name)
    settings = BestFirst(tolerance=0.02, max_nodes=40)
    together = best_first(policy, memory, settings)
    for passes in (1, 3):
        again = best_first(policy, memory, settings, rows_per_pass=passes)
        assert torch.equal(again.tokens, together.tokens)
        assert torch.equal(again.n_nodes, together.n_nodes)
        torch.testing.assert_close(again.log_probs, together.log_probs, rtol=1e-10, atol=0)


@policies
def test_answers_go_from_coarse_to_fine(name: str) -> None:
    policy, memory = named(name)
    law = frontier_law(policy, best_first(policy, memory, EVERYTHING))
    exact, before = exact_law(policy, memory), None
    for n_tokens in range(1, policy.codec.length + 1):
        stretch = law.after(n_tokens)
        assert_allclose(exact.cdf(stretch.high) - exact.cdf(stretch.low), stretch.prob, atol=1e-9)
        if before is not None:
            assert (stretch.prob <= before.prob + 1e-12).all()
        before = stretch


def test_what_is_known_is_yielded_round_by_round() -> None:
    policy, memory = named("transformer-10x3")
    frontiers = list(coarse_to_fine(policy, memory, BestFirst(tolerance=0.0, max_nodes=60)))
    nodes = torch.stack([frontier.n_nodes for frontier in frontiers])
    assert (nodes[0] == 1).all()
    assert (nodes[-1] == 60).all()
    assert (nodes.diff(dim=0) > 0).all()
    last = best_first(policy, memory, BestFirst(tolerance=0.0, max_nodes=60))
    assert torch.equal(frontiers[-1].tokens, last.tokens)


def test_prefixes_end_at_the_depth_that_is_asked_for() -> None:
    policy, memory = named("tree-10x3")
    frontier = best_first(policy, memory, BestFirst(tolerance=0.0, max_nodes=10**9, max_depth=2))
    assert (frontier.depth == 2).all()
    assert frontier.log_probs.shape[1] == 100
    deep = best_first(policy, memory, BestFirst(tolerance=0.0, max_nodes=10**9, max_depth=9))
    assert (deep.depth == 3).all()


def test_time_ends_a_search() -> None:
    codec = NormalizedCodec(base=10, length=12)
    policy = random_policy(DECODERS["transformer"], codec)
    start = time.monotonic()
    settings = BestFirst(tolerance=0.0, max_nodes=10**9, time_limit=0.2)
    frontier = best_first(policy, make_memory(6), settings, rows_per_pass=2)
    assert time.monotonic() - start < 5
    assert (frontier.n_nodes > 1).all()
    torch.testing.assert_close(frontier.log_probs.exp().sum(1), torch.ones(6, dtype=torch.float64))


def nodes_run(policy: Policy, frontier: Frontier, row: int) -> list[int]:
    nodes = {0}
    for tokens in frontier.tokens[row]:
        node = 0
        for token in tokens[tokens >= 0][:-1]:
            node = int(policy.tree.child[node, token])
            nodes.add(node)
    return sorted(nodes)


@policies
def test_one_by_one_the_likeliest_prefixes_are_run(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    policy, memory = named(name)
    settings = BestFirst(tolerance=0.0, max_nodes=10, priority="mass")
    in_rounds = best_first(policy, memory, settings)
    monkeypatch.setattr(importlib.import_module("digitwise.policy.best_first"), "GROWTH", 1e-9)
    one_by_one = best_first(policy, memory, settings)
    probs = policy.tree.node_sums(policy.node_log_probs(memory)).exp()
    for row in range(4):
        run, likeliest = probs[row, nodes_run(policy, one_by_one, row)], probs[row].topk(10).values
        torch.testing.assert_close(run.sort(descending=True).values, likeliest)
        # In rounds a few others take the place of the least likely of these.
        assert probs[row, nodes_run(policy, in_rounds, row)].sum() > 0.95 * likeliest.sum()


@pytest.mark.parametrize("codec", [RepeatedCodec(NormalizedCodec(base=2, length=3))])
def test_unordered_codecs_are_searched_but_have_no_bounds(codec: Codec) -> None:
    policy, memory = random_policy(DECODERS["tree"], codec), make_memory(2)
    frontier = best_first(policy, memory, BestFirst(max_nodes=3))
    torch.testing.assert_close(frontier.log_probs.exp().sum(1), torch.ones(2, dtype=torch.float64))
    with pytest.raises(ValueError, match="cover no intervals"):
        frontier_law(policy, frontier)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"tolerance": 1.0}, "tolerance must lie in"),
        ({"max_nodes": 0}, "max_nodes must be at least 1"),
        ({"max_depth": 0}, "max_depth must be at least 1"),
        ({"time_limit": 0.0}, "time_limit must be positive"),
    ],
)
def test_impossible_settings_are_named(settings: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        BestFirst(**settings)  # type: ignore[arg-type]
