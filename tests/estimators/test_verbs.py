"""The verbs of every estimator: shapes, units, agreement with the law."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from numpy.testing import assert_allclose
from sklearn import config_context
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from digitwise import CrossEntropy, NormalizedCodec, Transformer
from digitwise.distributions import Distribution
from tests.estimators.estimators import ESTIMATORS

rng = np.random.default_rng(0)
X = rng.normal(size=(300, 4))
Y = 1000 + 50 * X[:, 0] + 20 * np.abs(X[:, 1]) * rng.normal(size=300)  # units far from standard ones


@pytest.fixture(scope="module", params=list(ESTIMATORS))
def model(request):
    return ESTIMATORS[request.param](max_epochs=30).fit(X, Y)


def test_the_signal_is_found_in_the_users_units(model) -> None:
    assert model.score(X, Y) > 0.5
    assert abs(model.predict(X).mean() - Y.mean()) < 10


def test_shapes(model) -> None:
    assert model.predict(X[:7]).shape == (7,)
    assert model.predict_quantiles(X[:7], [0.1, 0.5]).shape == (7, 2)
    assert model.predict_interval(X[:7], coverage=0.8).shape == (7, 2)
    assert model.predict_variance(X[:7]).shape == (7,)
    assert model.sample(X[:7], n_draws=5, random_state=0).shape == (7, 5)
    law = model.predict_distribution(X[:7])
    assert isinstance(law, Distribution)
    assert len(law) == 7


def test_verbs_agree_with_the_law(model) -> None:
    law = model.predict_distribution(X)
    assert_allclose(model.predict(X), law.mean())
    assert_allclose(model.predict_quantiles(X, [0.2, 0.7]), law.quantile(np.array([0.2, 0.7])))
    assert_allclose(model.predict_interval(X, 0.8), law.interval(0.8))
    assert_allclose(model.predict_variance(X), law.variance())
    assert_allclose(model.sample(X, 3, random_state=1), law.sample(3, random_state=1))


def test_quantiles_never_cross(model) -> None:
    quantiles = model.predict_quantiles(X, np.linspace(0.01, 0.99, 25))
    assert (np.diff(quantiles, axis=1) >= 0).all()


def test_predictions_depend_on_the_row_alone(model, monkeypatch) -> None:
    together = model.predict_quantiles(X, [0.1, 0.5, 0.9])
    order = rng.permutation(300)
    assert_allclose(model.predict_quantiles(X[order], [0.1, 0.5, 0.9]), together[order], rtol=1e-9)
    alone = np.vstack([model.predict_quantiles(X[i : i + 1], [0.1, 0.5, 0.9]) for i in range(20)])
    assert_allclose(alone, together[:20], rtol=1e-9)
    monkeypatch.setattr("digitwise.estimators.law_verbs.ROWS_PER_PASS", 7)
    assert_allclose(model.predict_quantiles(X, [0.1, 0.5, 0.9]), together, rtol=1e-9)


def test_point_estimates(model) -> None:
    law = model.predict_distribution(X[:20])
    for name in ("mean", "median", "mode"):
        other = clone(model).set_params(point_estimate=name)
        other.__dict__.update({k: v for k, v in vars(model).items() if k.endswith("_")})
        assert_allclose(other.predict(X[:20]), getattr(law, name)())


def test_the_same_seed_gives_the_same_model(model) -> None:
    again = clone(model).fit(X, Y)
    assert_allclose(again.predict(X), model.predict(X), rtol=0, atol=0)
    other = clone(model).set_params(random_state=1).fit(X, Y)
    assert not np.array_equal(other.predict(X), model.predict(X))


@pytest.mark.parametrize("name", ["decoding", "pointwise"])
def test_training_leaves_the_users_random_state_alone(name: str) -> None:
    import torch

    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    ESTIMATORS[name](max_epochs=1).fit(X, Y)
    assert torch.equal(torch.rand(3), expected)


def test_refit_starts_afresh_and_warm_start_continues() -> None:
    model = ESTIMATORS["decoding"](max_epochs=3).fit(X, Y)
    first = model.predict(X)
    assert model.fit(X, Y).n_iter_ == 3
    assert_allclose(model.predict(X), first, rtol=0, atol=0)
    model.set_params(warm_start=True, max_epochs=2).fit(X, Y)
    assert model.n_iter_ == 5
    assert not np.array_equal(model.predict(X), first)


def test_frames_of_every_kind_give_the_same_predictions() -> None:
    frame = pd.DataFrame(X, columns=list("abcd"))
    frame["kind"] = np.where(X[:, 2] > 0, "high", "low")
    frame.loc[::17, "a"] = np.nan
    model = ESTIMATORS["decoding"](max_epochs=3)
    by_pandas = model.fit(frame, Y).predict(frame)
    by_polars = clone(model).fit(pl.from_pandas(frame), pl.Series(Y)).predict(pl.from_pandas(frame))
    assert_allclose(by_polars, by_pandas)
    assert list(model.feature_names_in_) == ["a", "b", "c", "d", "kind"]


def test_text_in_an_object_array_is_a_category() -> None:
    features = np.array([[float(x), "red" if x > 0 else "blue"] for x in X[:, 0]], dtype=object)
    model = ESTIMATORS["decoding"](max_epochs=3).fit(features, Y)
    assert model.predict(features).shape == (300,)
    assert model.columns_.cardinalities


def test_text_in_lists_is_a_category() -> None:
    rows = [[float(x), "red" if x > 0 else "blue"] for x in X[:, 0]]
    model = ESTIMATORS["decoding"](max_epochs=1).fit(rows, Y.tolist())
    assert model.predict(rows[:2]).shape == (2,)
    assert model.predict([tuple(row) for row in rows[:2]]).shape == (2,)
    assert len(model.columns_.cardinalities) == 1


def test_wrong_columns_at_prediction_are_named() -> None:
    frame = pd.DataFrame(X, columns=list("abcd"))
    model = ESTIMATORS["decoding"](max_epochs=1).fit(frame, Y)
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame.rename(columns={"a": "z"}))


def test_it_works_inside_scikit_learn() -> None:
    model = ESTIMATORS["decoding"](max_epochs=10)
    assert cross_val_score(make_pipeline(StandardScaler(), model), X, Y, cv=2).mean() > 0
    search = GridSearchCV(model, {"learning_rate": [1e-3, 1e-2]}, cv=2).fit(X, Y)
    assert search.best_params_["learning_rate"] in (1e-3, 1e-2)
    weighted = model.fit(X, Y, sample_weight=np.ones(300))
    assert weighted.predict(X).shape == (300,)


def test_given_validation_data_choose_the_epoch() -> None:
    model = ESTIMATORS["decoding"](max_epochs=5)
    model.fit(X[:200], Y[:200], validation_data=(X[200:], Y[200:]))
    law = model.predict_distribution(X[200:])
    assert model.fit_summary_["training rows"] == 200
    best = model.history_[model.best_epoch_ - 1]
    assert best["validation_crps"] == pytest.approx(law.crps(Y[200:]).mean(), rel=1e-4)
    assert best["validation_crps"] == min(row["validation_crps"] for row in model.history_)


@pytest.mark.parametrize("metric", ["rmse", "mae", "nll", "spearman", "interval_score_90"])
def test_any_metric_may_choose_the_epoch(metric: str) -> None:
    model = ESTIMATORS["decoding"](max_epochs=4, select_by=metric).fit(X, Y)
    column = [row[f"validation_{metric}"] for row in model.history_]
    chosen = column[model.best_epoch_ - 1]
    assert chosen == (max(column) if metric == "spearman" else min(column))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"point_estimate": "average"}, "point_estimate must be one of"),
        ({"validation_fraction": 1.0}, "validation_fraction must lie"),
        ({"select_by": "accuracy"}, "accuracy"),
        ({"scaling": "cube"}, "cube"),
        ({"learning_rate": -1.0}, "learning_rate must be positive"),
        ({"max_epochs": 0}, "max_epochs must be at least 1"),
        ({"codec": "roman"}, "codec must be one of"),
        ({"decoder": "lstm"}, "decoder must be one of"),
        ({"objective": "magic"}, "objective must be one of"),
        ({"device": "abacus"}, "device must be"),
        ({"hidden_dim": 0}, "hidden_dim, n_layers and n_members"),
    ],
)
def test_impossible_parameters_are_named(settings, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ESTIMATORS["decoding"](**settings).fit(X, Y)


def test_a_misspelt_parameter_is_an_error() -> None:
    with pytest.raises(TypeError, match="max_epoch"):
        ESTIMATORS["decoding"](max_epoch=3)


@pytest.mark.parametrize(
    ("weights", "message"),
    [(np.zeros(300), "all weights are zero"), (-np.ones(300), "non-negative"), (np.ones(3), "one weight per row")],
)
def test_impossible_weights_are_named(weights, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ESTIMATORS["decoding"](max_epochs=1).fit(X, Y, sample_weight=weights)


def test_several_targets_are_sent_to_the_estimator_for_them() -> None:
    with pytest.raises(ValueError, match="Use JointDecodingRegressor for several targets"):
        ESTIMATORS["decoding"](max_epochs=1).fit(X, np.column_stack([Y, Y]))


def test_text_targets_are_named() -> None:
    with pytest.raises(ValueError, match="Targets must be numbers"):
        ESTIMATORS["decoding"](max_epochs=1).fit(X, np.array(["a lot"] * 300))


@pytest.mark.parametrize("settings", [{"objective": CrossEntropy}, {"decoder": Transformer}])
def test_a_class_is_not_a_component(settings) -> None:
    with pytest.raises(TypeError, match="or an object that is a"):
        ESTIMATORS["decoding"](**settings).fit(X, Y)


@pytest.mark.parametrize(
    ("codec", "message"), [((2, 40), "decoder=.transformer., or fewer digits"), ((2, 1), "at least 3 leaves")]
)
def test_trees_that_cannot_be_used_are_named(codec, message: str) -> None:
    base, length = codec
    with pytest.raises(ValueError, match=message):
        ESTIMATORS["decoding"](codec=NormalizedCodec(base=base, length=length)).fit(X, Y)


def test_quantiles_cannot_be_chosen_by_density() -> None:
    with pytest.raises(ValueError, match="needs a density"):
        ESTIMATORS["quantile"](select_by="nll").fit(X, Y)


def test_the_pointwise_law_has_its_width_in_every_validation() -> None:
    model = ESTIMATORS["pointwise"](max_epochs=5, select_by="crps").fit(
        X[:200], Y[:200], validation_data=(X[200:], Y[200:])
    )
    crps = model.predict_distribution(X[200:]).crps(Y[200:]).mean()
    assert model.history_[model.best_epoch_ - 1]["validation_crps"] == pytest.approx(crps, rel=1e-4)


@pytest.mark.parametrize("container", ["pandas", "polars"])
def test_transformers_that_output_frames_may_come_before(container: str) -> None:
    pipeline = make_pipeline(StandardScaler(), ESTIMATORS["decoding"](max_epochs=3))
    pipeline.set_output(transform=container).fit(pd.DataFrame(X, columns=list("abcd")), Y)
    assert pipeline.predict(pd.DataFrame(X, columns=list("abcd"))).shape == (300,)
    assert list(pipeline[-1].feature_names_in_) == ["a", "b", "c", "d"]


def test_weights_are_routed_by_scikit_learn() -> None:
    weight = np.ones(300)
    with config_context(enable_metadata_routing=True):
        model = ESTIMATORS["decoding"](max_epochs=2).set_fit_request(sample_weight=True)
        model.set_score_request(sample_weight=True)
        scores = cross_validate(model, X, Y, cv=2, params={"sample_weight": weight})
    assert len(scores["test_score"]) == 2


@pytest.mark.parametrize("verb", ["predict", "predict_distribution", "predict_quantiles", "predict_variance", "sample"])
def test_every_verb_says_that_fit_comes_first(verb: str) -> None:
    with pytest.raises(NotFittedError, match="not fitted yet"):
        getattr(ESTIMATORS["decoding"](), verb)(X)
