"""The laws of every law: each member of the family answers all verbs consistently.

A new kind of distribution is tested by listing it in MEMBERS. The oracles are integrals and
derivatives of its own cdf and pdf, taken numerically here and independently of the package.
"""

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest
import scoringrules

from digitwise.calibration import ProbabilityMap, Recalibrated
from digitwise.distributions import Atoms, Distribution, GaussianMixture, Histogram, Transformed

RNG = np.random.default_rng(0)
EVEN = np.linspace(-1.0, 3.0, 17)
UNEVEN = np.cumsum(np.r_[-2.0, RNG.uniform(0.05, 1.0, size=12)])
PROBS = RNG.dirichlet(np.ones(12), size=3)
SPARSE = PROBS * np.r_[0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0, 0.0]
SPARSE /= SPARSE.sum(axis=1, keepdims=True)
VALUES = UNEVEN[:-1] + RNG.uniform(0.1, 0.9, size=12) * np.diff(UNEVEN)
WEIGHTS = np.array([[1.0, 0.0, 0.0], [0.2, 0.5, 0.3], [0.45, 0.45, 0.1]])
MEANS = np.array([[0.3, 5.0, 5.0], [-1.0, 0.2, 1.5], [0.0, 2.0, 40.0]])
STDS = np.array([[0.7, 1.0, 1.0], [0.5, 1.0, 0.1], [0.01, 0.02, 3.0]])

# Logarithmic for large numbers of either sign; defined everywhere.
LOG_LIKE = SimpleNamespace(
    forward=lambda y: np.arcsinh(y) / 2.0,
    inverse=lambda z: np.sinh(2.0 * z),
    derivative=lambda y: 0.5 / np.sqrt(1.0 + y**2),
)


def affine(shift: float, factor: float) -> SimpleNamespace:
    """The scaling whose inverse is ``shift + factor * z``."""
    return SimpleNamespace(
        forward=lambda y: (y - shift) / factor,
        inverse=lambda z: shift + factor * z,
        derivative=lambda y: np.full_like(y, 1.0 / factor),
    )


def after(scaling: SimpleNamespace, shift: float, factor: float) -> SimpleNamespace:
    """The scaling of ``shift + factor * y`` where ``y`` had ``scaling``."""
    return SimpleNamespace(
        forward=lambda y: scaling.forward((y - shift) / factor),
        inverse=lambda z: shift + factor * scaling.inverse(z),
        derivative=lambda y: scaling.derivative((y - shift) / factor) / factor,
        knots_z=getattr(scaling, "knots_z", np.array([0.0, 1.0])),
    )


# Straight lines between knots, as through the quantiles of a sample.
KNOTS_Z, KNOTS_Y = np.array([-2.0, 0.0, 0.01, 0.1, 2.0]), np.array([-9.0, 0.0, 1.0, 1.2, 8.0])
PIECEWISE = SimpleNamespace(
    forward=lambda y: straight(y, KNOTS_Y, KNOTS_Z),
    inverse=lambda z: straight(z, KNOTS_Z, KNOTS_Y),
    derivative=lambda y: slope(y, KNOTS_Y, KNOTS_Z),
    knots_z=KNOTS_Z,
)


