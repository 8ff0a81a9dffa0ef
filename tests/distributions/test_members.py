"""The law of an ensemble is the average of its members' laws: cdfs, densities and means."""

from types import SimpleNamespace

import numpy as np
import pytest

from digitwise.distributions import Atoms, Distribution, GaussianMixture, Histogram, Transformed
from digitwise.distributions.members import mixed_members

RNG = np.random.default_rng(0)
N_ROWS, N_MEMBERS = 3, 4
N_LAWS = N_ROWS * N_MEMBERS
EDGES = np.array([0.5, 1.0, 1.5, 3.0, 4.0])
PROBS = RNG.dirichlet(np.ones(4), size=N_LAWS)
NORMALS = GaussianMixture(
    RNG.dirichlet(np.ones(2), size=N_LAWS), RNG.normal(size=(N_LAWS, 2)), RNG.uniform(0.1, 1, (N_LAWS, 2))
)
LOG = SimpleNamespace(forward=lambda y: np.log(y), inverse=lambda z: np.exp(z), derivative=lambda y: 1.0 / y)
LAWS: dict[str, Distribution] = {
    "histogram": Histogram(EDGES, PROBS),
    "histogram_open": Histogram(EDGES, PROBS, EDGES[:-1] + 0.1, ("closed", "exponential")),
    "atoms_shared": Atoms(np.array([3.0, 1.0, 2.0, 4.0]), PROBS),
    "atoms_own": Atoms(RNG.normal(size=(N_LAWS, 4)), PROBS),
    "draws": Atoms.from_draws(RNG.integers(0, 3, size=(N_LAWS, 5)).astype(float)),
    "normals": NORMALS,
    "transformed_histogram": Transformed(Histogram(EDGES, PROBS, tails="exponential"), LOG),
    "transformed_normals": Transformed(NORMALS, LOG),
}
Y = np.array([[0.3, 0.9, 1.0, 1.2, 2.0, 3.3, 5.0]])


def averaged(parts: np.ndarray) -> np.ndarray:
    """Return the mean over the members of each row, which come one after another."""
    return np.stack([np.mean(parts[row * N_MEMBERS : (row + 1) * N_MEMBERS], axis=0) for row in range(N_ROWS)])


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_the_mixture_is_the_average_of_the_members(law: Distribution) -> None:
    mixed = mixed_members(law, N_MEMBERS)
    assert type(mixed) is type(law)
    assert len(mixed) == N_ROWS
    np.testing.assert_allclose(mixed.cdf(Y), averaged(law.cdf(Y)), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(mixed.prob_above(Y), averaged(law.prob_above(Y)), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(np.exp(mixed.log_prob(Y)), averaged(np.exp(law.log_prob(Y))), rtol=1e-10)
    np.testing.assert_allclose(mixed.mean(), averaged(law.mean()), rtol=1e-6)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_disagreement_of_members_is_variance(law: Distribution) -> None:
    between = averaged(law.mean() ** 2) - averaged(law.mean()) ** 2
    expected = averaged(law.variance()) + between
    np.testing.assert_allclose(mixed_members(law, N_MEMBERS).variance(), expected, rtol=1e-5)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_a_single_member_is_the_row(law: Distribution) -> None:
    assert mixed_members(law, 1) is law


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_a_row_depends_on_its_own_members_alone(law: Distribution) -> None:
    second = mixed_members(law[N_MEMBERS : 2 * N_MEMBERS], N_MEMBERS)
    np.testing.assert_array_equal(second.cdf(Y), mixed_members(law, N_MEMBERS)[1].cdf(Y))


def test_tails_and_values_stay() -> None:
    mixed = mixed_members(LAWS["histogram_open"], N_MEMBERS)
    assert isinstance(mixed, Histogram)
    assert mixed.tails == ("closed", "exponential")
    np.testing.assert_array_equal(mixed.values, EDGES[:-1] + 0.1)


def test_laws_with_borders_of_their_own_are_not_averaged() -> None:
    law = Histogram(EDGES * np.ones((N_LAWS, 1)), PROBS)
    with pytest.raises(TypeError, match="Use n_members=1"):
        mixed_members(law, N_MEMBERS)
    with pytest.raises(TypeError, match="Use n_members=1"):
        mixed_members(Transformed(law, LOG), N_MEMBERS)
    assert mixed_members(law, 1) is law
