"""Fit the map that recalibrates a cdf, on rows that the model has not seen."""

from typing import cast

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from digitwise.calibration.probability_map import ProbabilityMap
from digitwise.distributions import Distribution
from digitwise.distributions.probabilities import FloatArray
from digitwise.metrics import pit
from digitwise.metrics.rows import checked_vector, checked_weight


def conformal_map(
    law: Distribution,
    y: ArrayLike,
    *,
    n_knots: int | None = None,
    sample_weight: ArrayLike | None = None,
    random_state: int = 0,
) -> ProbabilityMap:
    r"""Return the map through the order statistics of ``F(y)``: laws recalibrated by it are conformal predictive laws.

    The k-th smallest of the :math:`n` values :math:`F_i(y_i)` becomes :math:`k / (n + 1)`. This is isotonic
    recalibration with the correction for one row more.

    **Guarantee.** Let held-out rows and a new row be exchangeable given the model, and :math:`G` the map. Then
    :math:`P(G(F(Y)) \le q) = q` exactly at every knot's value :math:`q`, for every law and in finite samples, and
    between neighbouring knots up to their distance. `Recalibrated` laws have the cdf :math:`G(F)` everywhere,
    histograms at the edges of their leaves. Where a law has point masses, :math:`F` is taken at random within the jump,
    as in `digitwise.metrics.pit`. Outcomes beyond the support of a law cannot be reached by mapping its probabilities:
    intervals that must hold them come from `SplitConformal`.

    Parameters
    ----------
    law, y
        Predicted laws and outcomes of rows that the model has not seen.
    n_knots
        At most how many order statistics become knots, evenly spread; fewer are smoother. By default twice the cube
        root of the number of rows, as fits a density.
    sample_weight
        ``(row,)``; see `conformal_quantile` for what weights mean.
    random_state
        Seed for places within jumps.

    Raises
    ------
    ValueError
        If rows disagree, outcomes are not finite, weights are negative, or ``n_knots`` is below 1.

    References
    ----------
    Vovk, Shen, Manokhin and Xie (2017), "Nonparametric predictive distributions based on conformal prediction";
    Kuleshov, Fenner and Ermon, arXiv 1807.00263, for isotonic recalibration of a cdf.

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> law = Histogram([0.0, 1.0], [[1.0]] * 3)
    >>> mapping = conformal_map(law, [0.4, 0.5, 0.7], n_knots=3)
    >>> mapping.levels.round(3), mapping.values
    (array([0. , 0.4, 0.5, 0.7, 1. ]), array([0.  , 0.25, 0.5 , 0.75, 1.  ]))
    """
    u, weight = _transforms(law, y, sample_weight, random_state)
    most = max(1, round(2.0 * len(u) ** (1.0 / 3.0))) if n_knots is None else n_knots
    if most < 1:
        raise ValueError(f"n_knots must be at least 1, but got {n_knots}.")
    order = np.argsort(u, kind="stable")
    share = np.cumsum(weight[order]) / (weight.sum() + weight.max())
    chosen = np.unique(np.round(np.linspace(0, len(order) + 1, min(most, len(order)) + 2)).astype(np.intp)[1:-1]) - 1
    levels, values = u[order][chosen], share[chosen]
    # Of equal levels (outcomes at the ends of the support, above all) the last one tells the share up to there.
    keep = (levels > 0.0) & (levels < 1.0) & np.append(np.diff(levels) > 0.0, True)
    return _through(levels[keep], values[keep])


def smooth_map(
    law: Distribution, y: ArrayLike, *, sample_weight: ArrayLike | None = None, random_state: int = 0
) -> ProbabilityMap:
    r"""Return the cdf of the beta law that is likeliest for ``F(y)``: a smooth map with two numbers to fit.

    It makes laws wider or narrower and moves them up or down. By construction it maximises the mean log score of the
    laws on these rows among all such maps, the identity included. Use it where there are few rows.

    Parameters
    ----------
    law, y, sample_weight, random_state
        As of `conformal_map`.

    Raises
    ------
    ValueError
        If rows disagree, outcomes are not finite, or weights are negative.

    References
    ----------
    Gneiting and Ranjan (2013), "Combining predictive distributions", https://arxiv.org/abs/1106.1638, for laws
    transformed by a beta cdf.

    Examples
    --------
    >>> from digitwise.distributions import Histogram
    >>> law = Histogram([0.0, 1.0], [[1.0]] * 99)
    >>> timid = smooth_map(law, np.linspace(0.3, 0.7, 99))  # outcomes keep to the middle
    >>> timid.forward(np.array([0.3, 0.5, 0.7])).round(2)
    array([0.04, 0.5 , 0.96])
    """
    from scipy.special import betainc

    u, weight = _transforms(law, y, sample_weight, random_state)
    a, b = _beta_of(np.clip(u, _LEAST, 1.0 - _LEAST), weight)
    levels = (1.0 - np.cos(np.linspace(0.0, np.pi, _N_SMOOTH))) / 2.0  # denser towards both ends
    values = betainc(a, b, levels[1:-1])
    keep = (values > 0.0) & (values < 1.0)
    return _through(levels[1:-1][keep], values[keep])


_LEAST = 1e-4
"""As close as ``F(y)`` comes to 0 and 1 when a beta law is fitted: outcomes far out count, but do not decide."""
_N_SMOOTH = 129


def _transforms(
    law: Distribution, y: ArrayLike, sample_weight: ArrayLike | None, random_state: int
) -> tuple[Float[FloatArray, " present"], Float[FloatArray, " present"]]:
    """Return ``F(y)`` and the weight of each row that has one."""
    truth = checked_vector(y, "y")
    weight = checked_weight(sample_weight, len(truth))
    present = np.flatnonzero(weight > 0.0)
    if len(present) < len(weight) == len(law):
        law, truth, weight = law[present], truth[present], weight[present]
    return pit(law, truth, random_state), weight


def _through(levels: Float[FloatArray, " knot"], values: Float[FloatArray, " knot"]) -> ProbabilityMap:
    """Return the map through points that increase on both sides, leaving out those that do not."""
    rising = np.append(True, np.diff(values) > 0.0) if len(values) else np.empty(0, dtype=bool)
    return ProbabilityMap(
        levels=np.concatenate([[0.0], levels[rising], [1.0]]), values=np.concatenate([[0.0], values[rising], [1.0]])
    )


def _beta_of(u: Float[FloatArray, " row"], weight: Float[FloatArray, " row"]) -> tuple[float, float]:
    """Return the parameters of the likeliest beta law, by Newton's method: the likelihood is concave in them."""
    from scipy.special import betaln, polygamma, psi

    log_u, log_rest = np.average(np.log(u), weights=weight), np.average(np.log1p(-u), weights=weight)

    def likelihood(at: FloatArray) -> float:
        return float((at[0] - 1.0) * log_u + (at[1] - 1.0) * log_rest - betaln(at[0], at[1]))

    at = np.array([1.0, 1.0])
    for _ in range(100):
        both = polygamma(1, at.sum())
        gradient = np.array([log_u, log_rest]) - psi(at) + psi(at.sum())
        curvature = both - np.diag(polygamma(1, at))
        step = -np.linalg.solve(curvature, gradient)
        size = 1.0
        while np.any(at + size * step <= 0.0) or likelihood(at + size * step) < likelihood(at) - 1e-15:
            size /= 2.0
            if size < 1e-10:
                return cast(tuple[float, float], tuple(at.tolist()))
        at = at + size * step
        if np.abs(size * step).max() < 1e-10:
            break
    return cast(tuple[float, float], tuple(at.tolist()))
