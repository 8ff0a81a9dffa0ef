"""Mixing histograms, or atoms, is averaging their cdfs."""

import numpy as np
import pytest

from digitwise.distributions import Atoms, GaussianMixture, Histogram, mix

RNG = np.random.default_rng(0)
EDGES = np.cumsum(np.r_[0.0, RNG.uniform(0.1, 1.0, size=5)])
VALUES = EDGES[:-1] + 0.3 * np.diff(EDGES)
LAWS = [Histogram(EDGES, RNG.dirichlet(np.ones(5), size=3), VALUES, "exponential") for _ in range(4)]
Y = np.linspace(-1.0, 6.0, 30)[None, :]


@pytest.mark.parametrize(
    "weights",
    [None, [0.1, 0.2, 0.3, 0.4], RNG.dirichlet(np.ones(4), size=3)],
    ids=["equal", "shared", "per row"],
)
def test_the_cdf_is_the_weighted_average(weights: object) -> None:
    law = mix(LAWS, weights)
    shares = np.broadcast_to(np.full(4, 0.25) if weights is None else weights, (3, 4))
    for verb in ("cdf", "pdf"):
        parts = np.stack([getattr(member, verb)(Y) for member in LAWS], axis=1)
        expected = np.einsum("rm,rmk->rk", shares, parts)
        np.testing.assert_allclose(getattr(law, verb)(Y), expected, rtol=1e-12)
    means = np.stack([member.mean() for member in LAWS], axis=1)
    np.testing.assert_allclose(law.mean(), (shares * means).sum(axis=1))
    assert law.tails == "exponential"


def test_members_may_share_the_edges_of_each_row() -> None:
    edges = EDGES * np.array([[1.0], [2.0], [0.5]])
    members = [Histogram(edges, law.probs, tails=("closed", "exponential")) for law in LAWS]
    law = mix(members)
    np.testing.assert_allclose(law.cdf(Y), np.mean([member.cdf(Y) for member in members], axis=0), rtol=1e-12)
    assert law.tails == ("closed", "exponential")
    for other in (Histogram(edges[::-1], LAWS[0].probs), Histogram(EDGES, LAWS[0].probs)):
        with pytest.raises(ValueError, match="share their edges"):
            mix([members[0], other])


def test_one_member_is_itself() -> None:
    np.testing.assert_array_equal(mix(LAWS[:1]).probs, LAWS[0].probs)


@pytest.mark.parametrize(
    ("laws", "weights", "message"),
    [
        ([], None, "at least one"),
        ([LAWS[0], LAWS[1][:2]], None, "same rows"),
        ([LAWS[0], Histogram(EDGES + 1.0, LAWS[0].probs)], None, "edges"),
        ([LAWS[0], Histogram(EDGES, LAWS[0].probs)], None, "values and tails"),
        ([LAWS[0], Histogram(EDGES, LAWS[0].probs, VALUES)], None, "values and tails"),
        ([LAWS[0], Histogram(EDGES, LAWS[0].probs, VALUES, ("closed", "exponential"))], None, "values and tails"),
        (LAWS, [0.5, 0.5], "member"),
        (LAWS, [0.5, 0.5, 0.5, 0.5], "sum to 1"),
    ],
)
def test_wrong_arguments_are_errors(laws: object, weights: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        mix(laws, weights)


@pytest.mark.parametrize("weights", [None, [0.7, 0.3], [[0.7, 0.3], [0.0, 1.0]]], ids=["equal", "shared", "per row"])
@pytest.mark.parametrize("values", [[3.0, 1.0, 2.0], [[3.0, 1.0, 2.0], [0.0, 4.0, 4.0]]], ids=["shared", "own"])
def test_atoms_mix(weights: object, values: object) -> None:
    members = [Atoms(np.array(values), RNG.dirichlet(np.ones(3), size=2)) for _ in range(2)]
    law = mix(members, weights)
    shares = np.broadcast_to([0.5, 0.5] if weights is None else weights, (2, 2))
    y = np.array([[0.0, 1.0, 1.5, 2.0, 3.0, 4.0]])
    for verb in (Atoms.cdf, Atoms.prob_above, lambda law, y: np.exp(law.log_prob(y))):
        expected = np.einsum("rm,mrk->rk", shares, np.stack([verb(member, y) for member in members]))
        np.testing.assert_allclose(verb(law, y), expected, rtol=1e-12, atol=1e-15)


def test_atoms_share_their_values() -> None:
    first, other = Atoms([1.0, 2.0], [[0.5, 0.5]]), Atoms([1.0, 3.0], [[0.5, 0.5]])
    with pytest.raises(ValueError, match=r"share their values, but those of law 1"):
        mix([first, other])
    with pytest.raises(ValueError, match="same rows"):
        mix([first, Atoms([1.0, 2.0], [[0.5, 0.5]] * 2)])


def test_other_laws_and_laws_of_two_kinds_do_not_mix() -> None:
    atoms, normal = Atoms.from_draws([[1.0]]), GaussianMixture([[1.0]], [[0.0]], [[1.0]])
    histogram = Histogram([0.0, 1.0], [[1.0]])
    for laws in ([normal], [histogram, atoms], [atoms, histogram], [histogram, normal]):
        with pytest.raises(TypeError):
            mix(laws)
