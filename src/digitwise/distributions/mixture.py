"""Mix the laws of several models on one digit tree: the probabilities average, leaf by leaf."""

from collections.abc import Sequence
from typing import TypeVar

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from digitwise.distributions.atoms import Atoms
from digitwise.distributions.histogram import Histogram
from digitwise.distributions.probabilities import FloatArray, checked_probabilities

Law = TypeVar("Law", Histogram, Atoms)


def mix(laws: Sequence[Law], weights: ArrayLike | None = None) -> Law:
    """Return the law of "pick a member with its weight, then draw from it", exactly.

    Parameters
    ----------
    laws
        One per member: histograms with the same rows, edges, values and tails, or atoms with the same rows and
        values. Rows may have their own edges, if these are the same in every member.
    weights
        ``(member,)``, or ``(row, member)`` for every row its own; non-negative, summing to 1. Equal
        by default.

    Raises
    ------
    ValueError
        If there is no law, the laws do not share rows, edges, values and tails, or weights are not
        probabilities of that shape.
    TypeError
        If a law is neither.

    Examples
    --------
    >>> sure = Histogram(edges=[0.0, 1.0, 2.0], probs=[[1.0, 0.0]])
    >>> unsure = Histogram(edges=[0.0, 1.0, 2.0], probs=[[0.5, 0.5]])
    >>> mix([sure, unsure], weights=[0.5, 0.5]).probs
    array([[0.75, 0.25]])
    """
    if len(laws) == 0:
        raise ValueError("mix needs at least one law, but got none.")
    first = laws[0]
    for member, law in enumerate(laws):
        _check_common(first, law, member)
    shares = _member_weights(weights, len(first), len(laws))
    probs = np.zeros_like(first.probs)
    for member, law in enumerate(laws):
        probs += shares[:, member, None] * law.probs
    if isinstance(first, Atoms):
        return Atoms(first.values, probs)
    return Histogram(first.edges, probs, first.values, first.tails)


def sharpened(law: Law, exponent: float) -> Law:
    """Return the laws with probabilities taken to a power and normalised: above 1 sharper, below 1 blunter.

    Parameters
    ----------
    law
        Histograms or atoms.
    exponent
        Positive; 1 leaves the laws as they are.

    Examples
    --------
    >>> law = Histogram(edges=[0.0, 1.0, 2.0], probs=[[0.8, 0.2]])
    >>> sharpened(law, 2.0).probs.round(3)
    array([[0.941, 0.059]])
    """
    if exponent == 1:
        return law
    probs = law.probs**exponent
    probs /= probs.sum(axis=1, keepdims=True)
    if isinstance(law, Atoms):
        return Atoms(law.values, probs)
    return Histogram(law.edges, probs, law.values, law.tails)


def _check_common(first: Histogram | Atoms, law: Histogram | Atoms, member: int) -> None:
    if not isinstance(law, Histogram | Atoms) or type(law) is not type(first):
        raise TypeError(
            f"mix takes Histograms, or Atoms, but law 0 is a {type(first).__name__} and law {member} a "
            f"{type(law).__name__}."
        )
    if len(law) != len(first):
        raise ValueError(
            f"Laws to mix must have the same rows, but law 0 has {len(first)} and law {member} has {len(law)}."
        )
    if isinstance(law, Atoms) or isinstance(first, Atoms):
        if not _same(law.values, first.values):
            raise ValueError(f"Laws to mix must share their values, but those of law {member} differ from law 0.")
        return
    if not np.array_equal(law.edges, first.edges):
        raise ValueError(
            f"Laws to mix must share their edges, but those of law {member} differ from law 0. Fit "
            "the members with one codec and one scaling."
        )
    if not _same(law.values, first.values) or law.tails != first.tails:
        raise ValueError(f"Laws to mix must share values and tails, but those of law {member} differ from law 0.")


def _same(values: FloatArray | None, others: FloatArray | None) -> bool:
    if values is None or others is None:
        return values is others
    return np.array_equal(values, others)


def _member_weights(weights: ArrayLike | None, n_rows: int, n_members: int) -> Float[FloatArray, "row member"]:
    if weights is None:
        return np.full((n_rows, n_members), 1.0 / n_members)
    shares = np.asarray(weights, dtype=np.float64)
    if shares.shape not in ((n_members,), (n_rows, n_members)):
        raise ValueError(
            f"weights must be (member,) or (row, member), here ({n_members},) or "
            f"({n_rows}, {n_members}), but got shape {shares.shape}."
        )
    rows = checked_probabilities(np.atleast_2d(shares), "weights", "member")
    return np.broadcast_to(rows, (n_rows, n_members))
