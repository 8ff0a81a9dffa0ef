"""How far outside of its predicted law an outcome lies: three scales, each with intervals that grow along it.

A score turns a law into nested intervals ``[low_end(t), high_end(t)]``. An outcome's own score is the ``t`` at which an
end reaches it. So an outcome lies in the interval of ``t`` exactly if its score is at most ``t``, whatever the law
says, and that is all that the guarantee of conformal prediction needs.
"""

from dataclasses import dataclass
from typing import Protocol, final, runtime_checkable

import numpy as np
from jaxtyping import Float

from digitwise.distributions import Distribution
from digitwise.distributions.probabilities import FloatArray
from digitwise.distributions.rows import central_levels

OUTERMOST = 0.999
"""Up to this coverage `Levels` asks the law itself."""
_SLACK = 1e-9  # levels that differ by rounding alone are the same; also steps over atoms and gaps
_ULPS = 1e-12


@runtime_checkable
class Score(Protocol):
    """One scale for each side of an interval; higher is farther out.

    Laws (checked for every member in ``tests/calibration``): ``y >= low_end(t)`` exactly if ``low_score(y) <= t``, and
    ``y <= high_end(t)`` exactly if ``high_score(y) <= t``, up to rounding in favour of the interval.
    """

    def low_score(self, law: Distribution, y: Float[FloatArray, " row"]) -> Float[FloatArray, " row"]:
        """Return how far each outcome is out on the lower side; negative where it is well within."""
        ...

    def high_score(self, law: Distribution, y: Float[FloatArray, " row"]) -> Float[FloatArray, " row"]:
        """Return how far each outcome is out on the upper side."""
        ...

    def low_end(self, law: Distribution, t: Float[FloatArray, "row k"]) -> Float[FloatArray, "row k"]:
        """Return the lower end of each row's intervals."""
        ...

    def high_end(self, law: Distribution, t: Float[FloatArray, "row k"]) -> Float[FloatArray, "row k"]:
        """Return the upper end of each row's intervals."""
        ...


@final
@dataclass(frozen=True, kw_only=True)
class Levels:
    r"""The coverage at which the law's central interval reaches the outcome, from the law's cdf.

    The lower score is :math:`1 - 2 F(y)`, the upper one :math:`2 F(y^-) - 1`, and the ends are the quantiles at
    :math:`(1 \mp t) / 2`. So one calibration serves all coverages, and intervals are as wide and as lopsided as each
    law says. Any law runs out of probability somewhere. Beyond its central 99.9 % scores go on as distances from
    there, in widths of that interval, so that no outcome is out of reach.

    A law all of whose mass sits on one number has no width: other outcomes have an infinite score. Use
    `QuantileDistance` with ``scaled=False`` for such laws.

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> law = Histogram([0.0, 10.0], [[1.0]] * 3)
    >>> y = np.array([1.0, 9.5, 12.0])
    >>> Levels().low_score(law, y).round(3), Levels().high_score(law, y).round(3)
    (array([ 0.8  , -0.9  , -0.999]), array([-0.8,  0.9,  1.2]))
    """

    def low_score(self, law: Distribution, y: Float[FloatArray, " row"]) -> Float[FloatArray, " row"]:
        """Return ``1 - 2 F(y)``, and distances beyond."""
        low, _, width = _outer(law)
        return _level_or_distance(1.0 - 2.0 * law.cdf(y), low - y, width)

    def high_score(self, law: Distribution, y: Float[FloatArray, " row"]) -> Float[FloatArray, " row"]:
        """Return ``2 F(y-) - 1``, and distances beyond."""
        _, high, width = _outer(law)
        return _level_or_distance(2.0 * law.cdf(np.nextafter(y, -np.inf)) - 1.0, y - high, width)

    def low_end(self, law: Distribution, t: Float[FloatArray, "row k"]) -> Float[FloatArray, "row k"]:
        """Return the quantiles at ``(1 - t) / 2``, and numbers beyond."""
        level = (1.0 - np.clip(t, -OUTERMOST, OUTERMOST)) / 2.0
        return law.quantile(level - _SLACK) - _beyond(t, _outer(law)[2])

    def high_end(self, law: Distribution, t: Float[FloatArray, "row k"]) -> Float[FloatArray, "row k"]:
        """Return the quantiles at ``(1 + t) / 2``, and numbers beyond."""
        level = (1.0 + np.clip(t, -OUTERMOST, OUTERMOST)) / 2.0
        return law.quantile(level + _SLACK) + _beyond(t, _outer(law)[2])


