"""The second stage: what it runs, what it says, and what it refuses."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV

from digitwise import (
    CRPS,
    GRPO,
    PPO,
    RAFT,
    CalibrationBudget,
    CrossEntropy,
    Finetune,
    OnPolicy,
    ReMax,
)
from digitwise.estimators.components import NAMED
from digitwise.estimators.finetune import WATCHED, as_finetune
from digitwise.training import TrainingSettings
from tests.estimators.two_stages import FEW_DRAWS, X, Y, assert_same, make


@pytest.mark.parametrize("name", list(NAMED["objective"]))
def test_every_named_objective_fine_tunes(name: str) -> None:
    model = make(finetune=name, max_epochs=2).fit(X, Y)
    assert model.n_iter_ == len(model.history_) == 3  # two epochs, and half as many
    assert np.isfinite(model.predict_interval(X)).all()
    assert model.finetune_summary_["objective"] == name
    assert model.network_.head.objective == model.objective_  # what a warm start goes on with
    assert all(np.isfinite(value) for row in model.history_ for value in row.values())


@pytest.mark.parametrize(
    "finetune",
    [
        "crps",
        FEW_DRAWS,
        Finetune(objective=PPO(n_draws=4, n_updates=2), max_epochs=3, learning_rate=1e-2, batch_size=24),
        Finetune(objective=OnPolicy(n_draws=4, kl_weight=0.1, expert_weight=0.1), keep_start=False),
        Finetune(objective=CrossEntropy() + 10.0 * RAFT(), select_by="rmse"),
        Finetune(objective=ReMax(n_draws=4), budget=CalibrationBudget(action="penalise"), learning_rate=0.1),
    ],
)
def test_fit_with_a_second_stage_is_fit_and_then_fine_tune(finetune: Any) -> None:
    at_once = make(finetune=finetune).fit(X, Y)
    assert_same(at_once, make().fit(X, Y).fine_tune(X, Y, finetune=finetune))


def test_one_first_stage_serves_several_second_ones() -> None:
    base = make().fit(X, Y)
    before = base.predict(X)
    for name in ("raft", "crps"):
        other = make().fit(X, Y).fine_tune(X, Y, finetune=name)
        assert not np.array_equal(other.predict(X), before)
    assert_array_equal(base.predict(X), before)


def test_frames_validation_data_and_weights_are_taken_as_in_fit() -> None:
    weight = np.ones(80)
    weight[60:] = 0
    kept = make(finetune=FEW_DRAWS).fit(X[:60], Y[:60], validation_data=(X[80:], Y[80:]))
    with_zeros = make(finetune=FEW_DRAWS).fit(X[:80], Y[:80], weight, validation_data=(X[80:], Y[80:], np.ones(40)))
    assert_same(kept, with_zeros)


@pytest.mark.filterwarnings("ignore:Fine-tuning with")
def test_weights_reach_the_reward() -> None:
    """Two targets at the same place: the heavier one draws the expected reward's point mass to itself."""
    features, y = np.zeros((80, 1)), np.repeat([0.0, 1.0], 40)
    settings: dict[str, Any] = {"max_epochs": 5, "validation_fraction": 0.0, "scaling": "affine"}
    finetune = Finetune(objective="expected_reward", max_epochs=40, learning_rate=0.1, keep_start=False, patience=None)
    for heavy in (0.0, 1.0):
        weight = np.where(y == heavy, 20.0, 1.0)
        model = make(finetune=finetune, **settings).fit(features, y, weight)
        assert abs(model.predict(features[:1])[0] - heavy) < 0.2


def test_what_it_did_is_said() -> None:
    model = make(finetune=Finetune(objective=FEW_DRAWS, max_epochs=3, select_by="rmse"))
    summary = model.fit(X, Y).finetune_summary_
    assert set(summary) == {
        *("objective", "epochs", "best epoch", "stopped by", "seconds"),
        *(f"{name} {when}" for name in WATCHED for when in ("before", "after")),
    }
    assert summary["objective"] == repr(FEW_DRAWS)
    assert (summary["epochs"], summary["stopped by"]) == (3, "max_epochs")
    assert {f"fine-tuning: {name}" for name in summary} <= set(model.fit_summary_)
    second = model.history_[4:]
    assert [row["epoch"] for row in model.history_] == [1, 2, 3, 4, 1, 2, 3]
    assert all(f"validation_{name}" in row for row in second for name in WATCHED)
    assert "reward_mean" in second[0]
    assert "reward_mean" not in model.history_[0]


