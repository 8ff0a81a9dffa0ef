"""Training of the guess: boosted squared error, crossed over folds."""

from typing import cast

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from digitwise.nn.boosted_trees import BoostedTrees
from digitwise.nn.trees import Trees, mean_of, no_trees
from digitwise.training.boosting_settings import BoostingSettings
from digitwise.training.grown_trees import grown_trees

FEWEST_ROWS = 20
"""With fewer rows the guess is their mean."""


def fit_guess(
    columns: list[Float[Tensor, "_ column"]],
    places: list[Float[Tensor, " _"]],
    weights: list[Float[Tensor, " _"]],
    settings: BoostingSettings,
    is_blind: bool,
) -> tuple[Trees, Float[Tensor, " row"]]:
    """Return the mean of the folds' boosters, and what each training row is guessed by the one that did not see it.

    Parameters
    ----------
    columns, places, weights
        Of the training rows and of the validation rows; a place is where a target stands among all cells, 0 to 1.
    settings
        How to train.
    is_blind
        Whether no rows validate; then each fold validates the booster that did not see it.
    """
    x, place, weight = (parts[0].numpy() for parts in (columns, places, weights))
    if len(place) < FEWEST_ROWS or x.shape[1] == 0:
        guess = no_trees(float(np.average(place, weights=weight)))
        return guess, guess.baseline.expand(len(place)).clone()
    from sklearn.ensemble import HistGradientBoostingRegressor

    fold = np.random.default_rng(settings.seed).permutation(len(place)) % settings.n_folds
    out_of_fold = torch.zeros(len(place))
    boosters = []
    for left_out in range(settings.n_folds):
        seen, unseen = (fold != left_out) & (weight > 0), fold == left_out
        if is_blind:
            judges = [x[unseen], place[unseen], weight[unseen]]
        else:
            judges = [parts[1].numpy() for parts in (columns, places, weights)]
        regressor = HistGradientBoostingRegressor(
            learning_rate=settings.guess_learning_rate,
            max_iter=settings.guess_iterations,
            max_leaf_nodes=settings.max_leaf_nodes,
            min_samples_leaf=settings.min_samples_leaf,
            l2_regularization=settings.l2,
            max_features=settings.max_features,
            categorical_features=None,
            early_stopping=True,
            n_iter_no_change=settings.patience,
            random_state=(settings.seed + left_out) % 2**32,
        )
        regressor.fit(x[seen], place[seen], weight[seen], X_val=judges[0], y_val=judges[1], sample_weight_val=judges[2])
        boosters.append(grown_trees(regressor, int(np.argmax(regressor.validation_score_))))
        out_of_fold[unseen] = _guesses(boosters[-1], columns[0][unseen])
    return mean_of(boosters), out_of_fold


def _guesses(trees: Trees, x: Float[Tensor, "row column"]) -> Float[Tensor, " row"]:
    booster = BoostedTrees()
    booster.give(trees)
    return cast(Tensor, booster(x)).float()
