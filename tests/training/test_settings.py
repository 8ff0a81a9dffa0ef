"""Each bad setting is named, and so is its value."""

import math

import pytest

from digitwise.training import TrainingSettings


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("max_epochs", 0, "max_epochs must be at least 1, but got 0"),
        ("batch_size", -3, "batch_size must be at least 1, but got -3"),
        ("patience", 0, "patience must be at least 1, but got 0"),
        ("learning_rate", 0.0, r"learning_rate must be positive, but got 0\.0"),
        ("learning_rate", math.nan, "learning_rate must be positive, but got nan"),
        ("learning_rate", math.inf, "learning_rate must be finite, but got inf"),
        ("max_grad_norm", -1.0, r"max_grad_norm must be positive, but got -1\.0"),
        ("max_grad_norm", math.nan, "max_grad_norm must be positive, but got nan"),
        ("time_limit", 0.0, r"time_limit must be positive, but got 0\.0"),
        ("weight_decay", -0.1, r"weight_decay must be finite and at least 0, but got -0\.1"),
        ("weight_decay", math.nan, "weight_decay must be finite and at least 0, but got nan"),
        ("weight_decay", math.inf, "weight_decay must be finite and at least 0, but got inf"),
        ("warmup_fraction", 1.1, r"warmup_fraction must lie in \[0, 1\], but got 1\.1"),
        ("final_learning_rate_fraction", math.nan, r"final_learning_rate_fraction must lie in \[0, 1\], but got nan"),
        ("seed", -1, r"seed must lie in \[0, 2\*\*32\), but got -1"),
        ("seed", 2**32, r"seed must lie in \[0, 2\*\*32\), but got 4294967296"),
    ],
)
def test_a_bad_setting_is_named(name: str, value: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TrainingSettings(**{name: value})


@pytest.mark.parametrize(("name", "value"), [("max_epochs", 2.5), ("batch_size", math.nan), ("seed", 0.5)])
def test_a_fractional_count_is_named(name: str, value: float) -> None:
    settings = TrainingSettings()
    object.__setattr__(settings, name, value)  # past the type checks that only tests switch on
    with pytest.raises(ValueError, match=f"{name} must be an integer, but got {value}"):
        settings.__post_init__()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"max_epochs": 1, "batch_size": 1, "patience": 1, "time_limit": 1e-9},
        {"patience": None, "time_limit": None, "max_grad_norm": math.inf},
        {"weight_decay": 0.0, "warmup_fraction": 0.0, "final_learning_rate_fraction": 0.0},
        {"warmup_fraction": 1.0, "final_learning_rate_fraction": 1.0, "seed": 2**32 - 1},
    ],
)
def test_the_ends_of_the_ranges_are_fine(settings: dict[str, float]) -> None:
    TrainingSettings(**settings)
