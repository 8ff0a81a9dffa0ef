"""Whole numbers: one first stage, several second ones; rewards sampled and exact; what they do to the law."""

# %% One model, trained digit by digit. Targets have two modes: the mean is a number that hardly ever occurs
import copy

import torch

from digitwise import (
    CustomReward,
    DecodingRegressor,
    Finetune,
    ReMax,
    SmoothedCrossEntropy,
    check_objective,
)
from digitwise.benchmark.scores import score
from digitwise.datasets import make_bimodal
from digitwise.objectives import RAFT

train, test = make_bimodal(1000, random_state=0), make_bimodal(1000, random_state=1)
settings = {"max_epochs": 25, "hidden_dim": 64, "random_state": 0, "n_jobs": 1}
first = DecodingRegressor(objective="cross_entropy", **settings).fit(train.X, train.y)


def show(name: str, model: DecodingRegressor) -> None:
    law = model.predict_distribution(test.X)
    figures = score(test.y, law.mean(), law)
    keys = ("rmse", "crps", "coverage_90", "width_90", "rmse_one_draw")
    print(f"{name:28}" + "".join(f"{figures[key]:12.3f}" for key in keys))


print(f"{'':28}" + "".join(f"{key:>12}" for key in ("rmse", "crps", "coverage", "width", "one draw")))
show("cross-entropy", first)

# %% Second stages from the same weights. A squared-error reward is best served by a point at the mean: watch coverage.
# ReMax samples the gradient that "expected_reward" computes; "crps" is a proper score and keeps the law
for objective in ("remax", "expected_reward", "raft", "crps"):
    stage = Finetune(objective=objective, max_epochs=15, patience=None, keep_start=False)
    show(f"... then {objective}", copy.deepcopy(first).fine_tune(train.X, train.y, finetune=stage))

# %% Or jointly, in one stage: objectives can be added
show("smoothed + RAFT", DecodingRegressor(objective=SmoothedCrossEntropy() + RAFT(), **settings).fit(train.X, train.y))


# %% A reward of one's own: falling short costs ten times as much. Is its sampled gradient right? Ask the exact one
def falling_short_costs_more(prediction: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    error = prediction - target
    return -torch.where(error < 0, -10 * error, error)


reward = CustomReward(function=falling_short_costs_more, units="standard")
check_objective(ReMax(reward=reward, n_draws=4), n_repeats=50)

# %% The law knew the answer all along: what is best for this reward is its 10/11 quantile
share = (test.y > first.predict_quantiles(test.X, [10 / 11])[:, 0]).mean()
print(f"share of targets above the first law's 10/11 quantile: {share:.3f} (right: {1 / 11:.3f})")
