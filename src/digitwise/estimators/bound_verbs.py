"""What is certain of laws that are too large to be written out."""

from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

import torch

from digitwise.distributions import BoundedLaw
from digitwise.estimators.hardware import cpu_threads
from digitwise.estimators.law_verbs import LawVerbs
from digitwise.nn import Memory
from digitwise.objectives import DecodingHead
from digitwise.policy import BestFirst, coarse_to_fine


class BoundVerbs(LawVerbs):
    """Verbs that answer with bounds; needs a network that writes digits."""

    @property
    @abstractmethod
    def _is_single_law(self) -> bool:
        """Whether laws are those of the network alone."""

    def predict_bounds(self, X: Any, enumeration: BestFirst | None = None) -> BoundedLaw:
        """Return what is certain of each row's law: bounds of its mean, quantiles, cdf and density.

        Predictions that come from a search are best guesses; they and the answers of the exact law, which is too large
        to be written out, lie within these bounds.

        Parameters
        ----------
        X
            As for `predict`.
        enumeration
            When the search ends, for instance ``BestFirst(max_nodes=16)`` for a quick look; by default as for
            predictions, and at the end where these are exact.

        Raises
        ------
        ValueError
            If the codec is not ordered, laws have mass on whole numbers alone, or the model is not a single one.
        """
        with cpu_threads(self.n_jobs), torch.no_grad():
            memory = self._memory(X)
            return self._writer().bounds(memory, enumeration or self._search())

    def refine_bounds(self, X: Any, enumeration: BestFirst | None = None) -> Iterator[BoundedLaw]:
        """Yield the same after each round of the search, ever narrower, as long as it is asked for; all rows at once.

        Parameters
        ----------
        X, enumeration
            As for `predict_bounds`.

        Examples
        --------
        >>> import numpy as np
        >>> from digitwise import DecodingRegressor
        >>> X = np.linspace(0, 1, 200)[:, None]
        >>> model = DecodingRegressor(preset="plain", max_epochs=3, random_state=0).fit(X, 3 * X[:, 0])
        >>> for law in model.refine_bounds(X[:1]):
        ...     low, high = law.quantile_bounds(0.5)
        ...     if high - low < 0.1:
        ...         break
        """
        with torch.no_grad():
            memory = self._memory(X)
        for frontier in coarse_to_fine(self._writer().policy, memory, enumeration or self._search()):
            yield self._writer().bounds_of(frontier)

    def _memory(self, X: Any) -> Memory:
        rows = self._rows(X)  # first: it says so if there is no network yet
        self.network_.eval()
        memory = self.network_.memory(rows)
        if memory.n_members > 1 or not self._is_single_law:
            raise ValueError(
                "Bounds are of the law of a single model as it was trained, but here members, a mixture or a sharpened "
                "law answer. Use predict_distribution, whose laws are exact, or fit with preset='plain' or "
                "n_members=1, model='network'."
            )
        return memory

    def _writer(self) -> DecodingHead:
        head = self.network_.head
        assert isinstance(head, DecodingHead)
        return head

    def _search(self) -> BestFirst:
        """Return the search that predictions come from, or one to the end."""
        head = self._writer()
        return head.search or BestFirst(tolerance=0.0, max_nodes=head.policy.tree.n_nodes)
