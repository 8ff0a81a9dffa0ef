"""A narrow bell around a number, as mass on neighbouring cells, on the nodes above them, or as random numbers.

The bell of an objective is Gaussian in *place*: how far along the cells a number stands, from 0 at the lowest border to
1 at the highest. Where all cells are equally wide, place is the number itself up to a scale; where they widen with the
number, as in scientific notation, so does the bell.
"""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.codecs.tree import DigitTree

BELL_REACH = 3.0
"""The bell is cut this many widths from its centre (0.3 % of the mass, given back by normalising)."""


def place_of(z: Float[Tensor, " batch"], edges: Float[Tensor, " edge"]) -> Float[Tensor, " batch"]:
    """Return how far along the cells numbers stand, 0 to 1; numbers outside stand at the ends.

    Examples
    --------
    >>> place_of(torch.tensor([-5.0, 1.0, 12.0]), torch.tensor([0.0, 2.0, 22.0])).tolist()
    [0.0, 0.25, 0.75]
    """
    edges = edges.to(z.device, z.dtype)
    n_cells = len(edges) - 1
    inside = z.clamp(edges[0], edges[-1])
    cell = (torch.searchsorted(edges, inside, right=True) - 1).clamp(0, n_cells - 1)
    low, high = edges[cell], edges[cell + 1]
    return (cell + (inside - low) / (high - low)) / n_cells


def number_at(place: Float[Tensor, " batch"], edges: Float[Tensor, " edge"]) -> Float[Tensor, " batch"]:
    """Return the numbers that stand at some places: the inverse of `place_of`."""
    edges = edges.to(place.device, place.dtype)
    n_cells = len(edges) - 1
    cell = (place * n_cells).floor().long().clamp(0, n_cells - 1)
    low, high = edges[cell], edges[cell + 1]
    return low + (place * n_cells - cell).clamp(0, 1) * (high - low)


def shaken(z: Float[Tensor, " batch"], edges: Float[Tensor, " edge"], width: float) -> Float[Tensor, " batch"]:
    """Return one random number from each row's bell, for codecs with too many cells to spread it over."""
    if width == 0:
        return z
    tail = torch.special.ndtr(torch.tensor(-BELL_REACH, dtype=z.dtype, device=z.device))
    deviation = torch.special.ndtri(tail + (1 - 2 * tail) * torch.rand_like(z))  # normal, cut at the reach
    return number_at((place_of(z, edges) + width * deviation).clamp(0, 1), edges)


def even_edges(n_cells: int) -> Float[Tensor, " edge"]:
    """Return the borders of equal cells of the unit interval, float64: the borders of cells in place."""
    return torch.arange(n_cells + 1, dtype=torch.float64) / n_cells


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
