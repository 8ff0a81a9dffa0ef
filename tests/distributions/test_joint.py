"""Joint laws: marginals answer for one target, draws for how they go together."""

import itertools

import numpy as np
import pytest
import scoringrules

from digitwise.distributions import Atoms, GaussianMixture, Histogram, JointLaw

RNG = np.random.default_rng(0)
N_ROWS, N_DRAWS = 4, 7
DRAWS = RNG.normal(size=(N_ROWS, N_DRAWS, 3)) * [1.0, 5.0, 0.2]
WEIGHTS = RNG.dirichlet(np.ones(N_DRAWS), size=N_ROWS)
MARGINALS = {
    "length": GaussianMixture(np.ones((N_ROWS, 1)), DRAWS[:, :1, 0], np.ones((N_ROWS, 1))),
    "mass": Histogram(np.linspace(-20.0, 20.0, 9), np.full((N_ROWS, 8), 1 / 8), tails=("closed", "exponential")),
    "age": Atoms.from_draws(DRAWS[:, :, 2]),
}
LAW = JointLaw(DRAWS, marginals=MARGINALS)
WEIGHTED = JointLaw(DRAWS, marginals=MARGINALS, weights=WEIGHTS)
Y = RNG.normal(size=(N_ROWS, 3))
both = pytest.mark.parametrize("law", [LAW, WEIGHTED], ids=["equal weights", "weights"])


def shares(law: JointLaw) -> np.ndarray:
    return np.full((N_ROWS, N_DRAWS), 1 / N_DRAWS) if law.weights is None else law.weights


def energy_by_hand(draws: np.ndarray, weights: np.ndarray, y: np.ndarray) -> float:
    """All pairs of different draws, one by one, of one row."""
    near = sum(weight * np.linalg.norm(x - y) for weight, x in zip(weights, draws, strict=True))
    pairs = list(itertools.permutations(range(len(draws)), 2))
    mass = sum(weights[i] * weights[j] for i, j in pairs)
    apart = sum(weights[i] * weights[j] * np.linalg.norm(draws[i] - draws[j]) for i, j in pairs) / mass
    return near - apart / 2.0


def test_one_target_is_answered_by_its_marginal() -> None:
    assert len(LAW) == N_ROWS and LAW.names == ("length", "mass", "age")
    assert repr(LAW) == "JointLaw(rows=4, draws=7, targets=['length', 'mass', 'age'])"
    own = np.array([[0.1, 0.5], [0.2, 0.7], [0.0, 1.0], [0.3, 0.4]])
    for target, name in enumerate(LAW.names):
        marginal = LAW.marginal(name)
        assert marginal is MARGINALS[name]
        for verb in ("mean", "variance", "median", "interval"):
            np.testing.assert_array_equal(getattr(LAW, verb)()[:, target], getattr(marginal, verb)())
        np.testing.assert_array_equal(LAW.interval(0.5)[:, target], marginal.interval(0.5))
        for levels in (0.3, [0.1, 0.9], own):
            np.testing.assert_array_equal(LAW.quantile(levels)[:, target], marginal.quantile(levels))


def test_targets_come_in_the_order_of_names() -> None:
    order = ["age", "length", "mass"]
    law = JointLaw(DRAWS[:, :, [2, 0, 1]], marginals=MARGINALS, names=order)
    assert law.names == tuple(order)
    np.testing.assert_array_equal(law.mean(), LAW.mean()[:, [2, 0, 1]])
    np.testing.assert_allclose(law.energy_score(Y[:, [2, 0, 1]]), LAW.energy_score(Y), rtol=1e-12)


@both
@pytest.mark.parametrize("index", [slice(1, None), [2, 0, 0], [True, False, True, False], -1, []], ids=str)
def test_indexing_commutes_with_every_verb(law: JointLaw, index: object) -> None:
    rows = np.atleast_1d(np.arange(N_ROWS)[np.zeros(0, int) if index == [] else index])
    chosen = law[index]
    assert isinstance(chosen, JointLaw) and chosen.names == law.names and len(chosen) == len(rows)
    for verb in ("mean", "variance", "median", "interval", "covariance", "correlation"):
        np.testing.assert_array_equal(getattr(chosen, verb)(), getattr(law, verb)()[rows])
    np.testing.assert_array_equal(chosen.energy_score(Y[rows]), law.energy_score(Y)[rows])
    if len(rows):
        assert chosen.sample(5, 0).shape == (len(rows), 5, 3)


