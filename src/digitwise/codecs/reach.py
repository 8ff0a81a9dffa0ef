"""Which numbers a prefix can still become: what the expert needs to know.

The nearest number that a prefix can still become is a question about sorted numbers, for all formats alike: whether a
prefix covers an interval or not, and whatever the order of its tokens (a minus sign and a negative exponent both turn
it round).
"""

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn

from digitwise.codecs.codec import Codec
from digitwise.codecs.completions import highest_completion, lowest_completion
from digitwise.codecs.special_numbers import stand_ins
from digitwise.codecs.tree import DigitTree


class Reach(nn.Module):
    """For every edge of a digit tree, the numbers that lie beyond it.

    Parameters
    ----------
    codec, tree
        The codec and its tree.

    Notes
    -----
    Numbers are known by their rank among all that can be written. ``edge`` and ``rank`` list, edge by edge, the ranks
    beyond it, so that the neighbours of a target among them are found by bisection.
    """

    edge: Tensor
    rank: Tensor

    def __init__(self, codec: Codec, tree: DigitTree) -> None:
        super().__init__()
        leaf_numbers = stand_ins(codec.decode(tree.leaf_tokens.cpu()).double())
        numbers, rank = torch.unique(leaf_numbers, return_inverse=True)
        edge = (tree.leaf_nodes.cpu() * tree.vocab_size + tree.leaf_tokens.cpu()).flatten()
        beyond = torch.unique(edge * len(numbers) + rank.repeat_interleave(tree.length))
        self.numbers = numbers  # no buffer: they stay in float64 when the network is trained in float32
        self.register_buffer("edge", beyond // len(numbers), persistent=False)
        self.register_buffer("rank", beyond % len(numbers), persistent=False)
        self.vocab_size = tree.vocab_size

    def distances(
        self,
        nodes: Int64[Tensor, "*shape"],
        z: Float[Tensor, "*#shape"],
        z_high: Float[Tensor, "*#shape"] | None = None,
    ) -> Float[Tensor, "*shape vocab"]:
        """Return how far from ``z`` the nearest number beyond each next token is; infinite where it is forbidden.

        Parameters
        ----------
        nodes
            Inner nodes of the tree: prefixes.
        z
            Numbers in scaled units.
        z_high
            Where it is given, distances are those from the interval that goes from ``z`` to it: 0 inside.
        """
        n_numbers, vocab = len(self.numbers), self.vocab_size
        numbers = self.numbers.to(nodes.device)
        z = stand_ins(z.double()).unsqueeze(-1)
        high = None if z_high is None else stand_ins(z_high.double()).unsqueeze(-1)
        above = torch.searchsorted(numbers, z.contiguous())  # the first number not below z
        edge = nodes.unsqueeze(-1) * vocab + torch.arange(vocab, device=nodes.device)
        place = torch.searchsorted(self.edge * n_numbers + self.rank, edge * n_numbers + above)
        distance = torch.full(edge.shape, torch.inf, dtype=z.dtype, device=z.device)
        for neighbour in (place - 1, place):
            index = neighbour.clamp(0, len(self.edge) - 1)
            number = numbers[self.rank[index]]
            apart = (number - z).abs() if high is None else _gap(number, number, z, high)
            is_beyond = (index == neighbour) & (self.edge[index] == edge)
            distance = torch.where(is_beyond, torch.minimum(distance, apart), distance)
        return distance


def open_distances(
    codec: Codec,
    tokens: Int64[Tensor, "*shape step"],
    z: Float[Tensor, "*#shape"],
    z_high: Float[Tensor, "*#shape"] | None = None,
) -> Float[Tensor, "*shape step vocab"]:
    """Return the same for every prefix of some sequences, in an ordered codec, without a tree.

    There a prefix covers an interval, from its lowest to its highest completion. ``z`` and ``z_high`` must be numbers
    of the codec, such as ``decode(encode(z))``.

    Parameters
    ----------
    codec
        An ordered codec, however many numbers it can write.
    tokens
        Sequences; at each step the prefix before it is meant.
    z
        A number of the codec for each sequence, scaled units.
    z_high
        As for `Reach.distances`.

    Raises
    ------
    ValueError
        If the codec is not ordered.
    """
    if not codec.ordered:
        raise ValueError(
            f"The prefixes of {codec} cover no intervals, and it has too many numbers to look at all of them. Use an "
            "ordered codec, fewer digits, or an objective without an expert."
        )
    grammar, vocab = codec.grammar, codec.vocab_size
    allowed = grammar.allowed(grammar.states_on_path(tokens))
    z = stand_ins(z.double())
    z_high = z if z_high is None else stand_ins(z_high.double())
    distance = torch.full((*tokens.shape, vocab), torch.inf, dtype=torch.float64)
    for step in range(codec.length):
        prefix = tokens[..., :step].unsqueeze(-2).expand(*tokens.shape[:-1], vocab, step)
        next_token = torch.arange(vocab).expand(prefix.shape[:-1]).unsqueeze(-1)
        mask = allowed[..., step, :]
        longer = torch.cat([prefix, next_token], dim=-1)[mask]
        from_low, from_high = (end.unsqueeze(-1).expand(mask.shape)[mask] for end in (z, z_high))
        low = stand_ins(codec.decode(lowest_completion(grammar, longer, codec.length)))
        high = stand_ins(codec.decode(highest_completion(grammar, longer, codec.length)))
        distance[..., step, :][mask] = _gap(low, high, from_low, from_high)
    return distance


def _gap(low: Tensor, high: Tensor, other_low: Tensor, other_high: Tensor) -> Tensor:
    """Return how far two intervals are apart; 0 if they meet."""
    return torch.maximum(low - other_high, other_low - high).clamp(min=0)
