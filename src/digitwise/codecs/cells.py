"""The numbers of a digit tree in number order, whatever the order of its tokens: one cell each."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.codecs.codec import Codec
from digitwise.codecs.completions import covered
from digitwise.codecs.grammar import FORBIDDEN
from digitwise.codecs.open_tree import OpenTree
from digitwise.codecs.tree import EXACT_LEAVES, DigitTree


@dataclass(frozen=True)
class Cells:
    """Which numbers a tree can write, and which leaves write them.

    Parameters
    ----------
    edges
        ``(cell + 1,)``: borders of the cells in scaled units, increasing.
    of_leaf
        ``(leaf,)``: the cell of each leaf; -1 where a leaf is no finite number.
    """

    edges: Float[Tensor, " edge"]
    of_leaf: Int64[Tensor, " leaf"]

    @property
    def is_one_to_one(self) -> bool:
        """Whether leaf ``k`` is cell ``k``."""
        n_leaves = len(self.of_leaf)
        return n_leaves == len(self.edges) - 1 and bool((self.of_leaf == torch.arange(n_leaves)).all())

    @property
    def all_finite(self) -> bool:
        """Whether every leaf is a finite number."""
        return bool((self.of_leaf >= 0).all())

    def probs(self, leaf_probs: Float[Tensor, "batch leaf"]) -> Float[Tensor, "batch cell"]:
        """Return what the leaves of each cell have together; leaves without a cell are left out."""
        if self.is_one_to_one:
            return leaf_probs
        present = self.of_leaf >= 0
        summed = leaf_probs.new_zeros(len(leaf_probs), len(self.edges) - 1)
        return summed.index_add(1, self.of_leaf[present].to(leaf_probs.device), leaf_probs[:, present])

    def log_probs(self, leaf_log_probs: Float[Tensor, "batch leaf"]) -> Float[Tensor, "batch cell"]:
        """Return the same for logarithms; differentiable, and as precise for small probabilities."""
        if self.is_one_to_one:
            return leaf_log_probs
        present = (self.of_leaf >= 0).nonzero().squeeze(1)
        cell = self.of_leaf[present].to(leaf_log_probs.device).expand(len(leaf_log_probs), -1)
        known = leaf_log_probs[:, present]
        highest = known.detach().new_full((len(known), len(self.edges) - 1), -torch.inf)
        highest = highest.scatter_reduce(1, cell, known.detach(), "amax").clamp(min=torch.finfo(known.dtype).min)
        total = torch.zeros_like(highest).scatter_add(1, cell, (known - highest.gather(1, cell)).exp())
        return highest + total.log()


def cells_of(codec: Codec, tree: DigitTree) -> Cells:
    """Return the cells of a codec's tree.

    Examples
    --------
    >>> from digitwise.codecs import NormalizedCodec
    >>> codec = NormalizedCodec(base=2, length=2)
    >>> cells = cells_of(codec, DigitTree(codec.grammar, codec.length))
    >>> cells.edges.tolist(), cells.of_leaf.tolist()
    ([0.0, 0.25, 0.5, 0.75, 1.0], [0, 1, 2, 3])
    """
    tokens = tree.leaf_tokens.cpu()
    numbers = codec.decode(tokens).double()
    of_leaf = torch.full((tree.n_leaves,), -1)
    is_number = numbers.isfinite()
    distinct, of_leaf[is_number] = torch.unique(numbers[is_number], return_inverse=True)
    one_leaf = torch.zeros(len(distinct), dtype=torch.int64)  # any leaf of each cell
    one_leaf[of_leaf[is_number]] = is_number.nonzero().squeeze(1)
    low, high = codec.cells(tokens[one_leaf])
    return Cells(torch.cat([low, high[-1:]]).double(), of_leaf)


def edges_of(codec: Codec, tree: DigitTree | OpenTree) -> Float[Tensor, " edge"]:
    """Return the borders of a codec's cells; of those of its longest prefixes, where it has too many cells to list.

    Raises
    ------
    ValueError
        If there are too many and the codec is not ordered, so that its prefixes cover no intervals.
    """
    if isinstance(tree, DigitTree):
        return cells_of(codec, tree).edges
    if not codec.ordered:
        raise ValueError(
            f"{codec} can write too many numbers to list them, and its prefixes cover no intervals. Use an ordered "
            "codec, or fewer digits."
        )
    low, high = covered(codec, _longest_prefixes(codec))
    is_number = low.isfinite() & high.isfinite() & (low < high)
    return torch.cat([low[is_number], high[is_number][-1:]])


def _longest_prefixes(codec: Codec) -> Int64[Tensor, "prefix written"]:
    """Return all prefixes of the greatest length that has at most 2**16 of them, in number order."""
    grammar = codec.grammar
    vocab = grammar.transitions.shape[1]
    order = torch.arange(vocab) if grammar.order is None else grammar.order
    states, prefixes = torch.zeros(1, dtype=torch.int64), torch.zeros(1, 0, dtype=torch.int64)
    for _ in range(codec.length):
        tokens = order.expand(len(states), vocab) if grammar.order is None else order[states]
        following = grammar.transitions[states].gather(1, tokens)
        above, rank = (following != FORBIDDEN).nonzero().unbind(1)
        if len(above) > EXACT_LEAVES:
            break
        states = following[above, rank]
        prefixes = torch.cat([prefixes[above], tokens[above, rank].unsqueeze(1)], dim=1)
    return prefixes
