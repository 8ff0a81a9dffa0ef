"""Codecs that follow the targets, by name: digits, scaling, and why."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from digitwise.codecs.auto_scaling import IDENTITY, make_scaling
from digitwise.codecs.codec import Codec
from digitwise.codecs.integer_lattice import MOST_INTEGERS, integer_lattice
from digitwise.codecs.normalized import NormalizedCodec
from digitwise.codecs.recommend import recommend
from digitwise.codecs.scaling import Scaling
from digitwise.codecs.scaling_within import check_within, scaling_within
from digitwise.codecs.scientific_range import scientific_for
from digitwise.codecs.target_facts import Whole, present_rows, whole_by_nature


@dataclass(frozen=True, kw_only=True)
class FittedCodec:
    """Digits that suit some targets.

    Parameters
    ----------
    name
        The name that asks for them.
    codec, scaling
        The digits, and the map from data units to what they write.
    reason
        One plain sentence, with the figures that decided.
    """

    name: str
    codec: Codec
    scaling: Scaling
    reason: str


@dataclass(frozen=True, kw_only=True)
class _Wish:
    """What is known of the target beside the rows."""

    low: float | None
    high: float | None
    whole: bool
    scaling: str | Scaling
    margin: float


Fit = Callable[[np.ndarray, np.ndarray, _Wish], tuple[Codec, Scaling, str]]


def _normalized(base: int, length: int) -> Fit:
    def fit(y: np.ndarray, weight: np.ndarray, wish: _Wish) -> tuple[Codec, Scaling, str]:
        choice = make_scaling(wish.scaling, y, wish.margin, weight)
        codec = NormalizedCodec(base=base, length=length)
        return codec, scaling_within(choice.scaling, wish.low, wish.high), choice.reason

    return fit


def _scientific(n_digits: int) -> Fit:
    def fit(y: np.ndarray, weight: np.ndarray, wish: _Wish) -> tuple[Codec, Scaling, str]:
        _check_no_scaling(wish)
        codec = scientific_for(
            y, weight, n_digits=n_digits, low=wish.low, high=wish.high, integer=wish.whole, margin=wish.margin
        )
        low, high = codec.span
        return codec, IDENTITY, f"identity: {n_digits} significant digits of numbers from {low:g} to {high:g}."

    return fit


def _integer(y: np.ndarray, weight: np.ndarray, wish: _Wish) -> tuple[Codec, Scaling, str]:
    _check_no_scaling(wish)
    if not wish.whole:
        raise ValueError('The codec "integer" needs whole numbers as targets, or integer=True.')
    found = integer_lattice(y, low=wish.low, high=wish.high, margin=wish.margin)
    if found is None:
        raise ValueError(
            f'The codec "integer" has a leaf for each whole number, {MOST_INTEGERS} at the most, but the targets span '
            f'{y.min():g} to {y.max():g}. Use "scientific".'
        )
    codec, scaling = found
    first, last = scaling.inverse(np.array(codec.span))
    return codec, scaling, f"affine: one leaf for each whole number from {math.ceil(first)} to {math.floor(last)}."


CODEC_FITS: dict[str, Fit] = {
    "normalized": _normalized(2, 8),
    "normalized-2x10": _normalized(2, 10),
    "normalized-10x3": _normalized(10, 3),
    "scientific": _scientific(2),
    "scientific-3": _scientific(3),
    "integer": _integer,
}
"""Name to what fits the codec of that name."""

CODEC_NAMES = (*CODEC_FITS, "auto")
"""What may be asked for by name."""


def fitted_codec(
    name: str,
    y: Float[np.ndarray, " row"],
    sample_weight: Float[np.ndarray, " row"] | None = None,
    *,
    low: float | None = None,
    high: float | None = None,
    integer: Whole = "auto",
    scaling: str | Scaling = "auto",
    margin: float = 0.05,
) -> FittedCodec:
    """Return the codec of a name and its scaling, fitted to the training targets.

    Parameters
    ----------
    name
        ``"normalized"`` (base 2 × 8), ``"normalized-2x10"``, ``"normalized-10x3"``; ``"scientific"`` (2 significant
        digits) and ``"scientific-3"``, with exponents and signs as the targets have them; ``"integer"``, one leaf for
        each whole number; ``"auto"``: the one that `recommend` names, or ``"normalized"`` where a scaling is given.
    y
        Training targets in data units.
    sample_weight
        Weight of each row; 0 means that the row is absent.
    low, high
        Bounds of the target in data units, themselves allowed; None where there are none.
    integer
        Whether the target is a whole number by nature; ``"auto"`` if all training targets are.
    scaling
        Of normalised digits; the others have their own, and take ``"auto"`` only.
    margin
        Fraction of the range to add on each side, within the bounds.

    Raises
    ------
    ValueError
        If the name is unknown, or targets, bounds and settings do not suit it.

    Examples
    --------
    >>> fitted = fitted_codec("integer", np.array([0.0, 1.0, 5.0]))
    >>> fitted.codec, fitted.reason
    (NormalizedCodec(base=2, length=3), 'affine: one leaf for each whole number from 0 to 7.')
    """
    if name not in CODEC_NAMES:
        raise ValueError(f"codec must be one of {', '.join(CODEC_NAMES)}, but got {name!r}.")
    y, weight = present_rows(y, sample_weight)
    check_within(y, low, high)
    whole = whole_by_nature(y, integer)
    because = ""
    if name == "auto" and scaling not in ("auto", "identity"):
        name, because = "normalized", " Why normalized: the scaling was given."
    elif name == "auto":
        advice = recommend(y, weight, low=low, high=high, integer=integer, margin=margin)
        name, because = advice.name, f" Why {advice.name}: {advice.reason}"
    wish = _Wish(low=low, high=high, whole=whole, scaling=scaling, margin=margin)
    codec, fitted_scaling, reason = CODEC_FITS[name](y, weight, wish)
    return FittedCodec(name=name, codec=codec, scaling=fitted_scaling, reason=reason + because)


def _check_no_scaling(wish: _Wish) -> None:
    if wish.scaling not in ("auto", "identity"):
        raise ValueError(
            f'The codecs "scientific" and "integer" write data units, so scaling must be "auto", but got '
            f"{wish.scaling!r}. Use a normalized codec."
        )
