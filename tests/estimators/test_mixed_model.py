"""Networks and boosted digits on one tree: which model is trained, how laws are mixed, and what is refused."""

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from digitwise import CrossEntropy, DecodingRegressor, NormalizedCodec, QualifiedTargets
from digitwise.codecs.log_scaling import LogScaling
from digitwise.distributions import Histogram
from digitwise.distributions.mixture import mix, sharpened
from digitwise.estimators.parts import EXPONENTS, best_sharpness, in_scaled_units
from tests.estimators.estimators import CODEC, SMALL

rng = np.random.default_rng(3)
X = rng.normal(size=(160, 2))
Y = np.where(X[:, 0] > 0, 5.0, -5.0) + X[:, 1] + 0.3 * rng.normal(size=160)
QUICK = {**SMALL, "codec": CODEC, "max_epochs": 3, "finetune": None}


def fitted(**settings) -> DecodingRegressor:
    return DecodingRegressor(**QUICK | settings).fit(X, Y)


def probs_of(network, model: DecodingRegressor) -> np.ndarray:
    return network.law(model._rows(X)).probs


def test_the_mixture_is_that_of_the_two_laws_with_the_share_and_the_sharpness() -> None:
    model = fitted(model="mixed", preset="default", n_members=2)
    (part,) = model.parts_
    assert 0 <= part.share <= 1 and part.sharpness > 0
    laws = [network.law(model._rows(X)) for network in (part.network, part.boosted)]
    expected = sharpened(mix(laws, [1 - part.share, part.share]), part.sharpness)
    assert_allclose(model.predict_distribution(X).probs, expected.probs, rtol=1e-12)
    assert model.fit_summary_["share of the boosted law"] == part.share
    assert model.fit_summary_["sharpness"] == part.sharpness


def test_the_share_has_the_best_validation_figure() -> None:
    held_out = rng.normal(size=(80, 2))
    y = np.where(held_out[:, 0] > 0, 5.0, -5.0) + held_out[:, 1]
    model = DecodingRegressor(**QUICK, model="mixed", select_by="rmse").fit(X, Y, validation_data=(held_out, y))
    (part,) = model.parts_
    rows = model._rows(held_out)
    laws = [network.law(rows) for network in (part.network, part.boosted)]
    errors = {
        share: np.sqrt(np.mean((mix(laws, [1 - share, share]).mean() - y) ** 2)) for share in np.linspace(0, 1, 21)
    }
    assert errors[part.share] == min(errors.values())
    assert part.sharpness == 1  # the plain preset leaves laws as they are


def test_trees_do_better_at_steps_than_a_network_without_time() -> None:
    scores = {kind: fitted(model=kind).score(X, Y) for kind in ("network", "boosted")}
    assert scores["boosted"] > 0.95 > scores["network"]


def test_folds_are_averaged_and_differ() -> None:
    model = fitted(n_folds=3)
    assert len(model.parts_) == 3
    laws = [probs_of(part.network, model) for part in model.parts_]
    assert_allclose(model.predict_distribution(X).probs, np.mean(laws, axis=0), rtol=1e-9)
    assert np.abs(laws[0] - laws[1]).max() > 1e-3


def test_folds_leave_out_no_row_for_good() -> None:
    model = fitted(n_folds=4, max_epochs=1)
    assert model.fit_summary_["training rows"] + model.fit_summary_["validation rows"] == len(X)


def test_given_validation_rows_validate_every_fold() -> None:
    model = DecodingRegressor(**QUICK | {"max_epochs": 1}, n_folds=4).fit(X, Y, validation_data=(X[:30], Y[:30]))
    assert model.fit_summary_["validation rows"] == 30
    assert model.fit_summary_["training rows"] == len(X) * 3 // 4


