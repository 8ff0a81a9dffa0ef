"""Updates: what is new is learnt, what is old is not forgotten, and the rest stays as it was."""

import copy
import warnings

import numpy as np
import pandas as pd
import pytest

from digitwise import DecodingRegressor, HistogramRegressor, JointDecodingRegressor, QualifiedTargets
from tests.estimators.estimators import CODEC, ESTIMATORS, SMALL

LEARNERS = ("decoding", "boosted", "mixed", "histogram")


def rows_between(low: float, high: float, n_rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Rows of a zigzag with noise, whose first feature lies within bounds."""
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.uniform(low, high, n_rows), rng.uniform(-1, 1, n_rows)])
    return X, np.abs(X[:, 0]) + 0.3 * X[:, 1] + 0.05 * rng.standard_normal(n_rows)


OLD, NEW = rows_between(-1, 0.1, 240, seed=0), rows_between(0.1, 1, 120, seed=1)
OLD_TEST, NEW_TEST = rows_between(-1, 0.1, 200, seed=2), rows_between(0.1, 1, 200, seed=3)


def crps(model, rows: tuple[np.ndarray, np.ndarray]) -> float:
    return float(model.predict_distribution(rows[0]).crps(rows[1]).mean())


@pytest.fixture(scope="module")
def fitted() -> dict[str, object]:
    return {name: ESTIMATORS[name](max_epochs=40, learning_rate=1e-2).fit(*OLD) for name in LEARNERS}


@pytest.mark.parametrize("name", LEARNERS)
def test_new_rows_are_learnt_and_old_ones_not_forgotten(name: str, fitted) -> None:
    before = fitted[name]
    updated = copy.deepcopy(before).partial_fit(*NEW)
    forgetful = copy.deepcopy(before).set_params(replay_rows=0).partial_fit(*NEW)
    assert crps(updated, NEW_TEST) < 0.6 * crps(before, NEW_TEST)
    assert crps(updated, OLD_TEST) < 1.3 * crps(before, OLD_TEST)
    assert crps(updated, OLD_TEST) < 0.5 * crps(forgetful, OLD_TEST)
    assert updated.update_summary_["new rows"] == 120
    assert updated.update_summary_["replayed rows"] == 240
    assert forgetful.update_summary_["replayed rows"] == 0


def test_same_seed_same_update(fitted) -> None:
    first, second = (copy.deepcopy(fitted["mixed"]).partial_fit(*NEW) for _ in range(2))
    np.testing.assert_array_equal(first.predict(NEW_TEST[0]), second.predict(NEW_TEST[0]))


def test_without_a_model_it_is_fit(fitted) -> None:
    model = ESTIMATORS["decoding"](max_epochs=40, learning_rate=1e-2)
    assert model.partial_fit(*OLD) is model
    np.testing.assert_array_equal(model.predict(NEW[0]), fitted["decoding"].predict(NEW[0]))
    assert not hasattr(model, "update_summary_")


def test_what_fit_learnt_of_columns_and_target_stays(fitted) -> None:
    before = fitted["decoding"]
    after = copy.deepcopy(before).partial_fit(*NEW)
    assert after.columns_.to_dict() == before.columns_.to_dict()
    assert after.scaling_.to_dict() == before.scaling_.to_dict()
    np.testing.assert_array_equal(after.target_.values_y, before.target_.values_y)
    assert after.history_[: len(before.history_)] == before.history_
    assert after.n_iter_ == len(after.history_) > before.n_iter_
    assert not hasattr(after.fit(*OLD), "update_summary_")


@pytest.mark.parametrize("name", ("decoding", "boosted", "mixed"))
def test_the_present_weights_win_where_nothing_is_learnt(name: str, fitted) -> None:
    random = np.random.default_rng(0)
    noise = NEW[0], random.uniform(*np.quantile(OLD[1], [0, 1]), size=120)  # no feature says anything of these
    before = fitted[name]
    after = copy.deepcopy(before).partial_fit(*noise, validation_data=OLD_TEST, max_epochs=2)
    assert after.update_summary_.get("best epoch", 0) == 0
    assert after.update_summary_.get("trees", "earlier") == "earlier"
    assert crps(after, OLD_TEST) <= crps(before, OLD_TEST) + 1e-9


def test_rows_of_weight_zero_are_as_good_as_absent(fitted) -> None:
    X, y = (np.concatenate([new, wrong]) for new, wrong in zip(NEW, (NEW[0], NEW[1] + 100), strict=True))
    weight = np.repeat([1.0, 0.0], 120)
    with_zeros = copy.deepcopy(fitted["decoding"]).partial_fit(X, y, weight)
    without = copy.deepcopy(fitted["decoding"]).partial_fit(*NEW)
    np.testing.assert_array_equal(with_zeros.predict(X), without.predict(X))


@pytest.mark.parametrize("name", ("decoding", "boosted"))
def test_heavier_rows_are_followed_more_closely(name: str, fitted) -> None:
    moved = OLD[0], OLD[1][::-1].mean() + 0 * OLD[1]  # the same features, other targets
    light, heavy = (copy.deepcopy(fitted[name]).partial_fit(*moved, np.full(240, weight)) for weight in (0.02, 50.0))
    assert crps(heavy, moved) < 0.7 * crps(light, moved)


def test_the_sample_goes_on_over_updates_and_starts_anew_with_fit() -> None:
    model = ESTIMATORS["decoding"](max_epochs=1, replay_rows=100).fit(*OLD)
    assert len(model._reservoir.rows) == 100
    model.partial_fit(*NEW).partial_fit(*NEW)
    assert (len(model._reservoir.rows), model._reservoir.n_seen) == (100, 480)
    assert model.update_summary_["replayed rows"] == 100
    model.set_params(replay_rows=30).partial_fit(*NEW)
    assert model.update_summary_["replayed rows"] == len(model._reservoir.rows) == 30
    assert model.fit(*NEW)._reservoir.n_seen == 120


def test_rows_that_validated_are_never_trained_on(monkeypatch) -> None:
    model = ESTIMATORS["decoding"](max_epochs=1).fit(*OLD)
    held_out = set(model._reservoir.parts()[1].y)
    seen = {}
    monkeypatch.setattr(
        model,
        "_update_stages",
        lambda train, validation, settings: seen.update(train=train, validation=validation) or {},
    )
    model.partial_fit(*NEW)
    assert len(held_out) == 48
    assert not held_out & set(seen["train"].y)
    assert held_out < set(seen["validation"].y)
    assert len(seen["train"]) + len(seen["validation"]) == 360


def test_validation_rows_that_are_given_are_not_kept() -> None:
    model = ESTIMATORS["decoding"](max_epochs=1)
    model.fit(*OLD, validation_data=(pd.DataFrame(OLD_TEST[0]), OLD_TEST[1]))
    model.partial_fit(*NEW, validation_data=OLD_TEST)
    assert model._reservoir.n_seen == len(model._reservoir.rows) == 360
    assert not model._reservoir.is_held_out.any()


def test_few_rows_teach_and_validate(fitted) -> None:
    updated = copy.deepcopy(fitted["decoding"]).partial_fit(NEW[0][:5], NEW[1][:5])
    assert updated.update_summary_["new rows"] == 5


def test_targets_outside_the_range_saturate_and_are_reported(fitted) -> None:
    y = np.where(np.arange(120) < 30, 1e6, NEW[1])
    with pytest.warns(UserWarning, match="25 % of the new targets lie outside the range"):
        updated = copy.deepcopy(fitted["decoding"]).partial_fit(NEW[0], y)
    assert updated.saturation_rate_ == updated.update_summary_["saturation rate on new rows"] == 0.25
    assert np.isfinite(updated.predict(NEW[0])).all()


def test_a_loaded_model_has_no_rows_and_says_so(fitted, tmp_path) -> None:
    before = fitted["decoding"]
    before.save(tmp_path / "model")
    loaded = DecodingRegressor.load(tmp_path / "model")
    with pytest.warns(UserWarning, match="no earlier rows to replay"):
        loaded.partial_fit(*NEW)
    assert loaded.update_summary_["replayed rows"] == 0


@pytest.mark.parametrize("name", ("decoding", "mixed"))
def test_given_the_rows_of_fit_a_loaded_model_learns_the_same(name: str, fitted, tmp_path) -> None:
    fitted[name].save(tmp_path / "model")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded = type(fitted[name]).load(tmp_path / "model").partial_fit(*NEW, replay_data=OLD)
    kept = copy.deepcopy(fitted[name]).partial_fit(*NEW)
    np.testing.assert_allclose(loaded.predict(NEW[0]), kept.predict(NEW[0]))
    loaded.save(tmp_path / "updated")
    again = type(loaded).load(tmp_path / "updated")
    np.testing.assert_array_equal(again.predict(NEW[0]), loaded.predict(NEW[0]))
    assert {**again.update_summary_, "seconds": 0} == {**loaded.update_summary_, "seconds": 0}


def test_calibration_is_dropped_with_a_warning() -> None:
    model = ESTIMATORS["decoding"](max_epochs=1).fit(*OLD).recalibrate(*OLD_TEST).conformalize(*OLD_TEST)
    with pytest.warns(UserWarning, match="calibration from before the update is dropped"):
        model.partial_fit(*NEW)
    assert not model.is_conformal_
    assert not hasattr(model, "recalibration_")


def test_with_a_calibration_fraction_new_rows_calibrate_and_are_not_trained_on() -> None:
    model = ESTIMATORS["decoding"](max_epochs=1, calibration_fraction=0.25).fit(*OLD)
    model.partial_fit(*NEW)
    assert len(model.conformal_) == 30
    assert model._reservoir.n_seen == 180 + 90


def test_the_second_stage_is_updated_too() -> None:
    model = ESTIMATORS["decoding_two_stages"](max_epochs=4).fit(*OLD).partial_fit(*NEW, max_epochs=3)
    assert model.n_iter_ == len(model.history_) == 4 + 2 + 3 + 2
    assert model.finetune_summary_["objective"] == "crps"


def test_frames_with_new_categories_and_several_targets() -> None:
    def table(rows: tuple[np.ndarray, np.ndarray], kind: str) -> pd.DataFrame:
        kinds = pd.Categorical(np.where(rows[0][:, 1] > 0, "up", kind))
        return pd.DataFrame({"a": rows[0][:, 0], "b": rows[0][:, 1], "kind": kinds})

    Y_old, Y_new = (np.column_stack([y, -y]) for y in (OLD[1], NEW[1]))
    Y_new[::3, 1] = np.nan
    model = JointDecodingRegressor(codec=CODEC, finetune=None, max_epochs=2, **SMALL).fit(table(OLD, "down"), Y_old)
    model.partial_fit(table(NEW, "never seen"), Y_new)
    assert model.predict(table(NEW, "never seen")).shape == (120, 2)
    assert set(model.saturation_rate_) == {"y0", "y1"}


def test_intervals_among_the_new_targets() -> None:
    model = ESTIMATORS["decoding"](max_epochs=2).fit(*OLD)
    model.partial_fit(NEW[0], QualifiedTargets.right_censored(NEW[1], NEW[1] > 0.8))
    assert np.isfinite(model.predict(NEW[0])).all()


def test_errors_name_what_must_hold(fitted) -> None:
    model = fitted["decoding"]
    with pytest.raises(ValueError, match="features"):
        model.partial_fit(NEW[0][:, :1], NEW[1])
    with pytest.raises(ValueError, match="replay_data must be"):
        model.partial_fit(*NEW, replay_data=OLD[0])
    with pytest.raises(ValueError, match="replay_rows of at least 1"):
        copy.deepcopy(model).set_params(replay_rows=0).partial_fit(*NEW, replay_data=OLD)
    with pytest.raises(ValueError, match="max_epochs must be at least 1"):
        model.partial_fit(*NEW, max_epochs=0)
    with pytest.raises(ValueError, match="same kind"):
        copy.deepcopy(model).partial_fit(pd.DataFrame(NEW[0]), NEW[1])
    with pytest.raises(ValueError, match="needs a fitted model"):
        HistogramRegressor().partial_fit(*NEW, replay_data=OLD)
    with pytest.raises(ValueError, match="replay_rows must be an integer of at least 0"):
        ESTIMATORS["decoding"](replay_rows=-1).fit(*OLD)
    with pytest.raises(ValueError, match="known numbers"):
        copy.deepcopy(fitted["boosted"]).partial_fit(NEW[0], QualifiedTargets.right_censored(NEW[1], NEW[1] > 0.8))
    with pytest.raises(ValueError, match="1 lie below"):
        bounded = ESTIMATORS["decoding"](max_epochs=1, low=-5.0).fit(*OLD)
        bounded.partial_fit(NEW[0], np.where(np.arange(120) == 0, -6.0, NEW[1]))
    with pytest.raises(ValueError, match="single model"):
        ESTIMATORS["folds"](max_epochs=1).fit(*OLD).partial_fit(*NEW)


def test_an_update_that_fails_leaves_the_model_as_it_was(fitted, monkeypatch) -> None:
    model = copy.deepcopy(fitted["decoding"]).conformalize(*OLD_TEST)
    before = model.predict_interval(NEW[0])

    def stop(row: dict[str, float]) -> None:
        raise RuntimeError("enough")

    model._after_epoch = stop
    with pytest.raises(RuntimeError, match="enough"):
        model.partial_fit(*NEW)
    np.testing.assert_array_equal(model.predict_interval(NEW[0]), before)
