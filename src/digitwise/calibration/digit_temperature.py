"""A temperature for each digit: the first ones may be too sure of themselves while the last ones are too timid."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeVar, final

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

from digitwise.distributions import Atoms, Histogram
from digitwise.distributions.probabilities import FloatArray
from digitwise.distributions.rows import count_below
from digitwise.metrics.rows import checked_vector, checked_weight

Law = TypeVar("Law", Histogram, Atoms)

HOTTEST = 20.0
"""Temperatures lie between one over this and this."""
_FLOOR = -50.0  # log-probability of a digit that was ruled out


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class DigitTemperatures:
    r"""Laws of a digit tree with each digit's log-probabilities divided by a temperature and normalised again.

    The probability of a digit given those before it is that of its prefix over that of the prefix before: sums of
    leaves. So the leaves' probabilities are all that it takes: a leaf's own is the product over its digits of
    :math:`p_k(digit)^{1 / T_k}`, each factor normalised by itself. Above 1 a temperature makes that digit less sure,
    below 1 surer; 1 leaves it as it is.

    Parameters
    ----------
    temperatures
        ``(digit,)``, positive.
    leaf_nodes
        ``(leaf, digit)``: the inner node in which each digit of each leaf is chosen, as of ``DigitTree.leaf_nodes``,
        with leaves in number order.

    Raises
    ------
    ValueError
        If shapes do not fit, or a temperature is not positive.

    References
    ----------
    Guo, Pleiss, Sun and Weinberger, arXiv 1706.04599. *Differs from the paper*: one temperature for each digit.

    Examples
    --------
    >>> nodes = np.array([[0, 1], [0, 1], [0, 2], [0, 2]])  # two binary digits
    >>> law = Histogram([0.0, 1.0, 2.0, 3.0, 4.0], [[0.64, 0.16, 0.1, 0.1]])
    >>> hot = DigitTemperatures(temperatures=np.array([2.0, 1.0]), leaf_nodes=nodes)
    >>> hot.apply(law).probs.round(3)  # the first digit was 0.8 to 0.2
    array([[0.533, 0.133, 0.167, 0.167]])
    """

    temperatures: Float[FloatArray, " digit"]
    leaf_nodes: Int[np.ndarray, "leaf digit"]

    def __post_init__(self) -> None:
        if not np.all((self.temperatures > 0.0) & np.isfinite(self.temperatures)):
            raise ValueError(f"temperatures must be positive and finite, but got {self.temperatures}.")

    @classmethod
    def fit(
        cls, law: Law, y: ArrayLike, leaf_nodes: ArrayLike, *, sample_weight: ArrayLike | None = None
    ) -> "DigitTemperatures":
        """Return the temperatures with the highest likelihood of some rows' leaves.

        That likelihood is a sum over digits, each of which is concave in its own inverse temperature: the best ones are
        found one by one, by bisection.

        Parameters
        ----------
        law, y
            Predicted laws and outcomes of rows that the model has not seen.
        leaf_nodes
            See the class.
        sample_weight
            ``(row,)``, at least 0; a row of weight 2 counts as two rows.

        Raises
        ------
        ValueError
            If rows or leaves disagree, outcomes are not finite, or weights are negative.
        """
        truth, nodes = checked_vector(y, "y"), np.asarray(leaf_nodes)
        if len(truth) != len(law):
            raise ValueError(f"law and y must have the same rows, but got {len(law)} and {len(truth)}.")
        levels, weight = _levels(nodes, law), checked_weight(sample_weight, len(truth))
        leaf, rows = _leaf_of(law, truth), np.arange(len(truth))[:, None]
        inverse = np.empty(nodes.shape[1])
        for digit, (parent, child) in enumerate(pairwise(levels)):
            first = np.searchsorted(child, parent[np.searchsorted(parent, leaf, side="right") - 1], side="left")
            n_children = np.diff(np.append(np.searchsorted(child, parent), len(child)))
            places = first[:, None] + np.arange(n_children.max())
            own = n_children[np.searchsorted(parent, leaf, side="right") - 1]
            is_child = np.arange(n_children.max()) < own[:, None]
            mass = np.add.reduceat(law.probs, child, axis=1)[rows, np.minimum(places, len(child) - 1)]
            with np.errstate(divide="ignore", invalid="ignore"):
                log_probs = np.log(mass / np.where(is_child, mass, 0.0).sum(axis=1, keepdims=True))
            log_probs = np.where(is_child, np.fmax(log_probs, _FLOOR), -np.inf)
            chosen = np.searchsorted(child, leaf, side="right") - 1 - first
            inverse[digit] = _best_exponent(log_probs, chosen, weight)
        return cls(temperatures=1.0 / inverse, leaf_nodes=nodes)

    def apply(self, law: Law) -> Law:
        """Return the laws at these temperatures, with the leaves they had.

        Raises
        ------
        ValueError
            If the laws are not of this tree.
        TypeError
            If they are neither histograms nor atoms.
        """
        levels = _levels(self.leaf_nodes, law)
        tempered = np.ones((len(law), 1))
        for temperature, parent, child in zip(self.temperatures, levels[:-1], levels[1:], strict=True):
            above = np.searchsorted(parent, child, side="right") - 1
            prefix, mass = (np.add.reduceat(law.probs, start, axis=1) for start in (parent, child))
            with np.errstate(divide="ignore", invalid="ignore"):
                power = np.nan_to_num(mass / prefix[:, above]) ** (1.0 / temperature)
                total = np.add.reduceat(power, np.searchsorted(child, parent), axis=1)
                tempered = tempered[:, above] * np.nan_to_num(power / total[:, above])
        if isinstance(law, Atoms):
            return Atoms(law.values, tempered)
        return Histogram(law.edges, tempered, law.values, law.tails)

    def to_dict(self) -> dict[str, Any]:
        """Return arrays: what `from_dict` restores."""
        return {"temperatures": self.temperatures, "leaf_nodes": self.leaf_nodes}

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> "DigitTemperatures":
        """Return what `to_dict` described."""
        return cls(temperatures=state["temperatures"], leaf_nodes=state["leaf_nodes"])


def _levels(leaf_nodes: Int[np.ndarray, "leaf digit"], law: Histogram | Atoms) -> list[Int[np.ndarray, " prefix"]]:
    """Return the first leaf of each prefix, for prefixes of no digit, of one, and so on up to the leaves."""
    if not isinstance(law, Histogram | Atoms):
        raise TypeError(f"Digits have temperatures in Histograms and Atoms, but law is a {type(law).__name__}.")
    n_leaves = law.probs.shape[1]
    if leaf_nodes.ndim != 2 or len(leaf_nodes) != n_leaves:
        raise ValueError(
            f"leaf_nodes must be (leaf, digit) for the {n_leaves} leaves of the law, but has shape {leaf_nodes.shape}."
        )
    starts = [np.flatnonzero(np.append(True, np.diff(nodes) != 0)) for nodes in leaf_nodes.T]
    return [*starts, np.arange(n_leaves)]


def _leaf_of(law: Histogram | Atoms, y: Float[FloatArray, " row"]) -> Int[np.ndarray, " row"]:
    """Return which leaf each outcome falls into; beyond all of them the outermost, between atoms the nearest."""
    if isinstance(law, Atoms):
        distance: FloatArray = np.abs(np.broadcast_to(law.values, law.probs.shape) - y[:, None])
        return np.asarray(distance.argmin(axis=1))
    edges = np.atleast_2d(law.edges)[:, 1:-1]
    if edges.shape[1] == 0:
        return np.zeros(len(y), dtype=np.intp)
    return count_below(edges, y[:, None], side="right")[:, 0]


def _best_exponent(
    log_probs: Float[FloatArray, "row child"], chosen: Int[np.ndarray, " row"], weight: Float[FloatArray, " row"]
) -> float:
    """Return the power of the probabilities that is likeliest for what was chosen."""
    own = np.take_along_axis(log_probs, chosen[:, None], axis=1)[:, 0]
    finite = np.where(np.isfinite(log_probs), log_probs, 0.0)

    def rises(exponent: float) -> bool:
        scaled = exponent * log_probs
        power = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        expected = (power * finite).sum(axis=1) / power.sum(axis=1)
        return float(np.sum(weight * (own - expected))) > 0.0

    low, high = -np.log(HOTTEST), np.log(HOTTEST)
    for _ in range(40):
        middle = (low + high) / 2.0
        low, high = (middle, high) if rises(float(np.exp(middle))) else (low, middle)
    return float(np.exp((low + high) / 2.0))
