"""Held-out rows at work in estimators: three steps or two, groups, folds, recalibrated laws, saved and loaded."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_score

from digitwise import DecodingRegressor, HistogramRegressor, JointDecodingRegressor, QualifiedTargets
from digitwise.calibration import QuantileDistance, SplitConformal
from digitwise.metrics import mean_crps, mean_nll
from tests.estimators.estimators import ESTIMATORS

rng = np.random.default_rng(0)
N = 1500
X = rng.normal(size=(N, 2))
GROUPS = np.where(rng.random(N) < 0.4, "wild", "calm")
Y = 100 + 10 * X[:, 0] + rng.standard_t(3, size=N) * np.where(GROUPS == "wild", 4.0, 1.0)
TRAIN, HELD_OUT, NEW = slice(0, 300), slice(300, 800), slice(800, N)
ONE_TARGET = ["decoding", "quantile", "mixture_density", "histogram", "pointwise", "ensemble"]


def quick(**settings):
    return ESTIMATORS["decoding"](**{"max_epochs": 8, "learning_rate": 1e-2} | settings)


def inside(interval, y):
    return (interval[:, 0] <= y) & (y <= interval[:, 1])


@pytest.fixture(scope="module")
def fitted():
    return quick().fit(X[TRAIN], Y[TRAIN])


@pytest.fixture
def model(fitted):
    other = clone(fitted)
    other.__dict__.update({name: value for name, value in vars(fitted).items() if name.endswith("_")})
    return other


@pytest.mark.parametrize("name", ONE_TARGET)
def test_three_steps_cover_for_every_estimator(name: str) -> None:
    model = ESTIMATORS[name](max_epochs=2).fit(X[TRAIN], Y[TRAIN])  # hardly trained: the laws are wrong
    assert not model.is_conformal_
    before = inside(model.predict_interval(X[NEW], 0.8), Y[NEW]).mean()
    assert model.conformalize(X[HELD_OUT], Y[HELD_OUT]) is model
    assert model.is_conformal_
    after = inside(model.predict_interval(X[NEW], 0.8), Y[NEW]).mean()
    assert abs(after - 0.8) < 0.07
    assert after != before


def test_the_verb_is_the_law_and_split_conformal(model) -> None:
    score = QuantileDistance(base_coverage=0.5)
    model.conformalize(X[HELD_OUT], Y[HELD_OUT], score=score, separate_tails=True)
    law = model.predict_distribution
    split = SplitConformal.fit(law(X[HELD_OUT]), Y[HELD_OUT], score=score, separate_tails=True)
    np.testing.assert_array_equal(model.predict_interval(X[NEW], 0.9), split.interval(law(X[NEW]), 0.9))


def test_rows_are_read_in_passes(model, monkeypatch) -> None:
    weight = rng.random(N)
    model.conformalize(X[HELD_OUT], Y[HELD_OUT], groups=GROUPS[HELD_OUT], sample_weight=weight[HELD_OUT])
    together = model.predict_interval(X[NEW], 0.9, groups=GROUPS[NEW], sample_weight=weight[NEW])
    monkeypatch.setattr("digitwise.estimators.law_verbs.ROWS_PER_PASS", 100)
    again = model.predict_interval(X[NEW], 0.9, groups=GROUPS[NEW], sample_weight=weight[NEW])
    np.testing.assert_array_equal(again, together)


def test_groups_keep_the_promise_one_by_one(model) -> None:
    def shares(interval):
        return [inside(interval, Y[NEW])[GROUPS[NEW] == name].mean() for name in ("calm", "wild")]

    together = shares(model.conformalize(X[HELD_OUT], Y[HELD_OUT]).predict_interval(X[NEW], 0.8))
    model.conformalize(X[HELD_OUT], Y[HELD_OUT], groups=GROUPS[HELD_OUT])
    apart = shares(model.predict_interval(X[NEW], 0.8, groups=GROUPS[NEW]))
    assert together[0] > 0.85 > 0.75 > together[1]
    np.testing.assert_allclose(apart, 0.8, atol=0.07)


def test_calibration_fraction_sets_rows_aside_that_are_never_trained_on() -> None:
    model = quick(calibration_fraction=0.25).fit(X[TRAIN], Y[TRAIN])
    assert len(model.conformal_) == 75
    assert model.fit_summary_["training rows"] + model.fit_summary_["validation rows"] == 225
    assert abs(inside(model.predict_interval(X[NEW], 0.8), Y[NEW]).mean() - 0.8) < 0.1
    assert not hasattr(model, "_calibration_rows")
    plain = quick().fit(X[TRAIN], Y[TRAIN])
    assert plain.fit_summary_["training rows"] == 240
    assert model.set_params(calibration_fraction=None).fit(X[TRAIN], Y[TRAIN]).is_conformal_ is False
    np.testing.assert_array_equal(model.predict(X[NEW]), plain.predict(X[NEW]))


def test_it_is_a_parameter_like_any_other() -> None:
    model = DecodingRegressor(calibration_fraction=0.2)
    assert clone(model).get_params()["calibration_fraction"] == 0.2
    assert "calibration_fraction\n" in (HistogramRegressor.__doc__ or "")
    with pytest.raises(TypeError, match="calibration_fraction"):
        JointDecodingRegressor(calibration_fraction=0.2)
    assert cross_val_score(quick(calibration_fraction=0.2), X[TRAIN], Y[TRAIN], cv=2).mean() > 0.3


def test_folds_calibrate_with_every_row() -> None:
    settings = {"n_folds": 3, "calibration_fraction": "folds"}
    model = quick(**settings).fit(X[:120], Y[:120])
    assert len(model.conformal_) == 120
    interval = model.predict_interval(X[NEW], 0.8)
    assert 0.72 < inside(interval, Y[NEW]).mean() < 0.92
    assert (interval[:, 0] <= model.predict(X[NEW])).mean() > 0.95


@pytest.mark.parametrize("how", ["split", "groups", "folds", "digits", "smooth", "conformal"])
def test_calibration_survives_a_round_trip(model, how: str, tmp_path) -> None:
    options = {"groups": GROUPS[NEW]} if how == "groups" else {}
    if how == "folds":
        model = quick(n_folds=2, calibration_fraction="folds").fit(X[:100], Y[:100])
    elif how == "groups":
        model.conformalize(X[HELD_OUT], Y[HELD_OUT], groups=GROUPS[HELD_OUT], score="distance")
    elif how == "split":
        model.conformalize(X[HELD_OUT], Y[HELD_OUT], sample_weight=rng.random(500))
    else:
        model.recalibrate(X[300:550], Y[300:550], method=how).conformalize(X[550:800], Y[550:800])
    model.save(tmp_path / "model")
    loaded = DecodingRegressor.load(tmp_path / "model")
    assert loaded.is_conformal_
    np.testing.assert_array_equal(loaded.predict(X[NEW]), model.predict(X[NEW]))
    np.testing.assert_array_equal(
        loaded.predict_interval(X[NEW], 0.9, **options), model.predict_interval(X[NEW], 0.9, **options)
    )


@pytest.mark.parametrize("method", ["digits", "smooth", "conformal"])
def test_recalibrated_laws_are_better_and_every_verb_reads_them(model, method: str) -> None:
    raw = model.predict_distribution(X[NEW])
    model.conformalize(X[HELD_OUT], Y[HELD_OUT]).recalibrate(X[HELD_OUT], Y[HELD_OUT], method=method)
    assert not model.is_conformal_
    law = model.predict_distribution(X[NEW])
    assert mean_nll(law, Y[NEW]) < mean_nll(raw, Y[NEW])
    assert mean_crps(law, Y[NEW]) < 1.01 * mean_crps(raw, Y[NEW])
    np.testing.assert_allclose(model.predict(X[NEW]), law.mean())
    np.testing.assert_allclose(model.predict_interval(X[NEW], 0.7), law.interval(0.7))
    with pytest.raises(ValueError, match="Bounds are of the law of a single model"):
        model.predict_bounds(X[:2])
    assert not hasattr(model.fit(X[TRAIN], Y[TRAIN]), "recalibration_")


def test_rows_once_set_aside_stay_aside_when_training_goes_on() -> None:
    make = ESTIMATORS["decoding"]
    model = make(max_epochs=1, calibration_fraction=0.2).fit(X[TRAIN], Y[TRAIN])
    first = model.conformal_
    model.fine_tune(X[TRAIN], Y[TRAIN], finetune="crps")
    assert len(model.conformal_) == 60
    assert model.conformal_ is not first
    with pytest.raises(ValueError, match="needs an integer random_state"):
        make(max_epochs=1, calibration_fraction=0.2, random_state=None).fit(X[TRAIN], Y[TRAIN]).fine_tune(
            X[TRAIN], Y[TRAIN], finetune="crps"
        )
    with pytest.raises(ValueError, match="warm_start needs an integer random_state"):
        make(calibration_fraction=0.2, random_state=None, warm_start=True).fit(X[TRAIN], Y[TRAIN])


def test_frames_and_weights() -> None:
    frame = pd.DataFrame(X, columns=["a", "b"])
    model = quick(calibration_fraction=0.3)
    model.fit(frame[TRAIN], Y[TRAIN], sample_weight=rng.integers(0, 3, size=300))
    assert model.conformal_.weight is not None
    interval = model.predict_interval(frame[NEW], 0.8, sample_weight=np.ones(N - 800))
    assert interval.shape == (N - 800, 2)


def test_too_few_rows_are_said(model) -> None:
    model.conformalize(X[300:310], Y[300:310])
    with pytest.warns(UserWarning, match="takes at least 99 calibration rows, and there are 10"):
        assert np.isinf(model.predict_interval(X[:5], 0.99)).all()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"calibration_fraction": 1.0}, "strictly between 0 and 1"),
        ({"calibration_fraction": "half"}, "or be 'folds' or None"),
        ({"calibration_fraction": "folds"}, "needs n_folds of at least 2"),
        ({"calibration_fraction": 0.999}, "leaves 300 of 300 rows"),
    ],
)
def test_impossible_fractions_are_named(settings, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        quick(**settings).fit(X[TRAIN], Y[TRAIN])


def test_impossible_calls_are_named(model) -> None:
    with pytest.raises(NotFittedError):
        quick().conformalize(X, Y)
    with pytest.raises(ValueError, match="takes no groups"):
        model.predict_interval(X[:2], groups=["a", "b"])
    with pytest.raises(ValueError, match="takes no sample_weight"):
        model.conformalize(X[HELD_OUT], Y[HELD_OUT]).predict_interval(X[:2], sample_weight=[1.0, 1.0])
    with pytest.raises(ValueError, match="needs groups"):
        model.conformalize(X[HELD_OUT], Y[HELD_OUT], groups=GROUPS[HELD_OUT]).predict_interval(X[:2])
    with pytest.raises(ValueError, match="method must be one of"):
        model.recalibrate(X[HELD_OUT], Y[HELD_OUT], method="isotonic")
    with pytest.raises(TypeError, match="needs numbers"):
        model.conformalize(X[:2], QualifiedTargets([0.0, 1.0], [0.5, 1.0]))
    with pytest.raises(ValueError, match="known numbers"):
        ESTIMATORS["decoding"](calibration_fraction=0.5, max_epochs=1).fit(
            X[:20], QualifiedTargets(Y[:20], np.r_[np.inf, Y[1:20]])
        )
    with pytest.raises(ValueError, match="writes digits"):
        ESTIMATORS["histogram"](max_epochs=1).fit(X[TRAIN], Y[TRAIN]).recalibrate(X, Y, method="digits")
    with pytest.raises(ValueError, match="or be None"):
        ESTIMATORS["histogram"](calibration_fraction="folds").fit(X[TRAIN], Y[TRAIN])
    with pytest.raises(ValueError, match=r"takes no sample_weight\. Set a share"):
        quick(calibration_fraction="folds", n_folds=2).fit(X[TRAIN], Y[TRAIN], np.arange(300))


def test_digits_need_a_tree_that_is_enumerated() -> None:
    model = ESTIMATORS["open_tree"](max_epochs=1).fit(X[TRAIN], Y[TRAIN])
    rows = slice(300, 360)
    with pytest.raises(ValueError, match="whose tree is enumerated"):
        model.recalibrate(X[rows], Y[rows], method="digits")
    model.recalibrate(X[rows], Y[rows]).conformalize(X[rows], Y[rows])
    assert np.isfinite(model.predict_interval(X[:3], 0.9)).all()
