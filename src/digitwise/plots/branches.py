"""The likely part of a digit tree: which numbers its prefixes cover, and how probable they are."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from digitwise.plots.law import RowLaws


@dataclass(kw_only=True)
class Branch:
    """A prefix that is drawn.

    Parameters
    ----------
    text : str
        Its digits.
    low, high : float
        The numbers it covers; infinite where they have no end.
    prob : float
        Probability of a number there.
    children : list of Branch
        Drawn prefixes that are one digit longer.
    """

    text: str
    low: float
    high: float
    prob: float
    children: "list[Branch]" = field(default_factory=list)

    @property
    def n_ends(self) -> int:
        """Number of branches that end below it, itself included if it has no children."""
        return sum(child.n_ends for child in self.children) or 1


def likely_branches(
    law: RowLaws,
    borders: Sequence[ArrayLike],
    digits: Sequence[Sequence[str]] | None = None,
    *,
    smallest: float = 0.02,
    most_branches: int = 12,
) -> Branch:
    """Return the root of what `digitwise.plots.digit_tree` draws, whose arguments these are.

    Examples
    --------
    >>> from digitwise.distributions import GaussianMixture
    >>> root = likely_branches(GaussianMixture([[1.0]], [[5.0]], [[1.0]]), [[0, 4, 8], [0, 2, 4, 6, 8]])
    >>> [(branch.low, branch.high, round(branch.prob, 2)) for branch in root.children[1].children]
    [(4.0, 6.0, 0.68), (6.0, inf, 0.16)]
    """
    levels = [np.asarray(level, dtype=np.float64).reshape(-1) for level in borders]
    return _trimmed(_grown(law, levels, digits, smallest), most_branches)


def _grown(
    law: RowLaws, levels: Sequence[np.ndarray], digits: Sequence[Sequence[str]] | None, smallest: float
) -> Branch:
    """Return the tree of all branches that are probable enough."""
    if len(law) != 1:
        raise ValueError(f"A tree shows one law, but got {len(law)} rows. Index the law first: law[[0]].")
    texts = [[""] * (len(level) - 1) for level in levels] if digits is None else [list(level) for level in digits]
    if not levels or [len(level) - 1 for level in levels] != [len(level) for level in texts]:
        raise ValueError(
            f"Each level needs its borders and one text for each prefix, but got {[len(b) for b in levels]} borders "
            f"and {[len(t) for t in texts]} texts."
        )
    if any((np.diff(level) <= 0).any() for level in levels) or any(
        not np.isin(above, below).all() for above, below in pairwise(levels)
    ):
        raise ValueError("Borders must increase, and each level must have all borders of the one before.")
    root = Branch(text="", low=-np.inf, high=np.inf, prob=1.0)
    above = [root]
    for level, names in zip(levels, texts, strict=True):
        inner = law.cdf(level[None, 1:-1])[0] if len(level) > 2 else np.empty(0)
        probs = np.diff(np.concatenate([[0.0], inner, [1.0]]))
        ends = np.concatenate([[-np.inf], level[1:-1], [np.inf]])
        here = []
        for k in np.flatnonzero(probs >= smallest):
            branch = Branch(text=names[k], low=float(ends[k]), high=float(ends[k + 1]), prob=float(probs[k]))
            parent = next((node for node in above if node.low <= branch.low and branch.high <= node.high), None)
            if parent is not None:
                parent.children.append(branch)
                here.append(branch)
        above = here
    return root


def _trimmed(root: Branch, most_branches: int) -> Branch:
    """Cut the deepest levels off until what is left fits; at least one stays."""
    for kept in range(depth_of(root), 0, -1):
        if root.n_ends <= most_branches or kept == 1:
            break
        _cut(root, kept - 1)
    return root


def _cut(branch: Branch, n_levels: int) -> None:
    if n_levels == 0:
        branch.children = []
    for child in branch.children:
        _cut(child, n_levels - 1)


def depth_of(branch: Branch) -> int:
    """Return how many levels there are below a branch."""
    return max((1 + depth_of(child) for child in branch.children), default=0)


def rounding_step(branch: Branch) -> float:
    """Return what borders are rounded to: a power of ten of at most a fifth of the narrowest interval."""
    narrowest = _narrowest(branch)
    return float(10.0 ** np.floor(np.log10(narrowest / 5.0))) if np.isfinite(narrowest) else 0.01


def _narrowest(branch: Branch) -> float:
    return min([branch.high - branch.low, *(_narrowest(child) for child in branch.children)])
