"""Which numbers a prefix can still become: the reachable-interval rule behind the expert.

In every codec worth the name a prefix covers an interval of numbers, be its tokens in number order or not (a minus
sign and a negative exponent both turn the order round). So the nearest number that a prefix can still become is found
by clamping, for all formats alike.
"""

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from digitwise.codecs.codec import Codec
from digitwise.codecs.tree import DigitTree


class Reach(nn.Module):
    """For every edge of a digit tree, the interval of numbers that lies beyond it.

    Parameters
    ----------
    codec, tree
        The codec and its tree.

    Raises
    ------
    ValueError
        If some prefix reaches numbers with others in between, so that it covers no interval.

    Notes
    -----
    Numbers are known by their rank among all that can be written. ``low`` and ``high``, ``(node, vocab)``, are the
    lowest and highest rank beyond each edge; forbidden edges have ``low > high``.
    """

    numbers: Tensor
    low: Tensor
    high: Tensor

    def __init__(self, codec: Codec, tree: DigitTree) -> None:
        super().__init__()
        numbers, rank = torch.unique(codec.decode(tree.leaf_tokens.cpu()).double(), return_inverse=True)
        n_edges = tree.n_nodes * tree.vocab_size
        edge = (tree.leaf_nodes.cpu() * tree.vocab_size + tree.leaf_tokens.cpu()).flatten()
        every = rank.repeat_interleave(tree.length)
        low = torch.full((n_edges,), len(rank)).scatter_reduce(0, edge, every, "amin")
        high = torch.full((n_edges,), -1).scatter_reduce(0, edge, every, "amax")
        distinct = torch.unique(edge * len(numbers) + every)  # a number may be spelt in two ways
        count = torch.bincount(distinct // len(numbers), minlength=n_edges)
        if ((high - low + 1 != count) & (count > 0)).any():
            raise ValueError(
                "Every prefix must cover an interval of numbers for an expert to know what it can still become, but "
                f"in {codec} some reach numbers with others in between. Use objectives without an expert."
            )
        shape = (tree.n_nodes, tree.vocab_size)
        self.register_buffer("numbers", numbers, persistent=False)
        self.register_buffer("low", low.view(shape), persistent=False)
        self.register_buffer("high", high.view(shape), persistent=False)

    def distances(self, nodes: Int64[Tensor, "*shape"], z: Float[Tensor, "*#shape"]) -> Float[Tensor, "*shape vocab"]:
        """Return how far from ``z`` the nearest number beyond each next token is; infinite where it is forbidden.

        Parameters
        ----------
        nodes
            Inner nodes of the tree: prefixes.
        z
            Numbers in scaled units.
        """
        low, high = self.low[nodes], self.high[nodes]
        z = z.unsqueeze(-1).to(self.numbers.dtype)
        above = torch.searchsorted(self.numbers, z.contiguous())  # the first number not below z
        nearest_above = self.numbers[torch.maximum(low, torch.minimum(above, high)).clamp(0, len(self.numbers) - 1)]
        nearest_below = self.numbers[torch.maximum(low, torch.minimum(above - 1, high)).clamp(0, len(self.numbers) - 1)]
        distance = torch.minimum((nearest_above - z).abs(), (nearest_below - z).abs())
        return distance.masked_fill(low > high, torch.inf)