def test_iterating_gives_laws_of_one_row() -> None:
    np.testing.assert_array_equal(np.concatenate([row.mean() for row in LAW]), LAW.mean())


@both
def test_covariance_and_correlation_equal_numpy(law: JointLaw) -> None:
    for row in range(N_ROWS):
        expected = np.cov(DRAWS[row].T, aweights=shares(law)[row])
        np.testing.assert_allclose(law.covariance()[row], expected, rtol=1e-10)
        std = np.sqrt(np.diag(expected))
        np.testing.assert_allclose(law.correlation()[row], expected / np.outer(std, std), rtol=1e-10)
    np.testing.assert_array_equal(law.covariance(), np.swapaxes(law.covariance(), 1, 2))
    np.testing.assert_array_equal(np.diagonal(law.correlation(), axis1=1, axis2=2), 1.0)


def test_a_target_that_does_not_vary_has_no_correlation() -> None:
    draws = DRAWS.copy()
    draws[0, :, 1] = 0.1
    correlation = JointLaw.from_draws(draws, names=["a", "b", "c"]).correlation()
    assert np.all(np.isnan(correlation[0, 1])) and np.all(np.isnan(correlation[0, :, 1]))
    assert np.isfinite(correlation[0, 0, 2]) and np.all(np.isfinite(correlation[1:]))


@both
def test_samples_are_draws_picked_by_weight(law: JointLaw) -> None:
    n = 20_000
    picked = law.sample(n, random_state=0)
    assert picked.shape == (N_ROWS, n, 3)
    np.testing.assert_array_equal(picked, law.sample(n, np.random.default_rng(0)))
    for row in range(N_ROWS):
        same = np.all(picked[row][:, None, :] == DRAWS[row], axis=2)
        assert np.all(same.sum(axis=1) == 1)
        np.testing.assert_allclose(same.mean(axis=0), shares(law)[row], atol=4.0 * 0.5 / np.sqrt(n))


def test_draws_without_weight_are_never_picked() -> None:
    law = JointLaw.from_draws(DRAWS, names=["a", "b", "c"], weights=np.tile([0, 0.5, 0, 0, 0.5, 0, 0], (N_ROWS, 1)))
    picked = law.sample(200, 0)
    assert np.all(np.isin(picked[:, :, 0], DRAWS[:, [1, 4], 0]))


@both
def test_the_energy_score_equals_brute_force(law: JointLaw) -> None:
    scale = np.array([1.0, 5.0, 0.2])
    expected = [energy_by_hand(DRAWS[row], shares(law)[row], Y[row]) for row in range(N_ROWS)]
    np.testing.assert_allclose(law.energy_score(Y), expected, rtol=1e-12)
    expected = [energy_by_hand(DRAWS[row] / scale, shares(law)[row], Y[row] / scale) for row in range(N_ROWS)]
    np.testing.assert_allclose(law.energy_score(Y, scale), expected, rtol=1e-12)


def test_equal_weights_change_nothing() -> None:
    law = JointLaw(DRAWS, marginals=MARGINALS, weights=np.full((N_ROWS, N_DRAWS), 1 / N_DRAWS))
    np.testing.assert_allclose(law.energy_score(Y), LAW.energy_score(Y), rtol=1e-12)
    np.testing.assert_allclose(law.covariance(), LAW.covariance(), rtol=1e-12)


def test_the_energy_score_of_one_target_is_the_fair_crps() -> None:
    law = JointLaw.from_draws(DRAWS[:, :, :1], names=["length"])
    expected = scoringrules.crps_ensemble(Y[:, 0], DRAWS[:, :, 0], estimator="fair")
    np.testing.assert_allclose(law.energy_score(Y[:, :1]), expected, rtol=1e-10)