@final
@dataclass(frozen=True, kw_only=True)
class QuantileDistance:
    """The distance of the outcome from the law's own interval: conformalised quantile regression.

    Parameters
    ----------
    base_coverage
        Coverage of the law's interval from which distances are measured. Any is valid, for all coverages asked for.
    scaled
        Whether distances are measured in widths of that interval (of a law without any: in standard deviations), or in
        data units, the same margin for every row.

    References
    ----------
    Romano, Patterson and Candès, arXiv 1905.03222. Scaled: Kivaranovic, Johnson and Leeb, arXiv 1905.10634.

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> law = Histogram([0.0, 10.0], [[1.0]] * 2)
    >>> score = QuantileDistance(base_coverage=0.8, scaled=False)
    >>> score.high_score(law, np.array([9.5, 5.0])).round(3)
    array([ 0.5, -4. ])
    """

    base_coverage: float = 0.9
    scaled: bool = True

    def __post_init__(self) -> None:
        if not 0.0 < self.base_coverage < 1.0:
            raise ValueError(f"base_coverage must lie strictly between 0 and 1, but got {self.base_coverage}.")

    def low_score(self, law: Distribution, y: Float[FloatArray, " row"]) -> Float[FloatArray, " row"]:
        """Return how far below the interval's lower end the outcome is."""
        low, _, unit = self._base(law)
        return _in_units(low - y, unit)

    def high_score(self, law: Distribution, y: Float[FloatArray, " row"]) -> Float[FloatArray, " row"]:
        """Return how far above the interval's upper end the outcome is."""
        _, high, unit = self._base(law)
        return _in_units(y - high, unit)

    def low_end(self, law: Distribution, t: Float[FloatArray, "row k"]) -> Float[FloatArray, "row k"]:
        """Return the interval's lower end, moved out by ``t``."""
        low, _, unit = self._base(law)
        distance = _in_data(t, unit)
        return low[:, None] - distance - _ULPS * _size(low[:, None], distance)

    def high_end(self, law: Distribution, t: Float[FloatArray, "row k"]) -> Float[FloatArray, "row k"]:
        """Return the interval's upper end, moved out by ``t``."""
        _, high, unit = self._base(law)
        distance = _in_data(t, unit)
        return high[:, None] + distance + _ULPS * _size(high[:, None], distance)

    def _base(
        self, law: Distribution
    ) -> tuple[Float[FloatArray, " row"], Float[FloatArray, " row"], Float[FloatArray, " row"]]:
        """Return both ends of the law's interval, and the unit of distances."""
        low, high = law.quantile(central_levels(self.base_coverage)).T
        return low, high, _width(law, low, high) if self.scaled else np.ones_like(low)


SCORES: dict[str, Score] = {
    "levels": Levels(),
    "distance": QuantileDistance(scaled=False),
    "scaled_distance": QuantileDistance(),
}
"""Scores by name."""


def resolve_score(score: str | Score) -> Score:
    """Return a score: a name gives its default settings, an object is returned as it is.

    Raises
    ------
    ValueError
        If there is no such name.
    TypeError
        If the object is no score.

    Examples
    --------
    >>> resolve_score("distance")
    QuantileDistance(base_coverage=0.9, scaled=False)
    """
    if isinstance(score, str):
        if score not in SCORES:
            raise ValueError(f"score must be one of {', '.join(map(repr, SCORES))} or an object, but got {score!r}.")
        return SCORES[score]
    if isinstance(score, type) or not isinstance(score, Score):
        raise TypeError(f"score must be one of {', '.join(map(repr, SCORES))} or a Score, but got {score!r}.")
    return score


def _outer(
    law: Distribution,
) -> tuple[Float[FloatArray, " row"], Float[FloatArray, " row"], Float[FloatArray, " row"]]:
    """Return both ends of the outermost central interval, and its width."""
    low, high = law.quantile(central_levels(OUTERMOST)).T
    return low, high, _width(law, low, high)


def _width(
    law: Distribution, low: Float[FloatArray, " row"], high: Float[FloatArray, " row"]
) -> Float[FloatArray, " row"]:
    """Return the width of an interval; where it has none, the law's standard deviation."""
    width = high - low
    narrow = np.flatnonzero(width <= 0.0)
    if len(narrow):
        width[narrow] = np.sqrt(law[narrow].variance())
    return width


def _level_or_distance(
    level: Float[FloatArray, " row"], distance: Float[FloatArray, " row"], width: Float[FloatArray, " row"]
) -> Float[FloatArray, " row"]:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(distance > 0.0, OUTERMOST + distance / width, np.clip(level, -OUTERMOST, OUTERMOST))


def _beyond(t: Float[FloatArray, "row k"], width: Float[FloatArray, " row"]) -> Float[FloatArray, "row k"]:
    """Return how far beyond the outermost interval ``t`` reaches, data units."""
    distance = _in_data(np.maximum(t - OUTERMOST, 0.0), width[:, None])
    return distance * (1.0 + _ULPS)


def _in_units(distance: Float[FloatArray, " row"], unit: Float[FloatArray, " row"]) -> Float[FloatArray, " row"]:
    """Return distances in units; without a unit, all that is outside is infinitely far."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(unit > 0.0, distance / unit, np.where(distance > 0.0, np.inf, 0.0))


def _in_data(t: Float[FloatArray, "row k"], unit: Float[FloatArray, "row ..."]) -> Float[FloatArray, "row k"]:
    """Return distances in data units; infinitely many units are infinitely far, however small these are."""
    unit = unit if unit.ndim == 2 else unit[:, None]
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(t), t, t * unit)


def _size(end: Float[FloatArray, "row 1"], distance: Float[FloatArray, "row k"]) -> Float[FloatArray, "row k"]:
    return np.abs(end) + np.where(np.isinf(distance), 0.0, np.abs(distance))
