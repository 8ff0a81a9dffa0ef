"""Targets of which some are known from one side only: nothing is lost, nothing made up, and laws are better."""

import numpy as np
import pandas as pd
import pytest

from digitwise import (
    CRPS,
    CrossEntropy,
    DecodingRegressor,
    Finetune,
    GenRe2,
    HistogramRegressor,
    MixtureDensityRegressor,
    PointwiseRegressor,
    QualifiedTargets,
    QuantileRegressor,
)
from digitwise.codecs import NormalizedCodec
from digitwise.estimators.table_rows import TableRows
from digitwise.estimators.validation import figures_of
from digitwise.metrics import interval_crps, interval_nll, mean_crps, rmse
from digitwise.objectives import Objective

QUICK = {"preset": "plain", "max_epochs": 6, "hidden_dim": 32, "n_layers": 1, "random_state": 0}


def run_times(n_rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return features and log-normal run times whose spread depends on the features."""
    random = np.random.default_rng(seed)
    X = random.uniform(-1, 1, (n_rows, 3))
    return X, np.exp(2 + 1.5 * X[:, 0] + (0.4 + 0.3 * X[:, 1]) * random.standard_normal(n_rows))


def timed_out(y: np.ndarray, seed: int) -> QualifiedTargets:
    """Return what is seen of run times with a limit of each row's own, 2 to 40."""
    limit = np.exp(np.random.default_rng(seed).uniform(0.7, 3.7, len(y)))
    return QualifiedTargets.right_censored(np.minimum(y, limit), y > limit)


def mixed(n_rows: int = 80, seed: int = 0) -> tuple[np.ndarray, QualifiedTargets]:
    """Return rows of every kind."""
    X, y = run_times(n_rows, seed)
    low, high = y.copy(), y.copy()
    high[::4], low[1::4] = np.inf, -np.inf
    low[2::4], high[2::4] = 0.8 * low[2::4], 1.3 * high[2::4]
    return X, QualifiedTargets(low, high)


def test_the_likelihood_of_intervals_beats_dropping_and_clipping_them() -> None:
    X, y = run_times(300, seed=1)
    seen = timed_out(y, seed=2)
    assert 0.3 < 1 - seen.is_exact.mean() < 0.5
    X_test, y_test = run_times(2000, seed=3)
    settings = {**QUICK, "max_epochs": 40, "scaling": "log", "finetune": None}
    scores = {}
    for name, rows, targets in (
        ("likelihood", slice(None), seen),
        ("dropped", seen.is_exact, seen.low[seen.is_exact]),
        ("clipped", slice(None), seen.low),
    ):
        model = DecodingRegressor(**settings).fit(X[rows], targets)
        law = model.predict_distribution(X_test)
        median = np.log(law.median()) - (2 + 1.5 * X_test[:, 0])
        scores[name] = np.array([mean_crps(law, y_test), rmse(y_test, law.mean()), np.sqrt(np.mean(median**2))])
    assert (scores["likelihood"] < 0.95 * scores["dropped"]).all()
    assert (scores["likelihood"] < 0.95 * scores["clipped"]).all()


def test_a_row_that_is_known_is_a_number() -> None:
    """`QualifiedTargets` without an interval is the plain fit, bit for bit."""
    X, y = run_times(60, seed=0)
    plain = DecodingRegressor(**QUICK).fit(X, y)
    qualified = DecodingRegressor(**QUICK).fit(X, QualifiedTargets(y, y))
    np.testing.assert_array_equal(plain.predict(X), qualified.predict(X))
    assert "share of censored rows" not in qualified.fit_summary_


@pytest.mark.parametrize(
    "objective",
    ["smoothed_cross_entropy", "cross_entropy", "crps", CrossEntropy() + 10.0 * CRPS(), "ntl_was"],
)
def test_every_kind_of_row_trains(objective: str | Objective) -> None:
    X, targets = mixed()
    model = DecodingRegressor(objective=objective, finetune=None, **QUICK).fit(X, targets)
    assert np.isfinite(model.predict(X)).all()
    assert model.fit_summary_["share of censored rows"] == pytest.approx(0.75, abs=0.1)
    assert {"validation_crps", "validation_rmse"} <= set(model.history_[0])


@pytest.mark.parametrize("finetune", ["crps", "raft", "remax", GenRe2(n_draws=2), Finetune(objective="genre2")])
def test_second_stages(finetune: str | Objective | Finetune) -> None:
    X, targets = mixed()
    model = DecodingRegressor(codec=NormalizedCodec(base=4, length=3), finetune=None, **QUICK).fit(X, targets)
    model.fine_tune(X, targets, finetune=finetune)
    assert model.finetune_summary_["epochs"] == 3
    assert np.isfinite(model.finetune_summary_["nll after"])


def test_the_automatic_second_stage_needs_numbers() -> None:
    """The CRPS of intervals is not proper: it would draw the law towards the numbers that are seen."""
    X, targets = mixed()
    assert not hasattr(DecodingRegressor(**QUICK).fit(X, targets), "finetune_summary_")
    assert hasattr(DecodingRegressor(**QUICK).fit(X, targets.low.clip(0)), "finetune_summary_")


def test_other_regressors_say_that_they_need_numbers() -> None:
    X, targets = mixed()
    for kind in (HistogramRegressor, MixtureDensityRegressor, PointwiseRegressor, QuantileRegressor):
        with pytest.raises(
            TypeError, match=f"{kind.__name__} needs numbers, but y is QualifiedTargets, of which 60 of 80"
        ):
            kind(**QUICK).fit(X, targets)
        with pytest.raises(TypeError, match="needs numbers"):
            kind(**QUICK).fit(X, np.ones(80), validation_data=(X, targets))


def test_rows_must_agree() -> None:
    X, targets = mixed()
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        DecodingRegressor(**QUICK).fit(X[1:], targets)


@pytest.mark.parametrize("frame", [False, True])
def test_validation_data_may_be_numbers_or_intervals(frame: bool) -> None:
    X, targets = mixed()
    X_validation, y_validation = run_times(40, seed=5)
    seen = timed_out(y_validation, seed=6)
    if frame:
        X, X_validation = pd.DataFrame(X, columns=list("abc")), pd.DataFrame(X_validation, columns=list("abc"))
    settings = {**QUICK, "select_by": "nll", "max_epochs": 3}
    for validation in (y_validation, seen):
        model = DecodingRegressor(**settings).fit(X, targets, validation_data=(X_validation, validation))
        law = model.predict_distribution(X_validation)
        best = model.history_[model.best_epoch_ - 1]
        low, high = (validation, validation) if validation is y_validation else (seen.low, seen.high)
        assert best["validation_nll"] == pytest.approx(interval_nll(low, high, law), rel=1e-4)
        assert best["validation_crps"] == pytest.approx(interval_crps(low, high, law), rel=1e-4)
        known = low == high
        assert best["validation_rmse"] == pytest.approx(rmse(low[known], law.mean()[known]), rel=1e-4)


def test_numbers_may_be_lacking_in_validation() -> None:
    X, targets = mixed()
    unknown = ~targets.is_exact
    data = {"validation_data": (X[unknown], targets[unknown])}
    model = DecodingRegressor(**QUICK).fit(X, targets, **data)
    assert np.isnan(model.history_[0]["validation_rmse"])
    assert np.isfinite(model.history_[0]["validation_crps"])
    with pytest.raises(ValueError, match="select_by='rmse' compares with known numbers, but of all 60 validation rows"):
        DecodingRegressor(select_by="rmse", **QUICK).fit(X, targets, **data)


def test_no_number_need_be_known_at_all() -> None:
    X, y = run_times(80, seed=0)
    ranges = QualifiedTargets(np.floor(y), np.floor(y) + 1)
    model = DecodingRegressor(**QUICK).fit(X, ranges)
    assert model.fit_summary_["share of censored rows"] == 1.0
    assert np.isfinite(model.predict(X)).all()


def test_weights_count_rows() -> None:
    """A row of weight 0 is absent; scores weigh rows as given."""
    X, targets = mixed()
    weight = np.where(targets.is_exact, 1.0, 0.0)
    known = targets.is_exact
    with_zeros = DecodingRegressor(finetune=None, **QUICK).fit(X, targets, sample_weight=weight)
    without = DecodingRegressor(finetune=None, **QUICK).fit(X[known], targets.low[known])
    np.testing.assert_array_equal(with_zeros.predict(X), without.predict(X))
    table = TableRows(X, targets.low, np.arange(80.0), targets.high)
    law = with_zeros.predict_distribution(X)
    figures = figures_of(law, law.mean(), table, ["crps", "nll", "rmse"])
    assert figures["crps"] == interval_crps(targets.low, targets.high, law, np.arange(80.0))
    assert figures["rmse"] == rmse(targets.low[known], law.mean()[known], np.arange(80.0)[known])


def test_finite_ends_extend_the_range() -> None:
    X, y = run_times(60, seed=0)
    targets = QualifiedTargets(np.append(y, [500.0, -np.inf, 1.0]), np.append(y, [np.inf, -20.0, 300.0]))
    model = DecodingRegressor(scaling="affine", **QUICK).fit(np.vstack([X, X[:3]]), targets)
    low, high = model.scaling_.inverse(np.array([0.0, 1.0]))
    assert low < -20
    assert high > 500


def test_known_numbers_and_their_weights() -> None:
    table = TableRows(
        np.zeros((4, 1)),
        np.array([1.0, 2.0, -np.inf, 4.0]),
        np.array([1.0, 2.0, 3.0, 4.0]),
        np.array([1.0, np.inf, 3.0, 5.0]),
    )
    y, weight = table.numbers()
    assert sorted(zip(y.tolist(), weight.tolist(), strict=True)) == [(1, 1), (2, 2), (3, 3), (4, 2), (5, 2)]
    assert table.take(np.array([0])).y_high is None


def test_a_saved_model_predicts_the_same(tmp_path) -> None:
    X, targets = mixed()
    model = DecodingRegressor(**QUICK).fit(X, targets)
    model.save(tmp_path / "model")
    loaded = DecodingRegressor.load(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    assert loaded.fit_summary_ == model.fit_summary_


@pytest.mark.parametrize("codec", ["normalized", "scientific", "integer", "auto", NormalizedCodec(base=10, length=2)])
@pytest.mark.parametrize("bounds", [{}, {"low": 0.0}, {"low": 0.0, "high": 600.0}])
def test_codecs_and_bounds(codec, bounds: dict[str, float]) -> None:
    X, targets = mixed()
    if codec == "integer":
        targets = QualifiedTargets(np.floor(targets.low), np.ceil(targets.high))
    model = DecodingRegressor(codec=codec, **bounds, **{**QUICK, "max_epochs": 2}).fit(X, targets)
    assert np.isfinite(model.predict(X)).all()
    assert np.isfinite(model.history_[-1]["train_loss"])