def test_unknown_targets_are_left_out_of_the_distance() -> None:
    y = Y.copy()
    y[0, 1], y[1, [0, 2]], y[2] = np.nan, np.nan, np.nan
    score = LAW.energy_score(y, scale=[1.0, 5.0, 0.2])
    equal = np.full(N_DRAWS, 1 / N_DRAWS)
    scaled, truth = DRAWS / [1.0, 5.0, 0.2], Y / [1.0, 5.0, 0.2]
    np.testing.assert_allclose(score[0], energy_by_hand(scaled[0][:, [0, 2]], equal, truth[0, [0, 2]]), rtol=1e-12)
    np.testing.assert_allclose(score[1], energy_by_hand(scaled[1][:, [1]], equal, truth[1, [1]]), rtol=1e-12)
    assert np.isnan(score[2])
    np.testing.assert_array_equal(score[3], LAW.energy_score(Y, scale=[1.0, 5.0, 0.2])[3])


def test_the_law_keeps_its_own_read_only_copy() -> None:
    draws = DRAWS.copy()
    law = JointLaw(draws, marginals=MARGINALS)
    draws[:] = 0.0
    np.testing.assert_array_equal(law.draws, DRAWS)
    with pytest.raises(ValueError, match="read-only"):
        law.draws[0, 0, 0] = 1.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"draws": DRAWS[:, :, 0]}, "row, draw, target"),
        ({"draws": DRAWS[:, :0]}, "at least 1 draw"),
        ({"draws": DRAWS[:, :, :2]}, "each of 3 names"),
        ({"draws": np.where(DRAWS > 1.0, np.inf, DRAWS)}, "finite"),
        ({"draws": DRAWS[:2]}, "same rows"),
        ({"names": ["length", "mass"]}, "names must hold"),
        ({"names": ["length", "mass", "mass"]}, "names must hold"),
        ({"names": ["length", "mass", "width"]}, "names must hold"),
        ({"weights": WEIGHTS[:, :-1] / WEIGHTS[:, :-1].sum(axis=1, keepdims=True)}, "to match draws"),
        ({"weights": 2.0 * WEIGHTS}, "sum to 1"),
        ({"draws": np.zeros((N_ROWS, 2, 0)), "marginals": {}}, "at least 1 draw and one target"),
    ],
)
def test_wrong_arguments_are_errors(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        JointLaw(**({"draws": DRAWS, "marginals": MARGINALS} | arguments))


@pytest.mark.parametrize(
    ("y", "scale", "message"),
    [
        (Y[:, :2], None, "row, target"),
        (Y[0], None, "row, target"),
        (np.where(Y > 0.5, np.inf, Y), None, "finite, or NaN"),
        (Y, [1.0, 2.0], "one per target"),
        (Y, [1.0, 0.0, 1.0], "positive"),
        (Y, [1.0, np.nan, 1.0], "positive"),
    ],
)
def test_wrong_outcomes_and_scales_are_errors(y: np.ndarray, scale: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        LAW.energy_score(y, scale)


def test_names_and_laws_must_be_there() -> None:
    with pytest.raises(ValueError, match="one of length, mass, age"):
        LAW.marginal("width")
    with pytest.raises(TypeError):
        JointLaw(DRAWS, marginals=MARGINALS | {"age": DRAWS[:, :, 2]})


def test_what_takes_pairs_of_draws_needs_two() -> None:
    single = JointLaw.from_draws(DRAWS[:, :1], names=["a", "b", "c"])
    assert single.sample(3, 0).shape == (N_ROWS, 3, 3)
    sure = JointLaw.from_draws(DRAWS, names=["a", "b", "c"], weights=np.eye(N_DRAWS)[:N_ROWS])
    for law in (single, sure):
        for verb, arguments in (("covariance", ()), ("correlation", ()), ("energy_score", (Y,))):
            with pytest.raises(ValueError, match="at least 2 draws"):
                getattr(law, verb)(*arguments)
