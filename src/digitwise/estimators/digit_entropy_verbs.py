"""Which digit of a prediction is uncertain: needs laws that are enumerated leaf by leaf."""

from abc import abstractmethod
from functools import partial
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from digitwise.calibration import digit_entropy
from digitwise.codecs import Codec, DigitTree, is_enumerable, tree_of
from digitwise.codecs.cells import cells_of
from digitwise.distributions import Atoms, Distribution, Histogram
from digitwise.estimators.enumeration import chosen_search
from digitwise.estimators.fitted_target import FittedTarget
from digitwise.estimators.law_verbs import LawVerbs


class DigitEntropyVerbs(LawVerbs):
    """Verbs that look at the digits of each law; needs a codec and a target that is written in it."""

    target_: FittedTarget
    enumeration: Any

    @property
    @abstractmethod
    def codec_(self) -> Codec:
        """How numbers are written."""

    def predict_digit_entropy(self, X: Any) -> Float[np.ndarray, "row digit"]:
        """Return how uncertain each digit is once those before it are known, ``(rows, digits)``, in nats.

        Digits stand in the order in which they are written. Those of a row add up to the entropy of its law over the
        leaves of the digit tree, see `digitwise.calibration.digit_entropy`. The law is that of all other verbs:
        mixtures, folds and recalibration included, and of codecs that write special values that of the number, given
        that it is one.

        Raises
        ------
        ValueError
            If the tree of digits is searched instead of enumerated, or several sequences write the same number.

        Examples
        --------
        >>> from digitwise import DecodingRegressor, NormalizedCodec
        >>> X = np.linspace(0, 1, 200)[:, None]
        >>> codec = NormalizedCodec(base=2, length=4)
        >>> model = DecodingRegressor(codec=codec, preset="plain", max_epochs=20, random_state=0).fit(X, 3 * X[:, 0])
        >>> entropy = model.predict_digit_entropy(X[[10]])
        >>> entropy.shape, bool(entropy[0, 0] < entropy[0, -1])  # the first digit is sure, the last one is not
        ((1, 4), True)
        """
        if not hasattr(self, "target_"):
            self._rows(X)  # says that there is no model yet
        cells, nodes = self._cells_and_nodes()
        return self._read(X, partial(_entropies, cells=cells, nodes=nodes))

    def _cells_and_nodes(self) -> tuple[Int[np.ndarray, " leaf"], Int[np.ndarray, "leaf digit"]]:
        """Return the cell of the law that each leaf is, and the inner nodes on the way to it."""
        codec = self.codec_
        tree = tree_of(codec) if is_enumerable(codec) else None
        is_searched = chosen_search(self.enumeration, codec) is not None and not self.target_.is_whole
        if not isinstance(tree, DigitTree) or is_searched:
            raise ValueError(
                f"predict_digit_entropy needs laws that are enumerated, but those of {codec} are searched. Use a codec "
                "with fewer digits and enumeration='auto'."
            )
        cells = cells_of(codec, tree)
        of_leaf = cells.of_leaf.numpy()
        is_number = of_leaf >= 0
        of_leaf = of_leaf[is_number]
        if len(of_leaf) != len(cells.edges) - 1:
            raise ValueError(
                f"predict_digit_entropy needs one sequence of digits for each number, but {codec} writes "
                f"{len(cells.edges) - 1} numbers in {len(of_leaf)} ways. Use a codec such as NormalizedCodec()."
            )
        return of_leaf, tree.leaf_nodes.numpy()[is_number]


def _entropies(
    law: Distribution, *, cells: Int[np.ndarray, " leaf"], nodes: Int[np.ndarray, "leaf digit"]
) -> Float[np.ndarray, "row digit"]:
    assert isinstance(law, Histogram | Atoms)  # as laws of enumerated trees are
    return digit_entropy(law.probs[:, cells], nodes)
