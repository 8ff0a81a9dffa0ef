"""What ``finetune="auto"`` comes to, and how two stages share a time limit."""

from typing import Any

import numpy as np
import pytest

from digitwise import CRPS, DecodingRegressor, NormalizedCodec, SmoothedCrossEntropy, Transformer

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 2))
Y = X[:, 0] + 0.1 * RNG.normal(size=60)
SMALL = {"preset": "plain", "max_epochs": 2, "hidden_dim": 8, "random_state": 0}
TINY = Transformer(dim=8, n_heads=2, n_layers=1, feed_forward_dim=8)


@pytest.mark.parametrize(
    "settings", [{}, {"objective": SmoothedCrossEntropy(width=0.1)}, {"codec": NormalizedCodec(base=2, length=12)}]
)
def test_smoothed_cross_entropy_on_a_tree_is_followed_by_the_crps(settings: dict[str, Any]) -> None:
    model = DecodingRegressor(**SMALL, **settings).fit(X, Y)
    assert model.finetune_summary_["objective"] == "crps"
    assert [row["epoch"] for row in model.history_] == [1, 2, 1]


@pytest.mark.parametrize(
    "settings",
    [
        {"objective": "cross_entropy"},
        {"objective": SmoothedCrossEntropy() + CRPS()},
        {"decoder": TINY, "codec": NormalizedCodec(base=4, length=2)},
        {"codec": NormalizedCodec(base=2, length=13)},
        {"finetune": None},
        {"finetune": "none"},
    ],
)
def test_anything_else_has_one_stage(settings: dict[str, Any]) -> None:
    model = DecodingRegressor(**SMALL, **settings).fit(X, Y)
    assert not hasattr(model, "finetune_summary_")
    assert [row["epoch"] for row in model.history_] == [1, 2]


def test_a_first_stage_that_used_up_the_time_has_no_second() -> None:
    model = DecodingRegressor(**SMALL | {"max_epochs": 1000}, time_limit=1e-6).fit(X, Y)
    assert (model.stopped_by_, len(model.history_)) == ("time_limit", 1)
    assert not hasattr(model, "finetune_summary_")


def test_refitting_without_a_second_stage_forgets_the_last_one() -> None:
    model = DecodingRegressor(**SMALL).fit(X, Y)
    model.set_params(finetune=None).fit(X, Y)
    assert not hasattr(model, "finetune_summary_")
    assert not any(name.startswith("fine-tuning") for name in model.fit_summary_)


def test_to_fine_tune_with_nothing_is_refused() -> None:
    model = DecodingRegressor(**SMALL, finetune=None).fit(X, Y)
    with pytest.raises(ValueError, match="needs an objective"):
        model.fine_tune(X, Y, finetune="none")