def test_the_automatic_model_is_mixed_only_where_nothing_else_is_asked_for() -> None:
    quick = {**QUICK, "preset": "default", "n_members": 2, "max_epochs": 1}
    assert DecodingRegressor(**quick).fit(X, Y).model_ == "mixed"
    limits = QualifiedTargets(Y, np.where(Y > 5, np.inf, Y))
    for settings, targets in (
        ({"objective": CrossEntropy()}, Y),
        ({"finetune": "raft"}, Y),
        ({"codec": NormalizedCodec(base=4, length=3)}, Y),
        ({}, limits),
    ):
        assert DecodingRegressor(**quick | settings).fit(X, targets).model_ == "network", settings
    assert DecodingRegressor(**QUICK).fit(X, Y).model_ == "network"  # the plain preset


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"model": "forest"}, "model must be one of 'auto', 'network', 'boosted', 'mixed', but got 'forest'"),
        ({"model": "boosted", "codec": NormalizedCodec(base=10, length=2)}, "binary digits"),
        ({"n_folds": 0}, "n_folds must be an integer of at least 1"),
        ({"n_folds": 2, "warm_start": True}, "warm_start goes on with one network"),
        ({"preset": "finest"}, "preset must be one of"),
        ({"n_members": 0}, "n_members of at least 1"),
    ],
)
def test_what_cannot_be_is_refused(settings, message) -> None:
    with pytest.raises(ValueError, match=message):
        fitted(**settings)


def test_intervals_are_refused_by_trees() -> None:
    with pytest.raises(ValueError, match="Use model='network'"):
        DecodingRegressor(**QUICK, model="mixed").fit(X, QualifiedTargets(Y, np.where(Y > 5, np.inf, Y)))


def test_only_a_single_network_is_fine_tuned() -> None:
    for settings in ({"model": "boosted"}, {"n_folds": 2}):
        with pytest.raises(ValueError, match="Only a single network can be fine-tuned"):
            fitted(**settings).fine_tune(X, Y, finetune="raft")
    model = fitted(model="mixed")
    before = model.parts_[0].boosted
    model.fine_tune(X, Y, finetune="raft")
    assert model.parts_[0].boosted is before and model.finetune_summary_["objective"] == "raft"


def test_bounds_are_of_single_networks() -> None:
    for settings in ({"n_members": 2}, {"model": "mixed"}, {"n_folds": 2}):
        with pytest.raises(ValueError, match="single model"):
            fitted(**settings).predict_bounds(X)
    boosted = fitted(model="boosted")  # trees can be searched as well
    bounds = boosted.predict_bounds(X[:5]).mean_bounds()
    assert_allclose(bounds.low, boosted.predict(X[:5]), rtol=1e-6)


def test_sample_weights_reach_the_trees() -> None:
    weight = np.where(X[:, 0] > 0, 1.0, 0.0)
    model = DecodingRegressor(**QUICK, model="boosted").fit(X, Y, sample_weight=weight)
    assert_array_equal(model.predict(X) > 0, True)


@pytest.mark.parametrize("settings", [{"n_folds": 4}, {"model": "mixed", "max_epochs": 1}], ids=["folds", "mixed"])
def test_rows_that_fit_has_transformed_are_not_mixed_up(settings: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    X = np.random.default_rng(0).normal(size=(103, 2))
    y = X[:, 0] + X[:, 1] ** 2
    chosen = {"preset": "fast", "random_state": 0} | settings
    found = DecodingRegressor(**chosen).fit(X, y).predict(X)
    monkeypatch.setattr(DecodingRegressor, "_transformed", lambda self, table: self.columns_.transform(table.X))
    np.testing.assert_array_equal(found, DecodingRegressor(**chosen).fit(X, y).predict(X))


def test_one_huge_number_does_not_decide_how_sharp_all_laws_are() -> None:
    """In data units the narrowest law would win: every other puts mass on numbers near the huge one."""
    scaling = LogScaling(low=1.0, high=2.0**40)
    z = np.array([0.3] * 30 + [0.35] * 30 + [0.4] * 30 + [1.0])
    edges = scaling.inverse(np.linspace(0, 1, 21))
    near = np.exp(-0.5 * ((np.arange(20) - 7) / 1.0) ** 2) + 1e-3
    law = Histogram(edges, np.tile(near / near.sum(), (len(z), 1)))
    y, weight = scaling.inverse(z), np.ones(len(z))
    in_data_units = [float(sharpened(law, power).crps(y)[:-1].mean()) for power in EXPONENTS]
    assert EXPONENTS[int(np.argmin(in_data_units))] == max(EXPONENTS)
    assert best_sharpness(in_scaled_units(law, scaling), z, weight) < 1.5
