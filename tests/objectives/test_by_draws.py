"""Exact objectives in codecs with too many numbers to list."""

import numpy as np
import pytest

from digitwise import (
    CRPS,
    RAFT,
    DecodingRegressor,
    ExpectedReward,
    NormalizedCodec,
    OnPolicy,
    Transformer,
    check_objective,
)
from digitwise.codecs import IEEECodec
from digitwise.objectives import Objective
from digitwise.objectives.group_rewards import MeanErrorReward

Z = np.linspace(0, 1, 11)


def test_the_draws_that_move_the_mean_have_the_gradient_of_its_squared_error() -> None:
    found = check_objective(OnPolicy(reward=MeanErrorReward(), baseline="none", n_draws=4), exact=RAFT(), verbose=False)
    assert found.passed, str(found)


@pytest.mark.parametrize(
    "objective", [CRPS(), RAFT(), ExpectedReward(reward="absolute_error", expert_weight=0.1)], ids=repr
)
def test_where_they_can_be_listed_objectives_stay_exact_and_else_they_draw(objective: Objective) -> None:
    assert objective.adapt(Z, NormalizedCodec()) is objective
    with pytest.warns(UserWarning, match="too many numbers to sum over: .* estimated from 16 draws"):
        assert isinstance(objective.adapt(Z, IEEECodec()), OnPolicy)


@pytest.mark.parametrize("finetune", ["crps", "raft", "expected_reward"])
@pytest.mark.filterwarnings("ignore:.*too many numbers to sum over")
def test_second_stages_run_on_long_codecs(finetune: str) -> None:
    X = np.random.default_rng(0).uniform(size=(60, 2))
    model = DecodingRegressor(
        codec=NormalizedCodec(base=10, length=6),
        decoder=Transformer(dim=8, n_heads=2, n_layers=1, feed_forward_dim=8),
        finetune=finetune,
        max_epochs=2,
        hidden_dim=8,
        n_layers=1,
        random_state=0,
    ).fit(X, X[:, 0])
    assert np.isfinite(model.predict(X)).all()
    assert np.isfinite(model.finetune_summary_["crps after"])
