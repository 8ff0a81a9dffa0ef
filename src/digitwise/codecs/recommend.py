"""Which digits suit a target: a rule on a few facts about it."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from digitwise.codecs.integer_lattice import MOST_INTEGERS, integer_lattice
from digitwise.codecs.target_facts import Whole, orders_of_magnitude, present_rows, whole_by_nature

MOST_LATTICE = 512
WIDE = 2.5
"""Orders of magnitude, between the 5th and the 95th percentile of sizes, from which relative precision matters."""


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """A name of a codec and why.

    Parameters
    ----------
    name
        What `fitted_codec` takes.
    reason
        One plain sentence, with the figures that decided.
    """

    name: str
    reason: str


def recommend(
    y: Float[np.ndarray, " row"],
    sample_weight: Float[np.ndarray, " row"] | None = None,
    *,
    low: float | None = None,
    high: float | None = None,
    integer: Whole = "auto",
    margin: float = 0.05,
) -> Recommendation:
    """Return the name of the codec that suits some targets.

    Parameters
    ----------
    y, sample_weight
        Training targets in data units, and their weights.
    low, high
        Bounds in data units; None for none.
    integer
        Whether the target is a whole number by nature: then the codec writes nothing else. ``"auto"`` looks whether all
        given targets are, and then it need not.
    margin
        Fraction of the range to add on each side.

    Raises
    ------
    ValueError
        If there is no row of positive weight, or targets that should be are not whole.

    Examples
    --------
    >>> print(recommend(np.array([0.0, 1.0, 5.0])).reason)
    targets are whole numbers, and 8 leaves give each of them its own.
    """
    y, weight = present_rows(y, sample_weight)
    if whole_by_nature(y, integer):
        most = MOST_INTEGERS if integer is True else MOST_LATTICE
        lattice = integer_lattice(y, low=low, high=high, margin=margin, most=most)
        if lattice is not None:
            codec, _ = lattice
            n_leaves = codec.grammar.count(codec.length)
            return Recommendation(
                name="integer", reason=f"targets are whole numbers, and {n_leaves:,} leaves give each of them its own."
            )
        if integer is True:
            return Recommendation(
                name="scientific", reason=f"targets are whole numbers, too many for {most:,} leaves to have one each."
            )
    wide = orders_of_magnitude(y, weight)
    if wide >= WIDE:
        return Recommendation(
            name="scientific",
            reason=f"the sizes of the targets span {wide:.1f} orders of magnitude; from {WIDE:g} on, precision should "
            "be relative.",
        )
    return Recommendation(
        name="normalized",
        reason=f"the sizes of the targets span {wide:.1f} orders of magnitude, fewer than {WIDE:g}.",
    )
