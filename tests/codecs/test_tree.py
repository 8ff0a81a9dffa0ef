"""The digit tree, also for a grammar that forbids some tokens."""

import pytest
import torch

from digitwise.codecs import DigitTree, Grammar, NormalizedCodec

# Three tokens, three steps: token 2 only at the start, and after it only token 0.
RESTRICTED = Grammar(torch.tensor([[1, 1, 2], [3, 3, -1], [4, -1, -1], [5, 5, -1], [5, 5, -1], [-1, -1, -1]]))
ALLOWED = [
    *([a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)),
    *([2, 0, c] for c in (0, 1)),
]


def test_leaves_are_what_the_grammar_accepts_in_order() -> None:
    tree = DigitTree(RESTRICTED, 3)
    assert tree.leaf_tokens.tolist() == ALLOWED
    everything = torch.cartesian_prod(*[torch.arange(3)] * 3)
    assert everything[RESTRICTED.accepts(everything)].tolist() == ALLOWED


def test_paths_lead_to_their_leaves() -> None:
    tree = DigitTree(RESTRICTED, 3)
    nodes = tree.nodes_on_path(tree.leaf_tokens.unsqueeze(0))[0]
    assert torch.equal(nodes, tree.leaf_nodes)
    assert torch.equal(tree.child[nodes[:, -1], tree.leaf_tokens[:, -1]], torch.arange(tree.n_leaves))


def test_parents_tokens_depths_and_states_describe_the_prefixes() -> None:
    tree = DigitTree(RESTRICTED, 3)
    for node in range(1, tree.n_nodes):
        parent, token = tree.parent[node], tree.last_token[node]
        assert tree.child[parent, token] == node
        assert tree.depth[node] == tree.depth[parent] + 1
        assert tree.state[node] == RESTRICTED.transitions[tree.state[parent], token]


def test_leaf_sums_add_the_edges_of_each_path() -> None:
    tree = DigitTree(RESTRICTED, 3)
    values = torch.randn(4, tree.n_nodes, 3)
    expected = values[:, tree.leaf_nodes, tree.leaf_tokens].sum(-1)
    torch.testing.assert_close(tree.leaf_sums(values), expected)


def test_ancestors() -> None:
    tree = DigitTree(RESTRICTED, 3)
    mask = tree.ancestors_or_self()[0]
    for node in range(tree.n_nodes):
        chain = {node}
        while node:
            node = int(tree.parent[node])
            chain.add(node)
        assert set(mask[max(chain)].nonzero().squeeze(1).tolist()) == chain


def test_nodes_above_a_window_are_counted_at_their_worst_position() -> None:
    tree = DigitTree(NormalizedCodec(base=2, length=4).grammar, 4)
    assert tree.nodes_above_window(1) == [1, 1, 1, 1]
    assert tree.nodes_above_window(2) == [1, 2, 2, 2]
    assert tree.nodes_above_window(16) == [1, 2, 4, 8]


@pytest.mark.parametrize(
    ("base", "length", "n_nodes"), [(2, 8, 255), (4, 4, 85), (6, 4, 259), (8, 3, 73), (10, 3, 111)]
)
def test_sizes_of_the_trees_in_use(base: int, length: int, n_nodes: int) -> None:
    codec = NormalizedCodec(base=base, length=length)
    tree = DigitTree(codec.grammar, length)
    assert (tree.n_nodes, tree.n_leaves) == (n_nodes, base**length)


def test_a_tree_too_large_to_enumerate_is_refused() -> None:
    with pytest.raises(ValueError, match="Use fewer or smaller digits"):
        DigitTree(NormalizedCodec(base=10, length=8).grammar, 8)


def test_transitions_must_name_states() -> None:
    with pytest.raises(ValueError, match="must name states"):
        Grammar(torch.tensor([[0, 7]]))


def test_ancestors_among_named_nodes() -> None:
    tree = DigitTree(RESTRICTED, 3)
    nodes = torch.tensor([[0, 3, 1, 8], [2, 0, 8, 4]])
    everywhere = tree.ancestors_or_self()[0]
    torch.testing.assert_close(tree.ancestors_or_self(nodes), everywhere[nodes.unsqueeze(2), nodes.unsqueeze(1)])
