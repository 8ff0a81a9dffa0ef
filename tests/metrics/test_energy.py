"""The energy score: a weighted mean over rows, and lowest for the true joint law."""

import numpy as np
import pytest

from digitwise.distributions import JointLaw
from digitwise.metrics import energy_score

RNG = np.random.default_rng(0)
N, N_DRAWS = 600, 40
NAMES = ["first", "second"]
MIX = np.array([[1.0, 0.0], [0.9, 0.4]])  # correlated targets
CENTRES = RNG.normal(size=(N, 1, 2))


def law_of(mixing: np.ndarray, shift: float = 0.0) -> JointLaw:
    noise = np.random.default_rng(1).normal(size=(N, N_DRAWS, 2))
    return JointLaw.from_draws(CENTRES + shift + noise @ mixing.T, names=NAMES)


LAW = law_of(MIX)
Y = CENTRES[:, 0] + RNG.normal(size=(N, 2)) @ MIX.T
STDS = np.sqrt((MIX**2).sum(axis=1))


@pytest.mark.parametrize(
    ("mixing", "shift"),
    [(0.4 * MIX, 0.0), (2.5 * MIX, 0.0), (MIX, 0.7), (np.diag(STDS), 0.0), (MIX * [[1.0], [-1.0]], 0.0)],
    ids=["too narrow", "too wide", "moved", "independent", "of opposite sign"],
)
@pytest.mark.parametrize("scale", [None, STDS], ids=["data units", "scaled"])
def test_the_true_law_scores_best(mixing: np.ndarray, shift: float, scale: object) -> None:
    assert energy_score(Y, LAW, scale=scale) < energy_score(Y, law_of(mixing, shift), scale=scale)


def test_the_number_of_draws_does_not_change_what_is_expected() -> None:
    draws = CENTRES + np.random.default_rng(2).normal(size=(N, 100, 2)) @ MIX.T
    many = energy_score(Y, JointLaw.from_draws(draws, NAMES))
    few = np.mean([energy_score(Y, JointLaw.from_draws(draws[:, k : k + 2], NAMES)) for k in range(0, 100, 2)])
    assert few == pytest.approx(many, rel=0.01)


def test_it_is_the_weighted_mean_over_rows_with_something_known() -> None:
    y = Y.copy()
    y[::3, 0], y[::5] = np.nan, np.nan
    weight = RNG.integers(0, 3, size=N)
    score = LAW.energy_score(y)
    known = ~np.isnan(score)
    assert 0 < known.sum() < N
    assert energy_score(y, LAW, weight) == pytest.approx(np.average(score[known], weights=weight[known]))
    rows = np.repeat(np.arange(N), weight)
    assert energy_score(y, LAW, weight) == pytest.approx(energy_score(y[rows], LAW[rows]))


def test_wrong_arguments_are_errors() -> None:
    with pytest.raises(ValueError, match="row, target"):
        energy_score(Y[:-1], LAW)
    with pytest.raises(ValueError, match="known target"):
        energy_score(np.full_like(Y, np.nan), LAW)
    with pytest.raises(ValueError, match="known target"):
        energy_score(np.where(np.arange(N)[:, None] < 9, np.nan, Y), LAW, np.arange(N) < 9)
    with pytest.raises(ValueError, match="one weight per row"):
        energy_score(Y, LAW, np.ones(3))
    with pytest.raises(ValueError, match="scale"):
        energy_score(Y, LAW, scale=[1.0, -1.0])
