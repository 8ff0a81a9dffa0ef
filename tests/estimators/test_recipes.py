"""What parameters that are left open become: by preset, by what is trained, and by what else was chosen."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from digitwise import (
    DecodingRegressor,
    JointDecodingRegressor,
    MixtureDensityRegressor,
    PointwiseRegressor,
    Transformer,
)
from digitwise.encoders.numeric_embeddings import Periodic, PiecewiseLinear
from digitwise.estimators.recipes import RECIPES, automatic_patience, recipe_of

rng = np.random.default_rng(0)
X = rng.normal(size=(40, 2))
Y = X[:, 0] + 0.1 * rng.normal(size=40)
ENSEMBLE = {"hidden_dim": 128, "n_members": 8, "learning_rate": 3e-3, "patience": 40}
SINGLE = {"hidden_dim": 256, "n_members": 1, "learning_rate": 1e-3, "patience": 20}


def settled(model: Any, *names: str) -> dict[str, Any]:
    found = model.settled()
    return {name: found[name] for name in (names or ENSEMBLE)}


@pytest.mark.parametrize(
    ("preset", "sizes", "others"),
    [
        ("default", ENSEMBLE, {"model": "mixed", "n_folds": 1, "refit": True, "numeric_embedding": PiecewiseLinear()}),
        ("fast", ENSEMBLE, {"model": "boosted", "n_folds": 1, "refit": True, "numeric_embedding": PiecewiseLinear()}),
        ("best", ENSEMBLE, {"model": "mixed", "n_folds": 5, "refit": False, "numeric_embedding": PiecewiseLinear()}),
        ("plain", SINGLE, {"model": "network", "n_folds": 1, "refit": False, "numeric_embedding": None}),
    ],
)
def test_presets(preset: str, sizes: dict[str, Any], others: dict[str, Any]) -> None:
    assert DecodingRegressor(preset=preset).settled() == {**sizes, **others}


def test_every_preset_is_in_the_table_above() -> None:
    assert set(RECIPES) == {"default", "fast", "best", "plain"}


def test_estimators_without_trees_or_folds_have_nothing_to_settle_about_them() -> None:
    for kind in (PointwiseRegressor, MixtureDensityRegressor):
        assert kind().settled() == {**ENSEMBLE, "numeric_embedding": PiecewiseLinear()}


@pytest.mark.parametrize(
    "model",
    [DecodingRegressor(decoder=Transformer()), DecodingRegressor(decoder="transformer"), JointDecodingRegressor()],
)
def test_where_an_ensemble_does_not_suit_it_is_one_wider_network(model: Any) -> None:
    assert settled(model) == SINGLE
    assert settled(model, "numeric_embedding") == {"numeric_embedding": PiecewiseLinear()}


def test_a_single_network_is_a_wide_one_with_the_preset_s_other_choices() -> None:
    found = DecodingRegressor(preset="best", n_members=1).settled()
    assert "n_members" not in found
    assert {**found, "n_members": 1} == {
        **SINGLE,
        "model": "mixed",
        "n_folds": 5,
        "refit": False,
        "numeric_embedding": PiecewiseLinear(),
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("hidden_dim", 17),
        ("n_members", 5),
        ("learning_rate", 0.5),
        ("patience", 3),
        ("patience", None),
        ("numeric_embedding", "none"),
        ("numeric_embedding", None),
        ("numeric_embedding", Periodic(dim=3)),
        ("model", "boosted"),
        ("n_folds", 2),
        ("refit", True),
    ],
)
@pytest.mark.parametrize("preset", ["default", "best", "plain"])
def test_what_is_chosen_wins_and_leaves_the_rest_to_the_preset(preset: str, name: str, value: Any) -> None:
    given, free = DecodingRegressor(preset=preset, **{name: value}), DecodingRegressor(preset=preset)
    rest = {other: left for other, left in free.settled().items() if other != name}
    assert given.settled() == rest
    assert recipe_of(preset, {name: value}, ensemble=True) == replace(RECIPES[preset], **{name: value})


def test_settling_changes_no_parameter() -> None:
    model = DecodingRegressor(preset="best", hidden_dim=32)
    before = model.get_params()
    model.settled()
    assert model.get_params() == before
    assert before["n_members"] == before["learning_rate"] == "auto"


def test_auto_is_left_to_the_recipe() -> None:
    everything = dict.fromkeys(("hidden_dim", "n_members", "patience", "model"), "auto")
    assert recipe_of("default", everything, ensemble=True) == RECIPES["default"]


@pytest.mark.parametrize("n_members", [1, 2])
def test_the_network_is_built_as_settled(n_members: int) -> None:
    model = PointwiseRegressor(n_members=n_members, hidden_dim=12, max_epochs=1, random_state=0).fit(X, Y)
    encoder = model.network_.encoder
    assert (encoder.n_members, encoder.out_dim, encoder.n_embedded) == (n_members, 12, 2)
    plain = PointwiseRegressor(preset="plain", n_members=n_members, hidden_dim=12, max_epochs=1, random_state=0)
    assert plain.fit(X, Y).network_.encoder.n_embedded == 0


@pytest.mark.parametrize(
    ("settings", "complaint"),
    [
        ({"preset": "fastest"}, "preset must be one of 'fast', 'default', 'best', 'plain', but got 'fastest'"),
        ({"n_members": 0}, "n_members=0"),
        ({"hidden_dim": 0}, "hidden_dim=0"),
        ({"numeric_embedding": "waves"}, "numeric_embedding must be one of 'none', 'piecewise_linear', 'periodic'"),
    ],
)
def test_what_is_no_setting_is_refused_before_training(settings: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        PointwiseRegressor(**settings).fit(X, Y)


def test_several_targets_are_written_by_a_single_network() -> None:
    with pytest.raises(ValueError, match="n_members must be 1, or 'auto', but got 4"):
        JointDecodingRegressor(n_members=4).fit(X, np.column_stack([Y, Y]))


@pytest.mark.parametrize(
    ("n_rows", "patience", "expected"),
    [(10, 40, 40), (1000, 40, 40), (2000, 40, 28), (4000, 40, 20), (6250, 40, 16), (10**6, 40, 16), (10**6, 5, 5)],
)
def test_more_rows_need_less_patience(n_rows: int, patience: int, expected: int) -> None:
    """It falls with the root of the rows beyond 1000, not below 16, and never rises."""
    assert automatic_patience(n_rows, patience) == expected


def test_only_patience_that_is_left_open_depends_on_the_rows() -> None:
    def patience(**settings: Any) -> int | None:
        return PointwiseRegressor(**settings)._settings(4000, 0).patience

    assert [patience(), patience(patience=40), patience(patience=None)] == [20, 40, None]