@pytest.mark.parametrize("learning_rate", [1e-3, 10.0])
def test_figures_before_and_after_are_those_of_the_models(learning_rate: float) -> None:
    """Whichever epoch is kept, the start included."""
    data: dict[str, Any] = {"validation_data": (X[90:], Y[90:])}
    model = make().fit(X[:90], Y[:90], **data)
    before = model.predict_distribution(X[90:]).crps(Y[90:]).mean()
    finetune = Finetune(objective="crps", learning_rate=learning_rate)
    model.fine_tune(X[:90], Y[:90], finetune=finetune, **data)
    law, summary = model.predict_distribution(X[90:]), model.finetune_summary_
    assert summary["crps before"] == pytest.approx(before, rel=1e-4)
    assert summary["crps after"] == pytest.approx(law.crps(Y[90:]).mean(), rel=1e-4)
    assert summary["rmse after"] == pytest.approx(np.sqrt(np.mean((law.mean() - Y[90:]) ** 2)), rel=1e-4)
    assert model.history_[model.best_epoch_ - 1]["validation_crps"] == pytest.approx(summary["crps after"], rel=1e-4)


@pytest.mark.filterwarnings("ignore:Fine-tuning with")
@pytest.mark.parametrize("select_by", ["crps", "rmse"])
def test_keeping_the_start_never_makes_the_chosen_figure_worse(select_by: str) -> None:
    """With a learning rate that ruins the model in its first step."""
    first = make(select_by=select_by).fit(X, Y)
    ruined = Finetune(objective=FEW_DRAWS, learning_rate=10.0)
    model = make(select_by=select_by, finetune=ruined).fit(X, Y)
    assert (model.finetune_summary_["best epoch"], model.best_epoch_) == (0, first.best_epoch_)
    assert_array_equal(model.predict_quantiles(X, [0.1, 0.9]), first.predict_quantiles(X, [0.1, 0.9]))
    assert model.finetune_summary_["crps after"] == model.finetune_summary_["crps before"]
    worse = make(select_by=select_by, finetune=replace(ruined, keep_start=False)).fit(X, Y)
    assert worse.finetune_summary_["best epoch"] >= 1
    assert worse.best_epoch_ == 4 + worse.finetune_summary_["best epoch"]


def test_automatic_settings_follow_the_first_stage() -> None:
    first = TrainingSettings(max_epochs=9, learning_rate=0.3, batch_size=7, patience=5, seed=3, time_limit=8.0)
    settings = Finetune().settings(first)
    assert settings == replace(first, max_epochs=4, learning_rate=settings.learning_rate, patience=20)
    assert Finetune().settings(replace(first, max_epochs=1)).max_epochs == 1
    own = Finetune(max_epochs=2, learning_rate=0.5, batch_size=3, patience=None).settings(first)
    assert own == replace(first, max_epochs=2, learning_rate=0.5, batch_size=3, patience=None)


def test_names_objectives_and_settings_all_stand_for_settings() -> None:
    assert as_finetune("raft") == Finetune(objective="raft")
    assert as_finetune(RAFT()) == Finetune(objective=RAFT())
    assert as_finetune(Finetune(max_epochs=3)) == Finetune(max_epochs=3)
    assert as_finetune("none") is as_finetune(None) is None


@pytest.mark.parametrize("value", [3, GRPO, CRPS, {"objective": "crps"}])
def test_what_stands_for_nothing_is_refused(value: Any) -> None:
    with pytest.raises(TypeError, match=r"objective must be one of 'smoothed_cross_entropy', .* is a Objective"):
        as_finetune(value)


