"""What is particular to histograms: construction, values, tails, and numbers worked by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digitwise.distributions import Histogram

EDGES = [0.0, 1.0, 3.0, 4.0]
PROBS = [[0.5, 0.25, 0.25]]


@pytest.mark.parametrize(
    ("verb", "argument", "closed", "opened"),
    [
        # The open law: 0.5 exp(y - 1) below 1, and 0.25 exp(3 - y) above 3.
        ("cdf", 0.0, 0.0, 0.5 / np.e),
        ("cdf", 1.0, 0.5, 0.5),
        ("cdf", 2.0, 0.625, 0.625),
        ("cdf", 4.0, 1.0, 1.0 - 0.25 / np.e),
        ("pdf", -1.0, 0.0, 0.5 * np.exp(-2.0)),
        ("pdf", 0.5, 0.5, 0.5 * np.exp(-0.5)),
        ("pdf", 1.0, 0.125, 0.125),
        ("pdf", 3.0, 0.25, 0.25),
        ("pdf", 4.0, 0.25, 0.25 / np.e),
        ("log_prob", 5.0, -np.inf, np.log(0.25) - 2.0),
        ("quantile", 0.0, 0.0, -np.inf),
        ("quantile", 0.25, 0.5, 1.0 - np.log(2.0)),
        ("quantile", 0.75, 3.0, 3.0),
        ("quantile", 0.875, 3.5, 3.0 + np.log(2.0)),
        ("quantile", 1.0, 4.0, np.inf),
        ("prob_above", 3.5, 0.125, 0.25 * np.exp(-0.5)),
    ],
)
def test_numbers_worked_by_hand(verb: str, argument: float, closed: float, opened: float) -> None:
    for tails, expected in (("closed", closed), ("exponential", opened)):
        law = Histogram(EDGES, PROBS, tails=tails)
        np.testing.assert_allclose(getattr(law, verb)(argument), [expected], rtol=1e-14)


def test_moments_by_hand() -> None:
    law = Histogram(EDGES, PROBS)
    np.testing.assert_allclose(law.mean(), [0.5 * 0.5 + 0.25 * 2 + 0.25 * 3.5])
    assert law.mode()[0] == 0.5
    opened = Histogram(EDGES, PROBS, tails="exponential")
    np.testing.assert_allclose(opened.mean(), [0.5 * 0.0 + 0.25 * 2 + 0.25 * 4.0])
    assert opened.mode()[0] == 1.0  # the inner edge of the open leaf


def test_crps_of_a_uniform_law() -> None:
    y = np.array([[0.0, 0.25, 0.5, 1.0, 3.0]])
    inside = np.clip(y, 0.0, 1.0)
    expected = (inside**3 + (1.0 - inside) ** 3) / 3.0 + np.abs(y - inside)
    np.testing.assert_allclose(Histogram([0.0, 1.0], [[1.0]]).crps(y), expected)


def test_mode_is_the_densest_leaf_not_the_likeliest() -> None:
    assert Histogram([0.0, 1.0, 11.0], [[0.4, 0.6]]).mode()[0] == 0.5
    assert Histogram([0.0, 1.0, 11.0], [[0.4, 0.6]], values=[0.9, 5.0]).mode()[0] == 0.9


def test_values_change_mean_and_variance_but_nothing_else() -> None:
    plain = Histogram(EDGES, PROBS)
    law = Histogram(EDGES, PROBS, values=[0.2, 1.5, 3.9])
    mean = 0.5 * 0.2 + 0.25 * 1.5 + 0.25 * 3.9
    np.testing.assert_allclose(law.mean(), mean)
    spread = [(0.2 - mean) ** 2 + 1 / 12, (1.5 - mean) ** 2 + 4 / 12, (3.9 - mean) ** 2 + 1 / 12]
    np.testing.assert_allclose(law.variance(), np.dot(PROBS, spread))
    for verb in ("cdf", "pdf", "crps", "log_prob"):
        np.testing.assert_array_equal(getattr(law, verb)(1.7), getattr(plain, verb)(1.7))
    assert abs(law.mean()[0] - plain.mean()[0]) < 0.5 * np.dot(PROBS, np.diff(EDGES))[0]


def test_open_tails_give_every_real_number_a_density() -> None:
    law = Histogram(EDGES, PROBS, tails="exponential")
    assert np.all(np.isfinite(law.log_prob(np.array([[-1e300, -1e3, 0.0, 1e3, 1e300]]))))


@settings(max_examples=50, deadline=None)
@given(
    masses=st.lists(st.floats(0.0, 1.0), min_size=3, max_size=9).filter(lambda m: sum(m) > 0.1),
    widths=st.lists(st.floats(1e-3, 1e3), min_size=9, max_size=9),
    level=st.floats(0.0, 1.0),
    tails=st.sampled_from(["closed", "exponential"]),
)
def test_any_histogram_keeps_the_laws(masses: list[float], widths: list[float], level: float, tails: str) -> None:
    edges = np.cumsum([0.0, *widths[: len(masses)]])
    law = Histogram(edges, np.array([masses]) / np.sum(masses), tails=tails)
    y = law.quantile(level)
    np.testing.assert_allclose(law.cdf(y), level, atol=1e-10)
    grid = np.linspace(-50.0, edges[-1] + 50.0, 101)[None, :]
    score = law.crps(grid)
    assert np.all(score >= 0.0)
    # The derivative of the score in y is 2 F(y) - 1.
    assert np.all(np.abs(np.diff(score)) <= np.diff(grid) * (1.0 + 1e-9))
    assert law.crps(law.median())[0] <= score.min() + 1e-9 * edges[-1]


def test_probabilities_are_divided_by_their_sum_once() -> None:
    probs = np.array([[0.2, 0.3, 0.5]]) * (1.0 + 5e-7)
    law = Histogram(EDGES, probs)
    np.testing.assert_allclose(law.probs.sum(axis=1), 1.0, rtol=1e-15)
    np.testing.assert_array_equal(law[:].probs, law.probs)


def test_the_law_keeps_its_own_read_only_copy() -> None:
    probs = np.array(PROBS)
    law = Histogram(EDGES, probs)
    probs[0] = 0.0
    assert law.mean()[0] > 0.0
    with pytest.raises(ValueError, match="read-only"):
        law.probs[0, 0] = 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"probs": [[0.5, 0.5, 0.5]]}, "sum to 1"),
        ({"probs": [[1.5, -0.25, -0.25]]}, "non-negative"),
        ({"probs": [[np.nan, 0.5, 0.5]]}, "non-negative and finite"),
        ({"probs": [0.5, 0.25, 0.25]}, "leaf"),
        ({"probs": [[0.5, 0.5]]}, "edges"),
        ({"edges": [0.0, 1.0, 1.0, 2.0]}, "strictly increasing"),
        ({"edges": [0.0, 1.0, 2.0, np.inf]}, "finite"),
        ({"values": [0.5, 2.0]}, "one number per leaf"),
        ({"values": [0.5, 0.5, 3.5]}, "within its leaf"),
        ({"values": [0.5, 2.0, np.nan]}, "within its leaf"),
        ({"edges": [0.0, 1.0, 2.0], "probs": [[0.5, 0.5]], "tails": "exponential"}, "at least 3"),
        ({"edges": [0.0, 1.0], "probs": [[1.0]], "tails": ("closed", "exponential")}, "at least 2"),
        ({"edges": [EDGES, EDGES]}, "every row its own"),
        ({"edges": [[0.0, 1.0, 1.0, 2.0]]}, "strictly increasing"),
        ({"edges": [EDGES], "values": [0.5, 2.0, 3.5]}, "one number per leaf"),
        ({"edges": [EDGES], "values": [[0.5, 2.0, 4.5]]}, "leaf 2 of row 0, from 3.0 to 4.0"),
        ({"values": [0.5, 2.0, 9.0], "tails": ("exponential", "closed")}, "within its leaf"),
    ],
)
def test_wrong_arguments_are_errors(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Histogram(**({"edges": EDGES, "probs": PROBS} | arguments))


@pytest.mark.parametrize("tails", ["gaussian", ("closed", "gaussian"), ("closed",), ()])
def test_unknown_tails_are_an_error(tails: object) -> None:
    with pytest.raises((ValueError, TypeError), match="tails"):
        Histogram(EDGES, PROBS, tails=tails)


def test_values_of_open_leaves_may_lie_outside_the_edges() -> None:
    law = Histogram(EDGES, PROBS, values=[-7.0, 2.0, 9.0], tails="exponential")
    np.testing.assert_allclose(law.mean(), -3.5 + 0.5 + 2.25)


VERBS = ["cdf", "pdf", "log_prob", "crps", "prob_above"]
Y = np.array([[-np.inf, -40.0, -1.0, 0.0, 0.3, 1.0, 2.0, 3.0, 3.5, 4.0, 6.0, 40.0, np.inf]])


@pytest.mark.parametrize("word", ["closed", "exponential"])
def test_a_word_for_both_sides_equals_the_pair(word: str) -> None:
    one, pair = Histogram(EDGES, PROBS, tails=word), Histogram(EDGES, PROBS, tails=(word, word))
    assert pair.tails == word and repr(pair) == repr(one)
    for verb in VERBS:
        np.testing.assert_array_equal(getattr(one, verb)(Y), getattr(pair, verb)(Y))


@pytest.mark.parametrize("tails", [("closed", "exponential"), ("exponential", "closed")])
def test_each_side_follows_its_own_tail(tails: tuple[str, str]) -> None:
    law = Histogram(EDGES, PROBS, tails=tails)
    assert law.tails == tails and repr(law) == f"Histogram(rows=1, leaves=3, tails={tails!r})"
    sides = [Histogram(EDGES, PROBS, tails=tail) for tail in tails]
    for verb in ("cdf", "pdf", "log_prob", "prob_above"):
        lower, upper = (getattr(side, verb)(Y) for side in sides)
        np.testing.assert_array_equal(getattr(law, verb)(Y), np.where(Y < 2.0, lower, upper))
    levels = np.linspace(0.0, 1.0, 41)
    lower, upper = (side.quantile(levels) for side in sides)
    np.testing.assert_array_equal(law.quantile(levels), np.where(levels < 0.6, lower, upper))
    closed = 0 if tails[0] == "closed" else -1
    beyond = Y[0][Y[0] < EDGES[0]] if closed == 0 else Y[0][Y[0] > EDGES[-1]]
    np.testing.assert_array_equal(law.log_prob(beyond[None, :]), -np.inf)
    np.testing.assert_array_equal(law.cdf(beyond[None, :]), float(closed != 0))
    assert law.quantile(0.0 if closed == 0 else 1.0)[0] == EDGES[closed]
    assert np.isinf(law.quantile(1.0 if closed == 0 else 0.0)[0])
    assert law.knots()[0, closed] == EDGES[closed]


@pytest.mark.parametrize("tails", ["closed", "exponential", ("closed", "exponential")], ids=str)
@pytest.mark.parametrize("with_values", [False, True])
def test_each_rows_own_edges_are_that_many_laws(tails: object, with_values: bool) -> None:
    rng = np.random.default_rng(0)
    edges = np.cumsum(rng.uniform(0.1, 2.0, size=(5, 8)), axis=1)
    probs = rng.dirichlet(np.ones(7), size=5)
    values = edges[:, :-1] + rng.uniform(size=(5, 7)) * np.diff(edges) if with_values else None
    law = Histogram(edges, probs, values, tails)
    y, q = rng.normal(3.0, 4.0, size=(5, 40)), rng.uniform(size=(5, 20))
    for row in range(5):
        one = Histogram(edges[row], probs[[row]], None if values is None else values[row], tails)
        for verb in ("mean", "variance", "mode", "median", "interval", "knots"):
            np.testing.assert_array_equal(getattr(law, verb)()[row], getattr(one, verb)()[0])
        for verb in VERBS:
            np.testing.assert_array_equal(getattr(law, verb)(y)[row], getattr(one, verb)(y[[row]])[0])
        np.testing.assert_array_equal(law.quantile(q)[row], one.quantile(q[[row]])[0])
        for verb in ("crps_of_interval", "log_prob_of_interval"):
            several, single = getattr(law, verb)(y, y + 0.7), getattr(one, verb)(y[[row]], y[[row]] + 0.7)
            np.testing.assert_array_equal(several[row], single[0])


def test_far_out_the_log_probability_of_an_interval_keeps_its_digits() -> None:
    law = Histogram(EDGES, PROBS, tails="exponential")  # 0.5 exp(y - 1) below 1, 0.25 exp(3 - y) above 3
    for start, end, expected in [
        (-np.inf, -2000.0, np.log(0.5) - 2001.0),
        (3000.0, np.inf, np.log(0.25) - 2997.0),
        (-2000.0, -1999.0, np.log(0.5) - 2000.0 + np.log1p(-np.exp(-1.0))),
        (53.0, 53.0 + 2.0**-40, np.log(0.25) - 50.0 + np.log(-np.expm1(-(2.0**-40)))),
        (0.0, np.inf, np.log1p(-0.5 / np.e)),
        (2.0, 2.0 + 2.0**-40, np.log(0.125) - 40.0 * np.log(2.0)),
    ]:
        np.testing.assert_allclose(law.log_prob_of_interval(start, end), expected, rtol=1e-14)


def test_little_mass_between_much_is_not_lost() -> None:
    little = np.array([1e-30, 3e-30, 2e-30, 4e-30, 5e-30])
    probs = np.concatenate([[0.4], little, [0.6 - 1.5e-29], [0.0]])[None, :]
    law = Histogram(np.arange(9.0), probs)
    for start in range(1, 7):
        for end in range(start + 1, 7):
            expected = np.log(little[start - 1 : end - 1].sum())
            np.testing.assert_allclose(law.log_prob_of_interval(start, end), expected, rtol=1e-14)
    np.testing.assert_allclose(law.log_prob_of_interval(1.5, 3.25), np.log(0.5e-30 + 3e-30 + 0.5e-30), rtol=1e-14)


@settings(max_examples=50, deadline=None)
@given(
    masses=st.lists(st.floats(0.0, 1.0), min_size=3, max_size=9).filter(lambda m: sum(m) > 0.1),
    cuts=st.lists(st.floats(-30.0, 40.0), min_size=3, max_size=3, unique=True),
    tails=st.sampled_from(["closed", "exponential", ("closed", "exponential"), ("exponential", "closed")]),
)
def test_probabilities_of_neighbouring_intervals_add_up(masses: list[float], cuts: list[float], tails: object) -> None:
    law = Histogram(np.arange(len(masses) + 1.0), np.array([masses]) / np.sum(masses), tails=tails)
    start, middle, end = sorted(cuts)
    parts = np.logaddexp(law.log_prob_of_interval(start, middle), law.log_prob_of_interval(middle, end))
    np.testing.assert_allclose(law.log_prob_of_interval(start, end), np.minimum(parts, 0.0), rtol=1e-12, atol=1e-14)
