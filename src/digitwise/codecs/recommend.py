"""Which digits suit a target: a rule on a few facts about it."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from jaxtyping import Float

from digitwise.codecs.auto_scaling import make_scaling
from digitwise.codecs.codec import Codec
from digitwise.codecs.integer_lattice import MOST_INTEGERS, integer_lattice
from digitwise.codecs.normalized import NormalizedCodec
from digitwise.codecs.quantisation import quantisation
from digitwise.codecs.scaling import Scaling
from digitwise.codecs.scaling_within import scaling_within
from digitwise.codecs.target_facts import Whole, present_rows, thinned, whole_by_nature

MOST_LATTICE = 512
COARSE = 0.05
"""Relative error from which significant digits are better than the default.

Below it they were not, on targets over eight powers of ten (``benchmarks/REPORT_wide_range.md``): logarithmic scalings
give normalised digits the same relative precision, with fewer leaves, and their laws scored no worse.
"""


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
    error = quantisation(*thinned(y, weight), partial(_normalized, low=low, high=high, margin=margin)).relative_error
    lost = f"base 2 × 8 is off by {error:.1%} of the target, at the median of held-out rows"
    if error > COARSE:
        return Recommendation(name="scientific", reason=f"{lost}; 2 significant digits are off by about 1%.")
    why = f"{lost}; significant digits would pay from {COARSE:.0%} on."
    return Recommendation(name="normalized", reason=why if error <= COARSE else "there is too little to go by.")


def _normalized(
    y: Float[np.ndarray, " row"],
    weight: Float[np.ndarray, " row"],
    *,
    low: float | None,
    high: float | None,
    margin: float,
) -> tuple[Codec, Scaling]:
    return NormalizedCodec(), scaling_within(make_scaling("auto", y, margin, weight).scaling, low, high)
