"""What is particular to point masses: ties, order, quantiles of draws."""

import numpy as np
import pytest

from digitwise.distributions import Atoms


@pytest.mark.parametrize("n_draws", [3, 7, 10, 100, 1000])
def test_quantiles_of_draws_are_order_statistics_whatever_the_rounding(n_draws: int) -> None:
    draws = np.random.default_rng(0).normal(size=(2, n_draws))
    levels = np.arange(1, n_draws + 1) / n_draws
    law = Atoms.from_draws(draws)
    np.testing.assert_array_equal(law.quantile(levels), np.sort(draws, axis=1))
    np.testing.assert_array_equal(law.quantile(0.0), draws.min(axis=1))


def test_equal_atoms_add_up() -> None:
    law = Atoms([[1.0, 2.0, 1.0]], [[0.3, 0.4, 0.3]])
    assert law.mode()[0] == 1.0
    np.testing.assert_allclose(np.exp(law.log_prob([[1.0, 2.0]])), [[0.6, 0.4]])


def test_of_equally_likely_atoms_the_lowest_is_the_mode() -> None:
    draws = np.random.default_rng(1).normal(size=(50, 17))
    np.testing.assert_array_equal(Atoms.from_draws(draws).mode(), draws.min(axis=1))


def test_the_order_of_atoms_does_not_matter() -> None:
    rng = np.random.default_rng(2)
    values, probs = rng.normal(size=(4, 6)), rng.dirichlet(np.ones(6), size=4)
    order = rng.permutation(6)
    law, shuffled = Atoms(values, probs), Atoms(values[:, order], probs[:, order])
    for verb in ("mean", "variance", "median", "mode"):
        np.testing.assert_allclose(getattr(law, verb)(), getattr(shuffled, verb)(), rtol=1e-12)
    np.testing.assert_allclose(law.crps(0.3), shuffled.crps(0.3), rtol=1e-12)


def test_atoms_without_mass_do_not_count() -> None:
    law = Atoms([0.0, 1.0, 2.0], [[0.0, 1.0, 0.0]])
    np.testing.assert_array_equal(law.quantile([0.0, 0.5, 1.0]), [[1.0, 1.0, 1.0]])
    assert law.mode()[0] == 1.0
    np.testing.assert_array_equal(law.crps(3.5), [2.5])


def test_a_single_draw_scores_its_absolute_error() -> None:
    law = Atoms.from_draws([[2.0], [5.0]])
    np.testing.assert_array_equal(law.crps(np.array([[0.0, 2.0, 7.0]])), [[2, 0, 5], [5, 3, 2]])
    np.testing.assert_array_equal(law.variance(), [0.0, 0.0])


@pytest.mark.parametrize(
    ("values", "probs", "message"),
    [
        ([1.0, 2.0], [[0.5, 0.25, 0.25]], "match probs"),
        ([1.0, np.inf], [[0.5, 0.5]], "finite"),
        ([1.0, 2.0], [[0.5, 0.6]], "sum to 1"),
    ],
)
def test_wrong_arguments_are_errors(values: object, probs: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Atoms(values, probs)
    with pytest.raises(ValueError, match="draws must be"):
        Atoms.from_draws([1.0, 2.0])


def test_both_ends_of_an_interval_belong_to_it() -> None:
    law = Atoms([2.0, 0.0, 1.0], [[0.2, 0.3, 0.5]])
    found = np.exp(law.log_prob_of_interval([[0.0, 0.0, 0.1, 0.1, 2.0, 3.0]], [[1.0, 0.9, 0.9, 9.0, 2.0, 4.0]]))
    np.testing.assert_allclose(found, [[0.8, 0.3, 0.0, 0.7, 0.2, 0.0]])


def test_little_mass_beside_much_is_not_lost() -> None:
    law = Atoms([0.0, 1.0, 2.0, 3.0], [[0.5, 1e-30, 2e-30, 0.5]])
    np.testing.assert_allclose(
        law.log_prob_of_interval([[0.5, 1.5]], [[2.5, 2.5]]), np.log([[3e-30, 2e-30]]), rtol=1e-14
    )


def test_the_score_of_an_interval_by_hand() -> None:
    law = Atoms([0.0, 4.0], [[0.5, 0.5]])
    low = [[1.0, -np.inf, 5.0, -2.0, 3.0]]
    high = [[3.0, -1.0, np.inf, -1.0, np.inf]]
    np.testing.assert_allclose(law.crps_of_interval(low, high), [[0.25 + 0.25, 1 + 1, 1 + 1, 1 + 1, 0.75]])
