"""No features at all: what every method has to beat."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float

from digitwise.distributions import Atoms

MOST_ATOMS = 1000


@dataclass(kw_only=True, eq=False)
class ConstantCompetitor:
    """The training targets' mean and their empirical law, whatever the features.

    With more than 1000 training rows, 1000 evenly spaced quantiles stand for them.

    Parameters
    ----------
    seed, threads
        Have no effect.

    Examples
    --------
    >>> constant = ConstantCompetitor()
    >>> constant.fit(None, np.array([0.0, 1.0, 5.0]), (None, np.zeros(0)))
    >>> point, law = constant.predict(np.zeros((2, 1)))
    >>> point, law.median()
    (array([2., 2.]), array([1., 1.]))
    """

    seed: int = 0
    threads: int = 1
    _mean: float = field(default=np.nan, init=False)
    _atoms: np.ndarray = field(default_factory=lambda: np.zeros(0), init=False)

    def fit(self, X: Any, y: np.ndarray, validation_data: tuple[Any, np.ndarray]) -> None:
        """Remember the targets; the validation rows have nothing to choose."""
        self._mean = float(np.mean(y))
        levels = (np.arange(MOST_ATOMS) + 0.5) / MOST_ATOMS
        few = len(y) <= MOST_ATOMS
        self._atoms = y if few else np.quantile(y, levels, method="inverted_cdf")

    def predict(self, X: Any) -> tuple[Float[np.ndarray, " row"], Atoms]:
        """Return the same point and the same law for each row."""
        probs = np.full((len(X), len(self._atoms)), 1 / len(self._atoms))
        return np.full(len(X), self._mean), Atoms(values=self._atoms, probs=probs)

    def facts(self) -> dict[str, float | int | str | None]:
        """There is nothing to tell."""
        return {}
