"""A small noisy problem and a small decoder for two-stage fits."""

from typing import Any

import numpy as np
from numpy.testing import assert_array_equal

from digitwise import DecodingRegressor, NormalizedCodec, OnPolicy

rng = np.random.default_rng(0)
X = rng.normal(size=(120, 2))
Y = 100 + 20 * X[:, 0] + 10 * rng.normal(size=120)
TINY = {
    "preset": "plain",
    "codec": NormalizedCodec(base=2, length=4),
    "hidden_dim": 16,
    "n_layers": 1,
    "batch_size": 48,
    "dropout": 0.1,
}
FEW_DRAWS = OnPolicy(n_draws=4)


def make(**more: Any) -> DecodingRegressor:
    settings: dict[str, Any] = {"max_epochs": 4, "learning_rate": 5e-3, "random_state": 0, "finetune": None}
    return DecodingRegressor(**TINY | settings | more)


def comparable(history: list[dict[str, float | int]]) -> list[dict[str, float | int]]:
    """Leave out what depends on the clock."""
    return [{k: v for k, v in row.items() if k not in ("seconds", "draws_per_second")} for row in history]


def assert_same(first: DecodingRegressor, second: DecodingRegressor) -> None:
    """Two models that were trained alike, to the last bit."""
    weights = second.network_.state_dict()
    for name, value in first.network_.state_dict().items():
        assert_array_equal(value.numpy(), weights[name].numpy(), err_msg=name)
    assert_array_equal(first.predict_quantiles(X, [0.1, 0.9]), second.predict_quantiles(X, [0.1, 0.9]))
    assert comparable(first.history_) == comparable(second.history_)
    for fact in ("best_epoch_", "n_iter_", "stopped_by_"):
        assert getattr(first, fact) == getattr(second, fact), fact
    summaries = [dict(getattr(model, "finetune_summary_", {}), seconds=0) for model in (first, second)]
    assert summaries[0] == summaries[1]
