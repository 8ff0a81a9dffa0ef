"""A small table, a small estimator, and a small space."""

from typing import Any

import numpy as np

from digitwise import NormalizedCodec
from digitwise.estimators import DecodingRegressor
from digitwise.tuning import Choice, FloatRange, IntegerRange, TuningResult, tune

SPACE = {
    "learning_rate": FloatRange(1e-3, 1e-1, log=True),
    "n_layers": IntegerRange(1, 3),
    "batch_size": Choice(("auto", 16, 32)),
}


def make_table(n_rows: int = 60, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n_rows, 2))
    return X, X[:, 0] + 0.1 * rng.normal(size=n_rows)


def small(**changes: Any) -> DecodingRegressor:
    own = {
        "preset": "plain",
        "codec": NormalizedCodec(base=2, length=5),
        "hidden_dim": 8,
        "n_layers": 1,
        "max_epochs": 3,
    }
    return DecodingRegressor(**own | {"finetune": None} | changes)


def search(*data: Any, **options: Any) -> TuningResult:
    usual = {"estimator": small(), "space": SPACE, "n_trials": 3, "n_startup_trials": 2, "random_state": 0}
    return tune(*(data or make_table()), **usual | options)


class Interrupting:
    """Stands for the fit of the estimator: raises in the fit of some number, and trains in all others."""

    def __init__(self, monkeypatch: Any, fits: dict[int, BaseException]) -> None:
        self.fits, self.count = fits, 0
        fit = DecodingRegressor.fit

        def patched(model: DecodingRegressor, *arguments: Any, **options: Any) -> DecodingRegressor:
            self.count += 1
            if self.count - 1 in self.fits:
                raise self.fits[self.count - 1]
            return fit(model, *arguments, **options)

        monkeypatch.setattr(DecodingRegressor, "fit", patched)
