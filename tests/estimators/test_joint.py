"""Several targets at once, as a user meets them."""

import numpy as np
import pandas as pd
import pytest

from digitwise import CRPS, CalibrationBudget, Finetune, JointDecodingRegressor, NormalizedCodec, Transformer

SMALL = {"preset": "plain", "hidden_dim": 32, "n_layers": 2, "random_state": 0}


def make_table(n_rows: int, correlation: float = 0.9, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return features and two targets in very different units whose noise goes together."""
    random = np.random.default_rng(seed)
    X = random.standard_normal((n_rows, 2))
    first = random.standard_normal(n_rows)
    second = correlation * first + (1 - correlation**2) ** 0.5 * random.standard_normal(n_rows)
    y = pd.DataFrame({"latency": 1e-3 * np.exp(X[:, 0] + 0.5 * first), "memory": 1e6 * (5 + X[:, 1] + second)})
    return pd.DataFrame(X, columns=["a", "b"]), y


@pytest.fixture(scope="module")
def fitted() -> JointDecodingRegressor:
    X, y = make_table(1500)
    return JointDecodingRegressor(max_epochs=25, **SMALL | {"learning_rate": 2e-3}).fit(X, y)


def test_answers_have_an_axis_for_the_targets(fitted: JointDecodingRegressor) -> None:
    X, y = make_table(7, seed=1)
    assert fitted.target_names_ == ("latency", "memory")
    assert fitted.predict(X).shape == (7, 2)
    assert fitted.predict_interval(X).shape == (7, 2, 2)
    assert fitted.predict_quantiles(X, [0.1, 0.5, 0.9]).shape == (7, 2, 3)
    assert fitted.predict_variance(X).shape == (7, 2)
    assert fitted.sample(X, n_draws=5, random_state=0).shape == (7, 5, 2)
    np.testing.assert_array_equal(fitted.predict(X), fitted.predict_distribution(X).mean())
    assert np.isfinite(fitted.score(X, y))


def test_each_target_keeps_its_units(fitted: JointDecodingRegressor) -> None:
    X, y = make_table(500, seed=1)
    assert [target.scaling.name for target in fitted.targets_] == ["log", "affine"]
    error = np.sqrt(((fitted.predict(X) - y.to_numpy()) ** 2).mean(0)) / y.to_numpy().std(0)
    assert (error < [0.9, 0.85]).all()


def test_a_known_correlation_is_recovered(fitted: JointDecodingRegressor) -> None:
    """Of log latency and memory, given the features: 0.9."""
    X, _ = make_table(200, seed=1)
    draws = fitted.predict_distribution(X, n_draws=400).draws
    logs = np.stack([np.log(draws[..., 0]), draws[..., 1]], axis=-1)
    centred = logs - logs.mean(1, keepdims=True)
    covariance = np.einsum("rdi,rdj->rij", centred, centred)
    correlation = covariance[:, 0, 1] / np.sqrt(covariance[:, 0, 0] * covariance[:, 1, 1])
    assert np.median(correlation) == pytest.approx(0.9, abs=0.07)


def test_a_known_target_sharpens_the_other_whichever_was_written_first(fitted: JointDecodingRegressor) -> None:
    X, y = make_table(300, seed=1)
    for known, asked in (("latency", "memory"), ("memory", "latency")):
        index = fitted.target_names_.index(asked)
        alone = fitted.predict_distribution(X).marginal(asked)
        given = fitted.predict_distribution(X, given={known: y[known]}).marginal(asked)
        truth = y[asked].to_numpy()
        assert given.crps(truth).mean() < 0.75 * alone.crps(truth).mean()
        assert np.sqrt(np.median(given.variance())) < 0.8 * np.sqrt(np.median(alone.variance())), index


def test_the_joint_law_scores_better_than_independent_draws(fitted: JointDecodingRegressor) -> None:
    X, y = make_table(300, seed=1)
    law = fitted.predict_distribution(X)
    shuffled = np.array(law.draws)
    shuffled[..., 1] = shuffled[:, np.random.default_rng(0).permutation(shuffled.shape[1]), 1]
    scale = y.to_numpy().std(0)
    independent = type(law).from_draws(shuffled, law.names)
    assert law.energy_score(y, scale).mean() < 0.98 * independent.energy_score(y, scale).mean()


def test_missing_targets_are_summed_over() -> None:
    """Half of the rows lack one target or the other; both are still learnt."""
    X, y = make_table(1000)
    holes = y.copy()
    random = np.random.default_rng(1)
    holes.loc[random.uniform(size=1000) < 0.3, "latency"] = np.nan
    holes.loc[random.uniform(size=1000) < 0.3, "memory"] = np.nan
    model = JointDecodingRegressor(codec=NormalizedCodec(base=2, length=5), max_epochs=15, **SMALL).fit(X, holes)
    X_new, y_new = make_table(300, seed=1)
    error = np.sqrt(((model.predict(X_new) - y_new.to_numpy()) ** 2).mean(0)) / y_new.to_numpy().std(0)
    assert (error < [0.95, 0.9]).all()
    assert np.isfinite(model.predict_distribution(X_new, given={"memory": 5e6}).mean()).all()


@pytest.mark.parametrize(("order", "expected"), [("auto", (1, 0)), ("given", (0, 1))])
def test_what_is_missing_least_often_is_written_first(order: str, expected: tuple[int, int]) -> None:
    X, y = make_table(60)
    y.loc[::3, "latency"] = np.nan
    model = JointDecodingRegressor(
        codec=NormalizedCodec(base=2, length=3), target_order=order, finetune=None, max_epochs=1, **SMALL
    )
    assert model.fit(X, y).target_order_ == expected


def test_settings_by_target_order_and_second_stage() -> None:
    X, y = make_table(300)
    model = JointDecodingRegressor(
        codec={"latency": NormalizedCodec(base=4, length=3), "memory": NormalizedCodec(base=10, length=2)},
        scaling={"latency": "log", "memory": "affine"},
        target_order=["memory", "latency"],
        finetune=Finetune(objective=CRPS(), max_epochs=2, budget=CalibrationBudget()),
        max_epochs=3,
        **SMALL,
    ).fit(X, y)
    assert model.target_order_ == (1, 0)
    assert model.finetune_summary_["epochs"] >= 1
    law = model.predict_distribution(X[:3])
    assert law.names == ("latency", "memory")
    assert law.marginal("latency").probs.shape == (3, 64)


def test_the_transformer_writes_several_targets_too() -> None:
    X, y = make_table(120)
    model = JointDecodingRegressor(
        codec=NormalizedCodec(base=4, length=2),
        decoder=Transformer(dim=16, n_heads=2, n_layers=1, feed_forward_dim=16),
        max_epochs=2,
        **SMALL,
    ).fit(X, y)
    assert np.isfinite(model.predict(X[:5])).all()


def test_saved_models_predict_the_same(fitted: JointDecodingRegressor, tmp_path: object) -> None:
    X, _ = make_table(20, seed=1)
    fitted.save(f"{tmp_path}/model")
    loaded = JointDecodingRegressor.load(f"{tmp_path}/model")
    np.testing.assert_array_equal(loaded.predict(X), fitted.predict(X))
    np.testing.assert_array_equal(loaded.predict_distribution(X).draws, fitted.predict_distribution(X).draws)
    assert loaded.target_names_ == fitted.target_names_


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"target_order": ["latency", "price"]}, "must name each of latency, memory once"),
        ({"target_order": "random"}, "target_order must be 'auto', 'given' or a list"),
        ({"scaling": {"latency": "log"}}, "scaling must be one setting for all targets or name each"),
        ({"codec": {"latency": "normalized"}}, "codec must be one setting for all targets or name each"),
    ],
)
def test_settings_that_do_not_fit_the_targets(settings: dict[str, object], message: str) -> None:
    X, y = make_table(30)
    with pytest.raises(ValueError, match=message):
        JointDecodingRegressor(max_epochs=1, **SMALL, **settings).fit(X, y)


def test_targets_that_cannot_be_used(fitted: JointDecodingRegressor) -> None:
    X, y = make_table(30)
    model = JointDecodingRegressor(max_epochs=1, **SMALL)
    with pytest.raises(ValueError, match="finite, or NaN where one is missing"):
        model.fit(X, y.assign(memory=np.inf))
    with pytest.raises(ValueError, match="needs at least 2 known values, but 'memory' has 0"):
        model.fit(X, y.assign(memory=np.nan))
    with pytest.raises(ValueError, match="given may name latency, memory, but names price"):
        fitted.predict_distribution(X, given={"price": 1.0})
    with pytest.raises(ValueError, match="must be one finite number, or one for each of the 30 rows"):
        fitted.predict_distribution(X, given={"memory": [1.0, 2.0]})
    with pytest.raises(ValueError, match="must have the 2 targets of fit, but has 1"):
        fitted.fine_tune(X, y[["memory"]], finetune="crps")
