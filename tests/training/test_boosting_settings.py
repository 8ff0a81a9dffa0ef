import math

import pytest

from digitwise.training.boosting_settings import BoostingSettings


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("learning_rate", 0.0, r"learning_rate must lie in \(0, 1\]"),
        ("learning_rate", math.nan, "learning_rate must lie"),
        ("guess_learning_rate", 1.5, "guess_learning_rate must lie"),
        ("max_features", 0.0, "max_features must lie"),
        ("n_iterations", 0, "n_iterations must be an integer of at least 1"),
        ("patience", 0, "patience must be"),
        ("blind_iterations", -1, "blind_iterations must be"),
        ("blind_iterations", (5, -1), "blind_iterations must be"),
        ("max_leaf_nodes", 1, "max_leaf_nodes must be an integer of at least 2"),
        ("max_leaf_nodes", 16, "max_leaf_nodes must be at most 15"),
        ("min_samples_leaf", 0, "min_samples_leaf must be"),
        ("n_folds", 1, "n_folds must be an integer of at least 2"),
        ("n_digits", 0, "n_digits must be an integer of at least 1"),
        ("seed", -1, "seed must be"),
        ("seed", 2**32, "seed must be below"),
        ("l2", -1.0, "l2 must be finite"),
        ("width", -0.1, "width must be 'auto' or a finite number"),
        ("width", math.nan, "width must be"),
    ],
)
def test_bad_settings_are_named(name: str, value: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        BoostingSettings(**{name: value})
