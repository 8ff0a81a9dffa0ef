"""Training of one booster of boosted digits."""

import math

import numpy as np

from digitwise.nn.trees import Trees, no_trees
from digitwise.training.boosting_settings import BoostingSettings
from digitwise.training.digit_pairs import Pairs
from digitwise.training.grown_trees import grown_trees


def fit_digit(taught: Pairs, validating: Pairs | None, settings: BoostingSettings, level: int) -> Trees:
    """Return trees whose sum is the log-odds of digit 1; as many as validate best.

    Parameters
    ----------
    taught
        Training rows with prefixes.
    validating
        The same of validation rows; None for ``settings.blind_trees(level)`` trees.
    settings
        How to train.
    level
        Digits before this one; decides the seed.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    x, label, weight = taught.labelled()
    if label.min() == label.max():  # no more to learn than that; as if half a row had the other digit
        return no_trees(math.copysign(math.log(2 * float(weight.sum()) + 1), label[0] - 0.5))
    n_blind = settings.blind_trees(level)
    booster = HistGradientBoostingClassifier(
        learning_rate=settings.learning_rate,
        max_iter=max(1, n_blind) if validating is None else settings.n_iterations,
        max_leaf_nodes=settings.max_leaf_nodes,
        min_samples_leaf=2 * settings.min_samples_leaf,  # each pair is there twice
        l2_regularization=settings.l2,
        max_features=settings.max_features,
        categorical_features=None,
        early_stopping=validating is not None,
        n_iter_no_change=settings.patience,
        random_state=(settings.seed + level) % 2**32,
    )
    if validating is None:
        return grown_trees(booster.fit(x, label, weight), n_blind)
    x_val, label_val, weight_val = validating.labelled()
    booster.fit(x, label, weight, X_val=x_val, y_val=label_val, sample_weight_val=weight_val)
    return grown_trees(booster, int(np.argmax(booster.validation_score_)))
