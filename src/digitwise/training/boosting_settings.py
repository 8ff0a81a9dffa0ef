"""How to train boosted digits: one frozen set of numbers."""

import math
from dataclasses import dataclass
from numbers import Integral
from typing import Literal

from digitwise.nn.trees import MAX_LEAVES


@dataclass(frozen=True, kw_only=True)
class BoostingSettings:
    """Settings of `fit_boosted_digits`.

    Parameters
    ----------
    learning_rate, n_iterations
        Shrinkage of each tree, and trees at the most, of the boosters of digits.
    guess_learning_rate, guess_iterations
        The same for the boosters of the guess.
    patience
        Trees without a better validation loss before a booster stops.
    blind_iterations
        Trees of each digit where no rows validate; or one number for each digit.
    max_leaf_nodes
        Leaves per tree, at most 15.
    min_samples_leaf
        Rows in a leaf at the least.
    l2, max_features
        Regularisation of leaf values; share of the columns that each split may look at.
    n_folds
        Folds of the guess: each training row is guessed by a booster that did not see it.
    n_digits
        Digits that are learnt; those after them are even. ``"auto"``: until cells are as narrow as the bell, 7 at the
        most.
    width
        Standard deviation of the bell around each target, as a share of all cells; ``"auto"``: half the width that
        `SmoothedCrossEntropy` starts from.
    seed
        Decides folds and columns; below 2**32.

    Raises
    ------
    ValueError
        If a setting is out of range.

    Examples
    --------
    >>> BoostingSettings(n_iterations=50).learning_rate
    0.08
    """

    learning_rate: float = 0.08
    n_iterations: int = 200
    guess_learning_rate: float = 0.1
    guess_iterations: int = 200
    patience: int = 50
    blind_iterations: int | tuple[int, ...] = 60
    max_leaf_nodes: int = 15
    min_samples_leaf: int = 5
    l2: float = 3.0
    max_features: float = 0.6
    n_folds: int = 5
    n_digits: int | Literal["auto"] = "auto"
    width: float | Literal["auto"] = "auto"
    seed: int = 0

    def blind_trees(self, level: int) -> int:
        """Return how many trees the booster after so many digits gets where no rows validate."""
        return self.blind_iterations[level] if isinstance(self.blind_iterations, tuple) else self.blind_iterations

    def __post_init__(self) -> None:
        """Check the ranges; written so that NaN is in none of them."""
        least = {
            "n_iterations": 1,
            "guess_iterations": 1,
            "patience": 1,
            "max_leaf_nodes": 2,
            "min_samples_leaf": 1,
            "n_folds": 2,
            "seed": 0,
        }
        if self.n_digits != "auto":
            least["n_digits"] = 1
        for name, lowest in least.items():
            count = getattr(self, name)
            if not isinstance(count, Integral) or count < lowest:
                raise ValueError(f"{name} must be an integer of at least {lowest}, but got {count!r}.")
        blind = self.blind_iterations
        for count in blind if isinstance(blind, tuple) else (blind,):
            if not isinstance(count, Integral) or count < 0:
                raise ValueError(f"blind_iterations must be integers of at least 0, but got {blind!r}.")
        if self.max_leaf_nodes > MAX_LEAVES:
            raise ValueError(f"max_leaf_nodes must be at most {MAX_LEAVES}, but got {self.max_leaf_nodes}.")
        if self.seed >= 2**32:
            raise ValueError(f"seed must be below 2**32, but got {self.seed}.")
        for name in ("learning_rate", "guess_learning_rate", "max_features"):
            if not 0 < getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie in (0, 1], but got {getattr(self, name)!r}.")
        if not 0 <= self.l2 < math.inf:
            raise ValueError(f"l2 must be finite and at least 0, but got {self.l2!r}.")
        if self.width != "auto" and not 0 <= self.width < math.inf:
            raise ValueError(f"width must be 'auto' or a finite number of at least 0, but got {self.width!r}.")
