"""The bell on the leaves, against an integral done another way."""

import pytest
import torch

from digitwise.codecs import DigitTree, NormalizedCodec, edges_of, tree_of
from digitwise.codecs.bell import bell_on_leaves, spread_over_nodes

EDGES = torch.arange(65, dtype=torch.float64) / 64
UNEVEN = torch.cat([torch.arange(33, dtype=torch.float64) / 64, torch.tensor([0.75, 1.0], dtype=torch.float64)])


def whole(first: torch.Tensor, mass: torch.Tensor, n_leaves: int) -> torch.Tensor:
    law = torch.zeros(len(first), n_leaves, dtype=torch.float64)
    return law.scatter_(1, first.unsqueeze(1) + torch.arange(mass.shape[1]), mass)


@pytest.mark.parametrize("edges", [EDGES, UNEVEN], ids=["even", "uneven"])
@pytest.mark.parametrize("width", [0.001, 0.01, 0.05, 0.3, 3.0])
def test_mass_is_that_of_a_truncated_normal_law(edges: torch.Tensor, width: float) -> None:
    z = torch.tensor([-0.3, 0.0, 0.013, 0.5, 0.77, 1.0, 1.4], dtype=torch.float64)
    law = whole(*bell_on_leaves(z, edges, width), len(edges) - 1)
    torch.testing.assert_close(law.sum(1), torch.ones(7, dtype=torch.float64))
    centre = z.clamp(0, 1)
    fine = centre.unsqueeze(1) + width * torch.linspace(-3, 3, 400_001, dtype=torch.float64)
    density = torch.exp(-0.5 * torch.linspace(-3, 3, 400_001, dtype=torch.float64) ** 2)
    inside = (fine >= 0) & (fine <= 1)
    leaf = (torch.searchsorted(edges, fine, right=True) - 1).clamp(0, len(edges) - 2)
    expected = torch.zeros_like(law).scatter_add_(1, leaf, density * inside)
    torch.testing.assert_close(law, expected / expected.sum(1, keepdim=True), atol=1e-4, rtol=0)


def test_no_width_is_one_leaf() -> None:
    first, mass = bell_on_leaves(torch.tensor([0.5, 0.999, 1.0], dtype=torch.float64), EDGES, 0.0)
    assert first.tolist() == [32, 63, 63]
    assert mass.tolist() == [[1.0], [1.0], [1.0]]


def test_mass_on_the_edges_of_the_tree_adds_up_at_every_level() -> None:
    codec = NormalizedCodec(base=4, length=3)
    tree = DigitTree(codec.grammar, codec.length)
    first, mass = bell_on_leaves(torch.rand(9, dtype=torch.float64), edges_of(codec, tree_of(codec)), 0.05)
    nodes, node_mass = spread_over_nodes(tree, first, mass)
    for depth in range(3):
        level = tree.depth[nodes] == depth
        torch.testing.assert_close((node_mass.sum(-1) * level).sum(1), torch.ones(9, dtype=torch.float64))
    assert nodes.shape[1] < tree.n_nodes  # only the neighbours of the path
