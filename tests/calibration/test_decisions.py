"""Decisions: named losses by search, searched ones by hand, improvement by its integral."""

import numpy as np
import pytest

from digitwise.calibration import best_answer, expected_improvement, expected_loss, law_nodes
from digitwise.distributions import Atoms, GaussianMixture, Histogram
from tests.calibration.laws import LAWS

N = 6
SMOOTH = [name for name in LAWS if "atom" not in name]


def squared(prediction, y):
    return (prediction - y) ** 2


@pytest.fixture(params=list(LAWS))
def law(request):
    return LAWS[request.param](N, np.random.default_rng(1))


def width(law):
    return np.ptp(law.interval(0.999), axis=1)


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("squared", squared),
        ("absolute", lambda prediction, y: np.abs(prediction - y)),
        ("pinball(0.9)", lambda prediction, y: np.maximum(0.9 * (y - prediction), 0.1 * (prediction - y))),
        ("relative(0.5)", lambda prediction, y: np.abs(prediction - y) / np.maximum(np.abs(y), 0.5)),
    ],
)
def test_named_losses_are_no_worse_than_what_a_search_finds(law, name: str, function) -> None:
    named, searched = best_answer(law, name), best_answer(law, function)
    ours, theirs = expected_loss(law, named, function), expected_loss(law, searched, function)
    np.testing.assert_allclose(ours, theirs, rtol=5e-3, atol=1e-6)


@pytest.mark.parametrize("kind", SMOOTH)
def test_the_search_is_precise(kind: str) -> None:
    law = LAWS[kind](N, np.random.default_rng(1))
    np.testing.assert_allclose(best_answer(law, squared), law.mean(), atol=1e-4 * width(law).max())


def test_named_losses_are_the_laws_own_figures(law) -> None:
    np.testing.assert_array_equal(best_answer(law, "squared"), law.mean())
    np.testing.assert_array_equal(best_answer(law, "absolute"), law.median())
    np.testing.assert_array_equal(best_answer(law, "pinball( 0.25 )"), law.quantile(0.25))


def test_nodes_have_the_laws_moments(law) -> None:
    values, weights = law_nodes(law)
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    mean = (weights * values).sum(axis=1)
    np.testing.assert_allclose(mean, law.mean(), atol=1e-5)
    np.testing.assert_allclose(
        (weights * (values - mean[:, None]) ** 2).sum(axis=1), law.variance(), rtol=1e-4, atol=1e-9
    )


def test_relative_error_of_a_log_normal_law() -> None:
    """One over the size turns exp(N(m, s²)) into exp(N(m - s², s²))."""
    edges = np.exp(np.linspace(-4.0, 4.0, 401))
    normal = GaussianMixture([[1.0]], [[0.3]], [[0.6]])
    probs = np.diff(normal.cdf(np.log(edges)[None, :]), axis=1)
    law = Histogram(edges, probs / probs.sum())
    np.testing.assert_allclose(best_answer(law, "relative"), np.exp(0.3 - 0.36), rtol=1e-3)


def test_a_certain_zero_decides_a_relative_error() -> None:
    law = Atoms([0.0, 10.0], [[0.01, 0.99], [0.0, 1.0]])
    assert best_answer(law, "relative").tolist() == [0.0, 10.0]
    assert best_answer(law, "relative(1.0)").tolist() == [10.0, 10.0]


def test_a_loss_need_not_be_convex() -> None:
    law = Atoms([0.0, 1.0, 10.0], [[0.3, 0.3, 0.4]])

    def hit(prediction, y):
        return np.where(np.abs(prediction - y) < 0.9, 0.0, 1.0)

    answer = best_answer(law, hit)[0]
    assert 0.1 <= answer <= 0.9  # between the first two, which together are likelier than the third


def test_an_answer_may_lie_beyond_the_law() -> None:
    law = Histogram([0.0, 1.0], [[1.0]])
    assert best_answer(law, lambda prediction, y: (prediction - y - 1.0) ** 2)[0] == pytest.approx(1.5, abs=1e-3)


def test_rows_do_not_see_each_other(monkeypatch) -> None:
    law = LAWS["open"](20, np.random.default_rng(2))
    together = best_answer(law, squared)
    alone = np.concatenate([best_answer(law[row], squared) for row in range(20)])
    np.testing.assert_array_equal(alone, together)


def test_expected_improvement_is_its_integral(law) -> None:
    values, weights = law_nodes(law)
    for best in (-1.1, 0.3, np.linspace(-2.5, 3.5, N)):
        at = np.broadcast_to(best, (N,))
        gain, saving = (expected_improvement(law, best, minimize=less) for less in (False, True))
        x = np.sort(np.concatenate([np.linspace(0, 1, 40001) ** 3 * 60]))
        tail = law.prob_above(at[:, None] + x[None, :])
        np.testing.assert_allclose(gain, np.trapezoid(tail, x, axis=1), atol=3e-3)
        np.testing.assert_allclose(gain - saving, (weights * values).sum(axis=1) - at, atol=2e-3)
        assert (gain >= 0).all()
        assert (saving >= 0).all()


def test_expected_improvement_by_hand_and_far_out() -> None:
    law = Histogram([0.0, 1.0, 2.0, 3.0], [[0.2, 0.5, 0.3]], tails="exponential")
    np.testing.assert_allclose(expected_improvement(law, 2.0), 0.3)
    np.testing.assert_allclose(expected_improvement(law, 62.0), 0.3 * np.exp(-60.0))
    np.testing.assert_allclose(expected_improvement(law, 1.0, minimize=True), 0.2)
    np.testing.assert_allclose(expected_improvement(law, 1.5), 0.5 * 0.125 + 0.3 * 1.5)
    normal = GaussianMixture([[1.0]], [[0.0]], [[2.0]])
    np.testing.assert_allclose(expected_improvement(normal, 0.0), 2.0 / np.sqrt(2 * np.pi))


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        ("cubic", "loss must be 'squared'"),
        ("pinball(90)", "strictly between 0 and 1"),
        ("pinball", "loss must be 'squared'"),
        ("relative(0)", "above 0 and finite"),
        (lambda prediction, y: 0.0, "a number for each pair"),
        (lambda prediction, y: np.log(prediction - y), "with NaN"),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value", "ignore:divide by zero")
def test_impossible_losses_are_named(loss, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        best_answer(LAWS["closed"](2, np.random.default_rng(0)), loss)
