"""Refitting on all rows: what changes, what stays, and what it does not go with."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from digitwise import DecodingRegressor, NormalizedCodec, QualifiedTargets, TextDecodingRegressor, TextTransformer
from digitwise.estimators import refit as module
from tests.estimators.estimators import CODEC, SMALL

rng = np.random.default_rng(5)
X = rng.normal(size=(150, 2))
Y = np.where(X[:, 0] > 0, 5.0, -5.0) + X[:, 1] + 0.3 * rng.normal(size=150)
QUICK = {**SMALL, "codec": CODEC, "max_epochs": 3, "model": "mixed", "refit": True, "finetune": None}


def fitted(**settings) -> DecodingRegressor:
    return DecodingRegressor(**QUICK | settings).fit(X, Y)


def trees_of(model: DecodingRegressor) -> list[int]:
    boosted = model.parts_[0].boosted.head.policy.model
    return [len(boosted.booster(level).trees()) for level in range(boosted.length)]


def test_what_validation_has_settled_stays() -> None:
    chosen, model = fitted(refit=False), fitted()
    assert model.fit_summary_["refitted rows"] == 150 and "refitted rows" not in chosen.fit_summary_
    assert model.best_epoch_ == chosen.best_epoch_
    (before,), (after,) = chosen.parts_, model.parts_
    assert (before.share, before.sharpness) == (after.share, after.sharpness)
    assert_array_equal(model.target_.edges_y, chosen.target_.edges_y)
    assert np.abs(model.predict(X) - chosen.predict(X)).max() > 0


def changed_by_held_out_targets(**settings) -> np.ndarray:
    """Return by how much predictions change when all targets that validate become 1, the others being 0 or 1."""
    x, y = np.random.default_rng(0).normal(size=(400, 1)), np.tile([0.0, 1.0], 200)
    model = DecodingRegressor(**QUICK | settings).fit(x, y)
    _, held_out, _ = model._tables(x, y, None, None, reset=False)
    other = y.copy()
    other[held_out.taken.rows] = 1.0
    return DecodingRegressor(**QUICK | settings).fit(x, other).predict(x) - model.predict(x)


def test_a_network_learns_the_rows_that_validated() -> None:
    assert_array_equal(changed_by_held_out_targets(model="network", max_epochs=1, refit=False), 0.0)
    assert changed_by_held_out_targets(model="network", max_epochs=1).mean() > 1e-3


def test_trees_learn_the_rows_that_validated() -> None:
    """Without a refit these rows decide no more than how many trees there are; with it a fifth of all targets moves."""
    assert abs(changed_by_held_out_targets(model="boosted", refit=False).mean()) < 0.05
    assert changed_by_held_out_targets(model="boosted").mean() == pytest.approx(0.1, abs=0.03)


def test_rows_that_are_given_to_validate_are_learnt_too() -> None:
    model = DecodingRegressor(**QUICK).fit(X[:100], Y[:100], validation_data=(X[100:], Y[100:]))
    assert model.fit_summary_["refitted rows"] == 150
    assert len(model._reservoir.rows) == 100  # those that are given are not kept


def test_encoders_of_text_learn_all_texts() -> None:
    texts = ["a" * (1 + n % 7) + "b" * (n % 5) for n in range(60)]
    encoder = TextTransformer(dim=8, n_heads=2, n_layers=1, feed_forward_dim=16)
    settings = {"encoder": encoder, "preset": "plain", "max_epochs": 2, "finetune": None, "random_state": 0}
    models = [TextDecodingRegressor(**settings, refit=refit).fit(texts, np.arange(60.0)) for refit in (False, True)]
    assert models[1].fit_summary_["refitted rows"] == 60
    assert np.abs(models[0].predict(texts) - models[1].predict(texts)).max() > 0


def test_rows_set_aside_for_calibration_stay_so() -> None:
    model = fitted(calibration_fraction=0.2)
    assert model.fit_summary_["refitted rows"] == 120


def test_the_same_seed_gives_the_same_model_and_a_saved_one_predicts_the_same(tmp_path) -> None:
    model = fitted()
    assert_array_equal(model.predict(X), fitted().predict(X))
    model.save(tmp_path / "model")
    assert_array_equal(DecodingRegressor.load(tmp_path / "model").predict(X), model.predict(X))


def test_the_automatic_second_stage_gives_way() -> None:
    settings = {**SMALL, "max_epochs": 2}
    assert not hasattr(DecodingRegressor(**settings, refit=True).fit(X, Y), "finetune_summary_")
    assert hasattr(DecodingRegressor(**settings).fit(X, Y), "finetune_summary_")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_folds": 3}, "refit=True needs a single model, but there are n_folds=3"),
        ({"preset": "best"}, "refit=True needs a single model, but there are n_folds=5"),
        ({"warm_start": True}, "refit=False"),
        ({"finetune": "raft", "model": "network"}, "there is a second one, finetune='raft'"),
        ({"refit": "always"}, "refit must be True, False or 'auto', but got 'always'"),
        ({"refit": 1}, "refit must be True, False or 'auto', but got 1"),
    ],
)
def test_what_it_does_not_go_with_is_refused(settings: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        fitted(**settings)


def test_fine_tuning_goes_on_from_what_held_out_rows_have_chosen(tmp_path) -> None:
    models = [fitted(model="network", refit=refit) for refit in (True, False)]
    models[0].save(tmp_path / "model")
    first, second = (model.fine_tune(X, Y, finetune="raft").predict(X) for model in models)
    assert_array_equal(first, second)
    assert "refitted rows" not in models[0].fit_summary_
    loaded = DecodingRegressor.load(tmp_path / "model")
    with pytest.raises(ValueError, match="Give validation_data, or fit with refit=False"):
        loaded.fine_tune(X, Y, finetune="raft")
    loaded.fine_tune(X[:100], Y[:100], finetune="raft", validation_data=(X[100:], Y[100:]))
    assert loaded.finetune_summary_["objective"] == "raft"


@pytest.mark.parametrize("kind", ["mixed", "boosted"])
def test_updates_go_on_from_what_held_out_rows_have_chosen(kind: str) -> None:
    models = [fitted(model=kind, refit=refit) for refit in (True, False)]
    first, second = (model.partial_fit(X[:40] + 1, Y[:40]).predict(X) for model in models)
    assert_array_equal(first, second)


def test_training_that_fails_returns_to_the_refitted_model(monkeypatch: pytest.MonkeyPatch) -> None:
    model = fitted(model="network")
    before = model.predict(X)

    def fails(*args, **options):
        raise RuntimeError

    monkeypatch.setattr(DecodingRegressor, "_run_stage", fails)
    for train in (lambda: model.fine_tune(X, Y, finetune="raft"), lambda: model.partial_fit(X, Y)):
        with pytest.raises(RuntimeError):
            train()
        assert_array_equal(model.predict(X), before)
        assert model.fit_summary_["refitted rows"] == 150


def has_refitted(**settings) -> bool:
    given = settings.pop("given", {})
    quick = {"n_members": 2, "hidden_dim": 8, "max_epochs": 1, "random_state": 0}
    return "refitted rows" in DecodingRegressor(**quick | settings).fit(X, Y, **given).fit_summary_


@pytest.mark.parametrize(
    ("settings", "refits"),
    [
        ({}, True),
        ({"preset": "fast"}, True),
        ({"model": "network"}, True),
        ({"refit": False}, False),
        ({"preset": "plain"}, False),
        ({"n_folds": 2}, False),
        ({"n_members": 1}, False),  # has an automatic second stage
        ({"finetune": "raft"}, False),
        ({"warm_start": True}, False),
        ({"given": {"validation_data": (X[:30], Y[:30])}}, False),
    ],
)
def test_when_it_is_automatic(settings: dict, refits: bool) -> None:
    assert has_refitted(**settings) == refits


def test_trees_are_not_refitted_on_targets_that_are_no_numbers() -> None:
    """By chance all intervals may be among the rows that validate."""
    quick = {"n_members": 2, "hidden_dim": 8, "max_epochs": 1, "random_state": 0}
    model = DecodingRegressor(**quick).fit(X, Y)
    _, held_out, _ = model._tables(X, Y, None, None, reset=False)
    high = Y.copy()
    high[held_out.taken.rows[:3]] += 1.0
    model = DecodingRegressor(**quick).fit(X, QualifiedTargets(Y, high))
    assert model.model_ == "mixed" and "refitted rows" not in model.fit_summary_


def test_many_rows_are_not_refitted_automatically(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_ROWS", 149)
    assert not has_refitted() and has_refitted(refit=True)


def test_too_little_time_is_told(recwarn) -> None:
    model = fitted(time_limit=1e-6)
    assert any("not refitted on all rows" in str(warning.message) for warning in recwarn)
    assert "refitted rows" not in model.fit_summary_


@pytest.mark.parametrize("error", [KeyboardInterrupt, RuntimeError])
def test_a_refit_that_does_not_end_leaves_the_model_as_it_was(error, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*args, **options):
        raise error

    monkeypatch.setattr(module, "fit_for", fails)
    model = DecodingRegressor(**QUICK)
    if error is KeyboardInterrupt:
        with pytest.warns(UserWarning, match="was interrupted"):
            model.fit(X, Y)
        assert model.stopped_by_ == "interrupt" and "refitted rows" not in model.fit_summary_
    else:
        with pytest.raises(error):
            model.fit(X, Y)
    assert_array_equal(model.predict(X), fitted(refit=False).predict(X))


def test_few_rows_have_all_been_learnt_already() -> None:
    model = DecodingRegressor(**QUICK | {"codec": NormalizedCodec(base=2, length=3)}).fit(X[:9], Y[:9])
    assert "refitted rows" not in model.fit_summary_