def test_scikit_learn_sees_a_parameter_like_any_other() -> None:
    finetune = Finetune(objective=PPO(n_draws=4) + RAFT(), budget=CalibrationBudget())
    model = make(finetune=finetune)
    assert model.get_params()["finetune"] is finetune
    assert clone(model).finetune == finetune
    assert model.set_params(finetune=None).finetune is None
    assert "finetune='crps'" in repr(make(finetune="crps"))
    search = GridSearchCV(make(max_epochs=2), {"finetune": [None, "crps", FEW_DRAWS]}, cv=2).fit(X, Y)
    assert search.best_params_["finetune"] in (None, "crps", FEW_DRAWS)


@pytest.mark.parametrize(
    ("finetune", "error", "message"),
    [
        ("magic", ValueError, "objective must be one of 'smoothed_cross_entropy', .* but got 'magic'"),
        (3, TypeError, "objective must be one of .* an object that is a Objective, but got 3"),
        (GRPO, TypeError, "an object that is a Objective"),
        (Finetune(select_by="accuracy"), ValueError, "accuracy"),
        (Finetune(max_epochs=0), ValueError, "max_epochs must be at least 1, but got 0"),
        (Finetune(batch_size=0), ValueError, "batch_size must be at least 1, but got 0"),
        (Finetune(learning_rate=-1.0), ValueError, "learning_rate must be positive, but got -1.0"),
        (Finetune(patience=0), ValueError, "patience must be at least 1, but got 0"),
        (CrossEntropy(digit_weights=(1.0, 2.0)), ValueError, r"one weight per digit \(4\), but holds 2"),
    ],
)
@pytest.mark.parametrize("is_warm", [False, True], ids=["fresh", "warm start"])
def test_what_cannot_be_done_is_said_before_the_first_stage(
    finetune: Any, error: type[Exception], message: str, is_warm: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = make(max_epochs=1, warm_start=True)
    if is_warm:
        model.fit(X, Y)

    def trained(*_: Any, **__: Any) -> None:
        raise AssertionError("The first stage was trained.")

    monkeypatch.setattr("digitwise.estimators.trains_networks.fit", trained)
    with pytest.raises(error, match=message):
        model.set_params(finetune=finetune).fit(X, Y)


def test_an_unknown_name_within_settings_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match=r"objective must be one of .* but got 'magic'"):
        Finetune(objective="magic")


def test_fine_tune_says_that_fit_comes_first() -> None:
    with pytest.raises(NotFittedError, match="not fitted yet"):
        make().fine_tune(X, Y, finetune="crps")


def test_fine_tune_names_wrong_columns_and_targets() -> None:
    model = make(max_epochs=1).fit(X, Y)
    with pytest.raises(ValueError, match="features"):
        model.fine_tune(X[:, :1], Y, finetune="crps")
    with pytest.raises(ValueError, match="objective must be one of"):
        model.fine_tune(X, Y, finetune="magic")


def test_a_warm_start_goes_on_with_the_first_stages_objective_and_fine_tunes_again() -> None:
    model = make(finetune=FEW_DRAWS, warm_start=True).fit(X, Y)
    assert model.fit(X, Y).n_iter_ == 12
    assert ["reward_mean" in row for row in model.history_] == [False] * 4 + [True] * 2 + [False] * 4 + [True] * 2
    assert model.set_params(finetune=None).fit(X, Y).n_iter_ == 16


def test_a_fit_without_a_second_stage_says_nothing_about_an_earlier_one() -> None:
    model = make(finetune="crps").fit(X, Y)
    model.set_params(finetune=None).fit(X, Y)
    assert not any("fine-tuning" in name for name in model.fit_summary_)
    assert not hasattr(model, "finetune_summary_")


def test_fine_tuning_twice_adds_up() -> None:
    model = make().fit(X, Y)
    model.fine_tune(X, Y, finetune=Finetune(objective="raft", keep_start=False))
    after = model.predict_distribution(X[:1]).mean()[0]
    assert model.n_iter_ == 6
    model.fine_tune(X, Y, finetune=Finetune(objective="crps", max_epochs=1, learning_rate=1e-9, keep_start=False))
    assert (model.n_iter_, model.best_epoch_) == (7, 7)
    assert model.predict_distribution(X[:1]).mean()[0] == pytest.approx(after, rel=1e-4)  # it went on from there
    assert model.finetune_summary_["objective"] == "crps"