def slope(x: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    piece = np.clip(np.searchsorted(start, x, side="right") - 1, 0, len(start) - 2)
    return (np.diff(end) / np.diff(start))[piece]


def straight(x: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    piece = np.clip(np.searchsorted(start, x, side="right") - 1, 0, len(start) - 2)
    return end[piece] + (x - start[piece]) * slope(x, start, end)


@dataclass(frozen=True)
class Member:
    """A law of three rows, and points between which its cdf is smooth, for numerical integrals."""

    name: str
    make: Callable[[float, float], Distribution]  # the law of shift + factor * Y
    grid: np.ndarray
    continuous: bool = True
    own_mean: bool = True  # mean() is that of the density

    @property
    def law(self) -> Distribution:
        return self.make(0.0, 1.0)


def subdivided(edges: np.ndarray, parts: int = 4) -> np.ndarray:
    steps = np.arange(parts) / parts
    return np.r_[(edges[:-1, None] + np.diff(edges)[:, None] * steps).ravel(), edges[-1]]


def with_tails(edges: np.ndarray) -> np.ndarray:
    reach = np.linspace(0.0, 45.0, 91)
    low = edges[1] - np.diff(edges)[0] * reach[::-1]
    high = edges[-2] + np.diff(edges)[-1] * reach
    return np.unique(np.r_[low, subdivided(edges), high])


def around(means: np.ndarray, stds: np.ndarray) -> np.ndarray:
    offsets = np.linspace(-13.0, 13.0, 53)
    return np.unique(means[..., None] + stds[..., None] * offsets)


ATOMS = RNG.normal(size=(3, 9))
# Every row its own: the same cells, moved and stretched.
OWN_EDGES = np.array([[-3.0], [0.5], [2.0]]) + np.array([[1.0], [0.2], [2.5]]) * UNEVEN
OWN_VALUES = OWN_EDGES[:, :-1] + RNG.uniform(0.1, 0.9, size=(3, 12)) * np.diff(OWN_EDGES)
OWN_GRID = np.unique(np.concatenate([with_tails(edges) for edges in OWN_EDGES]))
MIXTURE = GaussianMixture(WEIGHTS, MEANS, STDS)
NARROW = GaussianMixture(WEIGHTS, MEANS / 20.0, STDS / 10.0)
RECALIBRATION = ProbabilityMap(levels=np.array([0.0, 0.2, 0.7, 1.0]), values=np.array([0.0, 0.35, 0.6, 1.0]))


def recalibrated_knots(law: Distribution, grid: np.ndarray) -> np.ndarray:
    return np.union1d(grid, law.quantile(RECALIBRATION.levels[1:-1]))


MEMBERS = [
    Member(
        "histogram",
        lambda a, b: Histogram(a + b * EVEN, np.full((3, 16), 1 / 16)),
        subdivided(EVEN),
    ),
    Member(
        "uneven histogram",
        lambda a, b: Histogram(a + b * UNEVEN, PROBS),
        subdivided(UNEVEN),
    ),
    Member(
        "histogram with empty leaves",
        lambda a, b: Histogram(a + b * UNEVEN, SPARSE),
        subdivided(UNEVEN),
    ),
    Member(
        "histogram with values",
        lambda a, b: Histogram(a + b * UNEVEN, PROBS, values=a + b * VALUES),
        subdivided(UNEVEN),
        own_mean=False,
    ),
    Member(
        "open histogram",
        lambda a, b: Histogram(a + b * UNEVEN, PROBS, tails="exponential"),
        with_tails(UNEVEN),
    ),
    Member(
        "open histogram with values",
        lambda a, b: Histogram(a + b * UNEVEN, PROBS, a + b * VALUES, "exponential"),
        with_tails(UNEVEN),
        own_mean=False,
    ),
    Member(
        "open histogram with empty leaves",
        lambda a, b: Histogram(a + b * UNEVEN, SPARSE, tails="exponential"),
        with_tails(UNEVEN),
    ),
    Member(
        "histogram open above",
        lambda a, b: Histogram(a + b * UNEVEN, PROBS, tails=("closed", "exponential")),
        with_tails(UNEVEN)[with_tails(UNEVEN) >= UNEVEN[0]],
    ),
    Member(
        "histogram open below with values",
        lambda a, b: Histogram(a + b * UNEVEN, PROBS, a + b * VALUES, ("exponential", "closed")),
        with_tails(UNEVEN)[with_tails(UNEVEN) <= UNEVEN[-1]],
        own_mean=False,
    ),
    Member(
        "histogram open above with empty leaves",
        lambda a, b: Histogram(a + b * UNEVEN, SPARSE, tails=("closed", "exponential")),
        with_tails(UNEVEN)[with_tails(UNEVEN) >= UNEVEN[0]],
    ),
    Member(
        "two leaves, one of them open",
        lambda a, b: Histogram(a + b * np.array([0.0, 2.0, 3.0]), TWO_LEAVES, tails=("exponential", "closed")),
        np.r_[2.0 - 2.0 * np.linspace(0.0, 45.0, 91)[::-1], 2.5, 3.0],
    ),
    Member(
        "histogram on each row's own edges",
        lambda a, b: Histogram(a + b * OWN_EDGES, PROBS),
        np.unique(np.concatenate([subdivided(edges) for edges in OWN_EDGES])),
    ),
    Member(
        "open histogram on each row's own edges with values",
        lambda a, b: Histogram(a + b * OWN_EDGES, SPARSE, a + b * OWN_VALUES, "exponential"),
        OWN_GRID,
        own_mean=False,
    ),
    Member(
        "histogram on each row's own edges, open above",
        lambda a, b: Histogram(a + b * OWN_EDGES, PROBS, tails=("closed", "exponential")),
        OWN_GRID[np.searchsorted(OWN_GRID, OWN_EDGES.min()) :],
    ),
    Member(
        "gaussian mixture",
        lambda a, b: GaussianMixture(WEIGHTS, a + b * MEANS, b * STDS),
        around(MEANS, STDS),
    ),
    Member(
        "transformed mixture",
        lambda a, b: Transformed(NARROW, after(LOG_LIKE, a, b)),
        LOG_LIKE.inverse(around(NARROW.means, NARROW.stds)),
    ),
    Member(
        "transformed histogram",
        lambda a, b: Transformed(Histogram(UNEVEN / 2.0, PROBS), after(LOG_LIKE, a, b)),
        LOG_LIKE.inverse(subdivided(UNEVEN / 2.0)),
    ),
    Member(
        "transformed open histogram",
        lambda a, b: Transformed(Histogram(UNEVEN / 12.0, PROBS, tails="exponential"), after(LOG_LIKE, a, b)),
        LOG_LIKE.inverse(with_tails(UNEVEN / 12.0)),
    ),
    Member(
        "transformed histogram on each row's own edges, open below",
        lambda a, b: Transformed(
            Histogram(OWN_EDGES / 30.0, PROBS, tails=("exponential", "closed")), after(LOG_LIKE, a, b)
        ),
        LOG_LIKE.inverse(OWN_GRID[: np.searchsorted(OWN_GRID, OWN_EDGES.max()) + 1] / 30.0),
    ),
    Member(
        "piecewise transformed mixture",
        lambda a, b: Transformed(NARROW, after(PIECEWISE, a, b)),
        PIECEWISE.inverse(np.union1d(around(NARROW.means, NARROW.stds), PIECEWISE.knots_z)),
    ),
    Member(
        "twice transformed",
        lambda a, b: Transformed(Transformed(NARROW, LOG_LIKE), affine(a, b)),
        LOG_LIKE.inverse(around(NARROW.means, NARROW.stds)),
    ),
    Member(
        "recalibrated transformed histogram",
        lambda a, b: Recalibrated(Transformed(Histogram(UNEVEN / 2.0, PROBS), after(LOG_LIKE, a, b)), RECALIBRATION),
        recalibrated_knots(
            Transformed(Histogram(UNEVEN / 2.0, PROBS), LOG_LIKE), LOG_LIKE.inverse(subdivided(UNEVEN / 2.0))
        ),
    ),
    Member(
        "recalibrated open histogram",
        lambda a, b: Recalibrated(Histogram(a + b * UNEVEN, PROBS, tails="exponential"), RECALIBRATION),
        recalibrated_knots(Histogram(UNEVEN, PROBS, tails="exponential"), with_tails(UNEVEN)),
    ),
    Member(
        "atoms",
        lambda a, b: Atoms(a + b * ATOMS, GROWING_PROBS),
        np.unique(ATOMS),
        continuous=False,
    ),
    Member(
        "atoms on shared values",
        lambda a, b: Atoms(a + b * np.r_[2.0, -1.0, 2.0, 0.5], SHARED_PROBS),
        np.array([-1.0, 0.5, 2.0]),
        continuous=False,
    ),
    Member(
        "draws",
        lambda a, b: Atoms.from_draws(a + b * np.round(ATOMS, 0)),
        np.unique(np.round(ATOMS, 0)),
        continuous=False,
    ),
]
TWO_LEAVES = np.array([[0.5, 0.5], [0.9, 0.1], [1e-6, 1.0 - 1e-6]])
GROWING_PROBS = np.tile(np.arange(9.0) / 36.0, (3, 1))
SHARED_PROBS = np.array([[0.25, 0.25, 0.25, 0.25], [0.0, 0.5, 0.0, 0.5], [0.1, 0.2, 0.3, 0.4]])

every_member = pytest.mark.parametrize("member", MEMBERS, ids=lambda member: member.name)
continuous = pytest.mark.parametrize("member", [m for m in MEMBERS if m.continuous], ids=lambda member: member.name)
scoring_intervals = pytest.mark.parametrize(
    "member", [m for m in MEMBERS if hasattr(m.law, "crps_of_interval")], ids=lambda member: member.name
)
discrete = pytest.mark.parametrize("member", [m for m in MEMBERS if not m.continuous], ids=lambda member: member.name)

LEVELS = np.r_[0.001, np.linspace(0.01, 0.99, 50), 0.999]


def integral(function: Callable[[np.ndarray], np.ndarray], grid: np.ndarray) -> np.ndarray:
    """The integral of a function of ``(1, k)``, smooth between grid points, for each row."""
    points, weights = np.polynomial.legendre.leggauss(6)
    half = np.diff(grid)[:, None] / 2.0
    nodes = (grid[:-1, None] + half * (1.0 + points)).reshape(1, -1)
    return (function(nodes) * (half * weights).reshape(1, -1)).sum(axis=1)


def places(member: Member, n_places: int = 24) -> np.ndarray:
    """Values inside and outside the support, ``(row, k)``."""
    law = member.law
    inner = law.quantile(np.linspace(0.02, 0.98, n_places - 4))
    ends = law.quantile([0.001, 0.999])
    spread = np.abs(ends[:, 1:] - ends[:, :1])
    return np.concatenate([inner, ends, ends + spread * [-0.3, 0.3]], axis=1)


@every_member
def test_it_is_a_distribution(member: Member) -> None:
    assert isinstance(member.law, Distribution)
    assert len(member.law) == 3


@continuous
def test_cdf_inverts_quantile(member: Member) -> None:
    law = member.law
    np.testing.assert_allclose(law.cdf(law.quantile(LEVELS)), np.tile(LEVELS, (3, 1)), rtol=1e-9)


@continuous
def test_quantile_inverts_cdf(member: Member) -> None:
    law, y = member.law, places(member)
    level = law.cdf(y)
    dense = (law.pdf(y) > 1e-6) & (level > 1e-9) & (level < 1.0 - 1e-9)
    assert dense.mean() > 0.5
    np.testing.assert_allclose(law.quantile(level)[dense], y[dense], rtol=1e-8, atol=1e-8)


@every_member
def test_quantile_is_the_generalised_inverse(member: Member) -> None:
    law, y = member.law, places(member)
    level = law.cdf(y)
    # Never above y, and no mass in between.
    slack = 1e-9 * (1.0 + np.abs(y))
    inside = (level > 0.0) & ((level < 1.0) | (not member.continuous))
    back = law.quantile(level)
    assert np.all(back[inside] <= (y + slack)[inside])
    np.testing.assert_allclose(law.cdf(back)[inside], level[inside], rtol=1e-9)


@every_member
def test_quantiles_never_cross(member: Member) -> None:
    levels = np.sort(np.r_[0.0, 1.0, np.linspace(0, 1, 1001), 0.5 + np.arange(-20, 20) * 1e-15])
    quantiles = member.law.quantile(levels)
    assert np.all(quantiles[:, 1:] >= quantiles[:, :-1])


@every_member
def test_cdf_rises_from_zero_to_one(member: Member) -> None:
    law = member.law
    y = np.r_[-np.inf, np.linspace(member.grid[0], member.grid[-1], 500), np.inf][None, :]
    cdf = law.cdf(y)
    assert np.all(np.diff(cdf, axis=1) >= -1e-15)
    np.testing.assert_array_equal(cdf[:, 0], 0.0)
    np.testing.assert_allclose(cdf[:, -1], 1.0, rtol=1e-15)


@every_member
def test_prob_above_is_one_minus_cdf(member: Member) -> None:
    y = places(member)
    np.testing.assert_allclose(member.law.prob_above(y), 1.0 - member.law.cdf(y), atol=1e-15)


@continuous
def test_pdf_integrates_to_one(member: Member) -> None:
    np.testing.assert_allclose(integral(member.law.pdf, member.grid), 1.0, rtol=1e-7)


@continuous
def test_pdf_is_the_derivative_of_cdf(member: Member) -> None:
    law = member.law
    width = np.diff(member.grid)
    wide = width > 1e-6
    middle = (member.grid[:-1] + width / 2.0)[None, wide]
    step = 1e-4 * width[None, wide]
    slope = (law.cdf(middle + step) - law.cdf(middle - step)) / (2.0 * step)
    np.testing.assert_allclose(law.pdf(middle), slope, rtol=1e-5, atol=1e-6)


@continuous
def test_log_prob_is_the_log_of_pdf(member: Member) -> None:
    y = places(member)
    with np.errstate(divide="ignore"):
        expected = np.log(member.law.pdf(y))
    np.testing.assert_allclose(member.law.log_prob(y), expected, rtol=1e-12, atol=1e-12)


@discrete
def test_masses_are_jumps_of_the_cdf_and_sum_to_one(member: Member) -> None:
    law, atoms = member.law, member.grid[None, :]
    mass = np.exp(law.log_prob(atoms))
    np.testing.assert_allclose(mass.sum(axis=1), 1.0, rtol=1e-12)
    jump = law.cdf(atoms) - law.cdf(np.nextafter(atoms, -np.inf))
    np.testing.assert_allclose(mass, jump, atol=1e-15)
    assert np.all(np.isneginf(law.log_prob(atoms + 1e-3)))
    with pytest.raises(TypeError, match="log_prob"):
        law.pdf(0.0)


@pytest.mark.parametrize("member", [m for m in MEMBERS if m.continuous and m.own_mean], ids=lambda member: member.name)
def test_moments_are_integrals_of_the_density(member: Member) -> None:
    law = member.law
    mean = integral(lambda y: y * law.pdf(y), member.grid)
    np.testing.assert_allclose(law.mean(), mean, rtol=1e-6, atol=1e-7)
    spread = integral(lambda y: (y - mean[:, None]) ** 2 * law.pdf(y), member.grid)
    np.testing.assert_allclose(law.variance(), spread, rtol=1e-6)


@discrete
def test_moments_are_sums_over_masses(member: Member) -> None:
    law, atoms = member.law, member.grid[None, :]
    mass = np.exp(law.log_prob(atoms))
    mean = (mass * atoms).sum(axis=1)
    np.testing.assert_allclose(law.mean(), mean, atol=1e-12)
    spread = (mass * (atoms - mean[:, None]) ** 2).sum(axis=1)
    np.testing.assert_allclose(law.variance(), spread, atol=1e-12)


@every_member
def test_crps_is_its_integral(member: Member) -> None:
    law, y = member.law, places(member, n_places=10)
    expected = np.empty_like(y)
    for row in range(3):
        one = law[row]
        for column, value in enumerate(y[row]):
            grid = np.unique(np.r_[member.grid, value])
            expected[row, column] = integral(lambda x, one=one, value=value: (one.cdf(x) - (x >= value)) ** 2, grid)[0]
    np.testing.assert_allclose(law.crps(y), expected, rtol=1e-6, atol=1e-9)


def intervals(member: Member) -> tuple[np.ndarray, np.ndarray]:
    """Ends inside and outside the support, apart and together, some unknown, ``(row, k)`` each."""
    y = np.sort(places(member, n_places=9), axis=1)
    first, second = np.triu_indices(y.shape[1])
    unknown = np.full((len(y), 1), np.inf)
    low = np.concatenate([y[:, first], -unknown, -unknown, -unknown, y[:, [0, 3, -1]]], axis=1)
    high = np.concatenate([y[:, second], y[:, [0, 3, -1]], unknown, unknown, unknown], axis=1)
    return low, high


@scoring_intervals
def test_the_crps_of_an_interval_is_its_integral(member: Member) -> None:
    law, (low, high) = member.law, intervals(member)
    expected = np.empty_like(low)
    for row in range(3):
        one = law[row]
        for column, (start, end) in enumerate(zip(low[row], high[row], strict=True)):
            grid = np.union1d(member.grid, [end for end in (start, end) if np.isfinite(end)])
            expected[row, column] = integral(
                lambda x, one=one, start=start, end=end: (
                    one.cdf(x) ** 2 * (x <= start) + one.prob_above(x) ** 2 * (x >= end)
                ),
                grid,
            )[0]
    np.testing.assert_allclose(law.crps_of_interval(low, high), expected, rtol=1e-6, atol=1e-9)


@scoring_intervals
def test_the_crps_of_a_point_is_that_of_an_interval_without_width(member: Member) -> None:
    law, y = member.law, np.c_[places(member), np.full((3, 2), [-np.inf, np.inf])]
    np.testing.assert_array_equal(law.crps_of_interval(y, y), law.crps(y))
    np.testing.assert_array_equal(law.crps_of_interval(-np.inf, np.inf), 0.0)


@scoring_intervals
def test_the_crps_of_an_interval_falls_as_it_widens(member: Member) -> None:
    law, (low, high) = member.law, intervals(member)
    score = law.crps_of_interval(low, high)
    assert np.all(score >= 0.0)
    for wider in (law.crps_of_interval(low - 0.3, high), law.crps_of_interval(low, high + 0.3)):
        assert np.all(wider <= score + 1e-12)


@scoring_intervals
def test_the_probability_of_an_interval_is_a_difference_of_the_cdf(member: Member) -> None:
    law, (low, high) = member.law, intervals(member)
    wide = low < high
    before = low if member.continuous else np.nextafter(low, -np.inf)
    expected = (law.cdf(high) - law.cdf(before))[wide]
    log_prob = law.log_prob_of_interval(low, high)
    np.testing.assert_allclose(np.exp(log_prob[wide]), expected, atol=1e-14)
    assert np.all(log_prob[wide] <= 0.0)
    np.testing.assert_allclose(log_prob[~wide], law.log_prob(low)[~wide], rtol=1e-12)
    np.testing.assert_allclose(law.log_prob_of_interval(-np.inf, np.inf), 0.0, atol=1e-14)
    np.testing.assert_array_equal(law.log_prob_of_interval(np.inf, np.inf), -np.inf)


@pytest.mark.parametrize("verb", ["crps_of_interval", "log_prob_of_interval"])
@scoring_intervals
def test_shapes_of_intervals(member: Member, verb: str) -> None:
    law, (low, high) = member.law, intervals(member)
    function = getattr(law, verb)
    full = function(low, high)
    assert full.shape == low.shape
    np.testing.assert_array_equal(function(low[:, 5], high[:, 5]), full[:, 5])
    np.testing.assert_array_equal(function(low[:1], high[:1])[0], full[0])
    np.testing.assert_array_equal(function(-np.inf, high)[:, 3], function(-np.inf, high[:, 3]))
    np.testing.assert_array_equal(
        function(low[:, 0], np.sort(high)[:, -4:])[:, 2], function(low[:, 0], np.sort(high)[:, -2])
    )
    assert function(0, 1).shape == (3,)
    for index in (slice(None, None, -1), np.array([2, 0, 0]), [True, False, True], 1, np.zeros(0, int)):
        rows = np.atleast_1d(np.arange(3)[index])
        np.testing.assert_array_equal(getattr(law[index], verb)(low[rows], high[rows]), full[rows])
    with pytest.raises(ValueError, match="NaN"):
        function(np.nan, 1.0)
    with pytest.raises(ValueError, match=r"at most high, but row 1 got low=2.0 and high=1.0"):
        function([0.0, 2.0, 0.0], 1.0)
    with pytest.raises(ValueError, match="shape"):
        function(np.zeros(4), 1.0)
    with pytest.raises(ValueError, match="per row"):
        function(np.zeros((3, 2)), np.ones((3, 3)))


@scoring_intervals
def test_affine_maps_commute_with_scores_of_intervals(member: Member) -> None:
    shift, factor = -3.0, 7.0
    law, moved, (low, high) = member.law, member.make(shift, factor), intervals(member)
    image = shift + factor * low, shift + factor * high
    score = moved.crps_of_interval(*image)
    np.testing.assert_allclose(score, factor * law.crps_of_interval(low, high), rtol=1e-8, atol=1e-8)
    if member.continuous:  # an atom moved by rounding is another atom
        wide = low < high
        log_prob = moved.log_prob_of_interval(*image)[wide]
        np.testing.assert_allclose(np.exp(log_prob), np.exp(law.log_prob_of_interval(low, high)[wide]), atol=1e-10)


@every_member
def test_crps_far_away_is_the_absolute_error(member: Member) -> None:
    law = member.law
    for y in (-1e9, 1e9):
        np.testing.assert_allclose(law.crps(y), np.abs(y - law.median()), rtol=1e-5)
    assert np.all(np.isposinf(law.crps(np.inf)) & np.isposinf(law.crps(-np.inf)))


@every_member
def test_mode_is_as_likely_as_any_place(member: Member) -> None:
    law = member.law
    if isinstance(law, Histogram) and law.values is not None:
        law = Histogram(law.edges, law.probs, tails=law.tails)
    highest = law.log_prob(member.grid[None, :] + 1e-9 * member.continuous).max(axis=1)
    # The density may jump at the mode: one of its two sides counts.
    below = law.log_prob(np.nextafter(law.mode(), -np.inf))
    assert np.all(np.maximum(law.log_prob(law.mode()), below) >= highest - 1e-5)


@every_member
def test_median_and_interval_are_quantiles(member: Member) -> None:
    law = member.law
    np.testing.assert_array_equal(law.median(), law.quantile(0.5))
    np.testing.assert_array_equal(law.interval(), law.interval(0.9))
    np.testing.assert_allclose(law.interval(0.8), law.quantile([0.1, 0.9]), rtol=1e-12)


@every_member
def test_draws_follow_the_cdf(member: Member) -> None:
    law, n_draws = member.law, 4000
    draws = law.sample(n_draws, random_state=1)
    assert draws.shape == (3, n_draws) and np.all(np.isfinite(draws))
    places = law.quantile(np.linspace(0.005, 0.995, 200))
    share = (draws[:, None, :] <= places[:, :, None]).mean(axis=2)
    assert np.abs(share - law.cdf(places)).max() < 1.95 / np.sqrt(n_draws)


@every_member
def test_draws_repeat_with_the_seed_and_rows_are_independent(member: Member) -> None:
    law = member.law
    np.testing.assert_array_equal(law.sample(5, random_state=3), law.sample(5, random_state=3))
    generator = np.random.default_rng(3)
    np.testing.assert_array_equal(law.sample(5, random_state=generator), law.sample(5, 3))
    legacy = [law.sample(5, random_state=np.random.RandomState(3)) for _ in range(2)]
    np.testing.assert_array_equal(*legacy)
    pair = law[[1, 1]].sample(2000, random_state=0)
    assert abs(np.corrcoef(pair)[0, 1]) < 0.08


VERBS = ["cdf", "pdf", "log_prob", "crps", "prob_above"]


@pytest.mark.parametrize(
    ("member", "verb"),
    [
        pytest.param(member, verb, id=f"{member.name}-{verb}")
        for member in MEMBERS
        for verb in VERBS
        if member.continuous or verb != "pdf"
    ],
)
def test_shapes_of_values(member: Member, verb: str) -> None:
    law = member.law
    function = getattr(law, verb)
    y = law.quantile([0.2, 0.4, 0.6, 0.8])
    full = function(y)
    assert full.shape == (3, 4)
    np.testing.assert_array_equal(function(y[:, 1]), full[:, 1])
    np.testing.assert_array_equal(function(float(y[0, 0]))[0], full[0, 0])
    assert function(1).shape == (3,)
    np.testing.assert_array_equal(function(y[:1])[0], full[0])
    with pytest.raises(ValueError, match="shape"):
        function(np.zeros(4))
    with pytest.raises(ValueError, match="NaN"):
        function(np.nan)


@every_member
def test_shapes_of_levels(member: Member) -> None:
    law = member.law
    full = law.quantile(np.array([0.1, 0.2, 0.7, 0.9]))
    assert full.shape == (3, 4)
    np.testing.assert_array_equal(law.quantile(0.7), full[:, 2])
    own = np.array([[0.1, 0.9], [0.2, 0.7], [0.9, 0.9]])
    expected = np.array([full[0, [0, 3]], full[1, [1, 2]], full[2, [3, 3]]])
    np.testing.assert_allclose(law.quantile(own), expected, rtol=1e-12)
    assert law.interval().shape == (3, 2)
    for bad in (-0.1, 1.1, np.nan, [0.5, 2.0]):
        with pytest.raises(ValueError, match=r"\[0, 1\]"):
            law.quantile(bad)
    with pytest.raises(ValueError, match="coverage"):
        law.interval(90.0)
    with pytest.raises(ValueError, match="n_draws"):
        law.sample(0)


@every_member
@pytest.mark.parametrize(
    "index",
    [slice(1, None), slice(None, None, -1), np.array([2, 0, 0]), [True, False, True], 1, -1, []],
    ids=str,
)
def test_indexing_commutes_with_every_verb(member: Member, index: object) -> None:
    law = member.law
    rows = np.atleast_1d(np.arange(3)[np.zeros(0, int) if isinstance(index, list) and not index else index])
    chosen = law[index]
    assert type(chosen) is type(law) and len(chosen) == len(rows)
    y = places(member)
    for verb in ("mean", "variance", "median", "mode", "interval"):
        np.testing.assert_array_equal(getattr(chosen, verb)(), getattr(law, verb)()[rows])
    for verb in ("cdf", "log_prob", "crps", "prob_above"):
        np.testing.assert_array_equal(getattr(chosen, verb)(y[rows]), getattr(law, verb)(y)[rows])
    np.testing.assert_array_equal(chosen.quantile(LEVELS), law.quantile(LEVELS)[rows])


@every_member
def test_iterating_gives_laws_of_one_row(member: Member) -> None:
    means = [float(row.mean()[0]) for row in member.law]
    np.testing.assert_array_equal(means, member.law.mean())
    with pytest.raises(IndexError):
        member.law[3]
    with pytest.raises(TypeError, match="indexed by rows"):
        member.law[np.array([0.5])]


@every_member
def test_affine_maps_commute_with_every_verb(member: Member) -> None:
    shift, factor = -3.0, 7.0
    law, moved = member.law, member.make(shift, factor)
    y = places(member)
    close = {"rtol": 1e-8, "atol": 1e-8}
    for verb in ("mean", "median", "interval"):
        expected = shift + factor * getattr(law, verb)()
        np.testing.assert_allclose(getattr(moved, verb)(), expected, **close)
    np.testing.assert_allclose(moved.mode(), shift + factor * law.mode(), rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(moved.variance(), factor**2 * law.variance(), **close)
    np.testing.assert_allclose(moved.quantile(LEVELS), shift + factor * law.quantile(LEVELS), **close)
    np.testing.assert_allclose(moved.sample(5, 0), shift + factor * law.sample(5, 0), **close)
    if member.continuous:  # an atom moved by rounding is another atom
        image = shift + factor * y
        np.testing.assert_allclose(moved.cdf(image), law.cdf(y), atol=1e-10)
        np.testing.assert_allclose(moved.prob_above(image), law.prob_above(y), atol=1e-10)
        inside = law.pdf(y) > 1e-9
        expected = law.log_prob(y)[inside] - np.log(factor)
        np.testing.assert_allclose(moved.log_prob(image)[inside], expected, **close)
    np.testing.assert_allclose(moved.crps(shift + factor * y), factor * law.crps(y), **close)


@pytest.mark.parametrize(
    "member",
    [m for m in MEMBERS if m.continuous and m.own_mean],
    ids=lambda member: member.name,
)
def test_transformed_by_an_affine_map_equals_the_moved_law(member: Member) -> None:
    moved = member.make(-3.0, 7.0)
    law = Transformed(member.law, affine(-3.0, 7.0))
    y = moved.quantile(np.linspace(0.03, 0.97, 20))
    close = {"rtol": 1e-7, "atol": 1e-7}
    for verb in ("mean", "variance", "median", "interval"):
        np.testing.assert_allclose(getattr(law, verb)(), getattr(moved, verb)(), **close)
    for verb in ("cdf", "prob_above", "crps"):
        np.testing.assert_allclose(getattr(law, verb)(y), getattr(moved, verb)(y), **close)
    np.testing.assert_allclose(law.quantile(LEVELS), moved.quantile(LEVELS), **close)
    np.testing.assert_allclose(law.sample(4, 0), moved.sample(4, 0), **close)
    np.testing.assert_allclose(np.median(law.pdf(y) - moved.pdf(y)), 0.0, atol=1e-9)


def test_crps_of_mixtures_equals_scoringrules() -> None:
    y = np.array([0.1, -2.0, 3.0])
    expected = scoringrules.crps_mixnorm(y, MEANS, STDS, WEIGHTS)
    np.testing.assert_allclose(MIXTURE.crps(y), expected, rtol=1e-9)
    one = GaussianMixture(np.ones((3, 1)), MEANS[:, :1], STDS[:, :1])
    expected = scoringrules.crps_normal(y, MEANS[:, 0], STDS[:, 0])
    np.testing.assert_allclose(one.crps(y), expected, rtol=1e-9)


def test_crps_of_draws_equals_scoringrules() -> None:
    y = np.array([0.1, -2.0, 3.0])
    expected = scoringrules.crps_ensemble(y, ATOMS, estimator="nrg")
    np.testing.assert_allclose(Atoms.from_draws(ATOMS).crps(y), expected, rtol=1e-9)
