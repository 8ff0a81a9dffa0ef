"""A narrow bell around a number, as mass on the leaves of a digit tree and on the edges above them."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.codecs.tree import DigitTree

BELL_REACH = 3.0
"""The bell is cut this many widths from its centre (0.3 % of the mass, given back by normalising)."""


def bell_on_leaves(
    z: Float[Tensor, " batch"], edges: Float[Tensor, " edge"], width: float
) -> tuple[Int64[Tensor, " batch"], Float[Tensor, "batch window"]]:
    """Return the first leaf of each row's window and the bell's mass on the leaves of the window.

    The centre saturates to the range as the codec does; the mass sums to one. The window has as many leaves as a bell
    can need anywhere in the range, so its size depends on the width alone, never on the batch.
    """
    n_leaves = len(edges) - 1
    reach = BELL_REACH * width
    border_count = torch.searchsorted(edges, edges + 2 * reach, right=True) - torch.arange(n_leaves + 1)
    window = min(int(border_count.max()) + 1, n_leaves)
    edges = edges.to(z.device)
    centre = z.clamp(edges[0], edges[-1])
    if width == 0:
        leaf = torch.searchsorted(edges, centre, right=True) - 1
        return leaf.clamp(0, n_leaves - 1), torch.ones_like(centre).unsqueeze(1)
    first = (torch.searchsorted(edges, centre - reach, right=True) - 1).clamp(0, n_leaves - window)
    border = edges[first.unsqueeze(1) + torch.arange(window + 1, device=z.device)]
    deviation = ((border - centre.unsqueeze(1)) / width).clamp(-BELL_REACH, BELL_REACH)
    mass = torch.special.ndtr(deviation).diff(dim=1)
    return first, mass / mass.sum(1, keepdim=True)


def spread_over_nodes(
    tree: DigitTree, first: Int64[Tensor, " batch"], mass: Float[Tensor, "batch window"]
) -> tuple[Int64[Tensor, "batch node"], Float[Tensor, "batch node vocab"]]:
    """Return the inner nodes above a window of leaves, and the mass that takes each of their edges.

    Every row names the same number of nodes, level by level; where a window needs fewer, neighbours on the level
    stand in with mass 0. The nodes with mass are closed under "parent".
    """
    batch, window = mass.shape
    leaves = first.unsqueeze(1) + torch.arange(window, device=first.device)
    path, digits = tree.leaf_nodes[leaves], tree.leaf_tokens[leaves]  # (batch, window, step)
    nodes, masses = [], []
    start = 0
    for step, (size, count) in enumerate(zip(tree.level_sizes, tree.nodes_above_window(window), strict=True)):
        node = path[..., step]
        lowest = node[:, :1].clamp(max=start + size - count)
        edge = (node - lowest) * tree.vocab_size + digits[..., step]
        node_mass = mass.new_zeros(batch, count * tree.vocab_size).scatter_add_(1, edge, mass)
        nodes.append(lowest + torch.arange(count, device=first.device))
        masses.append(node_mass.view(batch, count, tree.vocab_size))
        start += size
    return torch.cat(nodes, dim=1), torch.cat(masses, dim=1)
