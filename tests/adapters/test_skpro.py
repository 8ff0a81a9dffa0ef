"""skpro takes our regressors and laws: its own checks, and its answers against ours."""

import sys

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import KFold

from digitwise import HistogramRegressor
from digitwise.distributions import Atoms, GaussianMixture, Histogram
from tests.estimators.estimators import ESTIMATORS

pytest.importorskip("skpro")
from skpro.benchmarking.evaluate import evaluate
from skpro.metrics import CRPS
from skpro.regression.base import BaseProbaRegressor
from skpro.utils import check_estimator

from digitwise.adapters.skpro import SkproLaw, SkproRegressor

rng = np.random.default_rng(0)
X = pd.DataFrame(rng.normal(size=(200, 2)), columns=["a", "b"], index=[f"row {k}" for k in range(200)])
Y = pd.DataFrame({"price": 10 + 3 * X["a"] + rng.normal(scale=0.5, size=200)})
TRAIN, NEW = slice(0, 120), slice(120, 200)

ROWS = 4
LAWS = {
    "open": Histogram(
        [-1.0, 0.0, 0.5, 2.0], rng.dirichlet(np.ones(3), size=ROWS), tails=("exponential", "exponential")
    ),
    "mixture": GaussianMixture(
        rng.dirichlet(np.ones(2), size=ROWS), rng.normal(size=(ROWS, 2)), rng.uniform(0.5, 2.0, size=(ROWS, 2))
    ),
    "atoms": Atoms([-1.0, 0.0, 3.0], rng.dirichlet(np.ones(3), size=ROWS)),
}


@pytest.fixture(scope="module")
def fitted():
    return SkproRegressor(ESTIMATORS["decoding"](max_epochs=3)).fit(X[TRAIN], Y[TRAIN])


@pytest.mark.filterwarnings("ignore:.*'pdfnorm' method")
@pytest.mark.parametrize("kind", [SkproLaw, SkproRegressor])
def test_skpro_s_own_checks(kind) -> None:
    results = check_estimator(kind, verbose=False)
    assert len(results) > 40
    assert {name: result for name, result in results.items() if result != "PASSED"} == {}


@pytest.mark.parametrize("name", list(LAWS))
def test_answers_are_those_of_the_law(name: str) -> None:
    law = LAWS[name]
    ours = SkproLaw(law, columns=["price"])
    y = pd.DataFrame({"price": rng.choice([-1.0, 0.0, 3.0], size=ROWS)})
    at = y["price"].to_numpy()
    for found, expected in (
        (ours.mean(), law.mean()),
        (ours.var(), law.variance()),
        (ours.cdf(y), law.cdf(at)),
        (ours.surv(y), law.prob_above(at)),
        (ours.ppf(0.3), law.quantile(0.3)),
        (ours.pmf(y) if name == "atoms" else ours.pdf(y), np.exp(law.log_prob(at))),
    ):
        assert found.columns.tolist() == ["price"]
        np.testing.assert_allclose(found["price"], expected)
    np.testing.assert_allclose(ours.quantile([0.1, 0.9]), law.quantile([0.1, 0.9]))
    np.testing.assert_allclose(CRPS(multivariate=True).evaluate_by_index(y, ours).squeeze(), law.crps(at), rtol=1e-9)


@pytest.mark.parametrize("name", list(LAWS))
def test_energy_is_the_mean_distance_of_draws(name: str) -> None:
    law, n = LAWS[name], 40_000
    one, other = law.sample(n, random_state=0), law.sample(n, random_state=1)
    ours = SkproLaw(law)
    for distance, found in ((np.abs(one - other), ours.energy()), (np.abs(one - 0.3), ours.energy(0.3))):
        error = distance.std(axis=1) / np.sqrt(n)
        assert (np.abs(found["energy"] - distance.mean(axis=1)) < 5 * error).all()


def test_rows_are_taken_by_place_and_by_name() -> None:
    ours = SkproLaw(LAWS["open"], index=list("abcd"), columns=["price"])
    assert ours.loc[["c", "a"]].mean()["price"].tolist() == ours.mean().loc[["c", "a"], "price"].tolist()
    assert ours.iloc[2:].index.tolist() == ["c", "d"]
    one = ours.at["b", "price"]
    assert one.shape == ()
    assert one.cdf(0.2) == pytest.approx(LAWS["open"].cdf(0.2)[1])
    with pytest.raises(ValueError, match="as many entries in index and one in columns"):
        SkproLaw(LAWS["open"], index=["a"], columns=["price"])


def test_predictions_are_those_of_the_estimator(fitted) -> None:
    assert isinstance(fitted, BaseProbaRegressor)
    alone = ESTIMATORS["decoding"](max_epochs=3).fit(X[TRAIN], Y["price"][TRAIN])
    point, law = fitted.predict(X[NEW]), fitted.predict_proba(X[NEW])
    assert point.index.equals(X[NEW].index)
    np.testing.assert_array_equal(point["price"], alone.predict(X[NEW]))
    np.testing.assert_array_equal(law.law.probs, alone.predict_distribution(X[NEW]).probs)
    interval = fitted.predict_interval(X[NEW], coverage=[0.5, 0.9])
    assert interval.columns.tolist() == [("price", share, end) for share in (0.5, 0.9) for end in ("lower", "upper")]
    np.testing.assert_array_equal(interval["price"][0.9], alone.predict_interval(X[NEW], 0.9))
    np.testing.assert_allclose(fitted.predict_var(X[NEW])["price"], alone.predict_variance(X[NEW]))


def test_intervals_are_conformal_where_the_estimator_s_are() -> None:
    settings = {"preset": "plain", "max_epochs": 2, "calibration_fraction": 0.3, "random_state": 0}
    found = SkproRegressor(HistogramRegressor(**settings)).fit(X[TRAIN], Y[TRAIN])
    alone = HistogramRegressor(**settings).fit(X[TRAIN], Y["price"][TRAIN])
    interval = found.predict_interval(X[NEW], coverage=0.8)["price"][0.8].to_numpy()
    np.testing.assert_array_equal(interval, alone.predict_interval(X[NEW], 0.8))
    assert not np.allclose(interval, alone.predict_distribution(X[NEW]).interval(0.8))


def test_skpro_compares_models_by_our_crps(fitted) -> None:
    found = evaluate(fitted.clone(), KFold(2), X, Y, scoring=CRPS())
    by_hand = []
    for train, test in KFold(2).split(X):
        model = ESTIMATORS["decoding"](max_epochs=3).fit(X.iloc[train], Y["price"].iloc[train])
        by_hand.append(model.predict_distribution(X.iloc[test]).crps(Y["price"].iloc[test].to_numpy()).mean())
    np.testing.assert_allclose(found["test_CRPS"], by_hand, rtol=1e-9)


def test_whoever_lacks_skpro_is_told_what_to_install(monkeypatch) -> None:
    for name in [name for name in sys.modules if name.startswith("digitwise.adapters.skpro")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "skpro.regression.base", None)
    with pytest.raises(ModuleNotFoundError, match=r'pip install "digitwise\[skpro\]"'):
        import digitwise.adapters.skpro  # noqa: F401
