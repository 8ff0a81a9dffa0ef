"""The first levels of a digit tree in number order: which numbers are written with each prefix."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from digitwise.codecs.codec import Codec
from digitwise.codecs.open_tree import is_enumerable, tree_of
from digitwise.codecs.tree import DigitTree


@dataclass(frozen=True, kw_only=True, eq=False)
class DigitLevel:
    """All prefixes of one length, in number order.

    Parameters
    ----------
    borders
        ``(prefix + 1,)``: where the numbers of one prefix end and those of the next begin.
    tokens
        ``(prefix, step)``: the prefixes themselves.
    """

    borders: Float[np.ndarray, " border"]
    tokens: Int[np.ndarray, "prefix step"]


def digit_levels(codec: Codec, edges: Float[np.ndarray, " edge"], n_levels: int) -> list[DigitLevel]:
    """Return the first levels of a codec's tree, the shortest prefixes first; fewer where numbers are shorter.

    Parameters
    ----------
    codec
        An ordered codec whose tree is enumerated.
    edges
        ``(leaf + 1,)``: borders of the leaves in any unit, increasing; such as those of a fitted target, data units.
    n_levels
        Length of the longest prefixes.

    Raises
    ------
    ValueError
        If prefixes cover no intervals, the tree is too large, or there is not one leaf between each two edges.

    Examples
    --------
    >>> from digitwise.codecs import NormalizedCodec
    >>> first, second = digit_levels(NormalizedCodec(base=2, length=3), np.linspace(0.0, 80.0, 9), 2)
    >>> first.borders, second.borders
    (array([ 0., 40., 80.]), array([ 0., 20., 40., 60., 80.]))
    >>> second.tokens[2]
    array([1, 0])
    """
    tree = tree_of(codec) if codec.ordered and is_enumerable(codec) else None
    if not isinstance(tree, DigitTree) or len(edges) != tree.n_leaves + 1:
        raise ValueError(
            f"Levels of digits need an ordered codec whose tree is enumerated, with {len(edges) - 1} leaves, but got "
            f"{codec}."
        )
    paths, levels = tree.leaf_tokens.numpy(), []
    for length in range(1, min(n_levels, tree.length) + 1):
        is_new = np.r_[True, (paths[1:, :length] != paths[:-1, :length]).any(axis=1)]
        first = np.flatnonzero(is_new)
        levels.append(DigitLevel(borders=np.append(edges[first], edges[-1]), tokens=paths[first, :length]))
    return levels
