"""What is lost if runs that timed out, and values below a detection limit, are dropped or taken for numbers.

    python benchmarks/censored.py --out benchmarks/results/censored.jsonl

Data with a known law whose spread depends on the features: log-normal run times with a limit of each run's own, and
normal concentrations (in logarithms) with a detection limit of each measurement's own. Every method is the same
`DecodingRegressor` with its defaults:

- ``likelihood``  fits `QualifiedTargets`; ``likelihood, nll`` chooses the epoch by ``nll`` instead of ``crps``
- ``likelihood, then crps``  has the second stage that is automatic where all targets are numbers
- ``dropped``     fits the rows whose number is known
- ``clipped``     takes limits for numbers
- ``known``       fits the numbers themselves, which nobody sees: as good as it gets

Figures are those of 4000 new rows whose numbers are all known: ``crps`` and the ``rmse`` of the law's mean and median;
``mean_error`` and ``median_error`` are the root mean squared distances from those of the true law, whose own figures
come as ``truth``.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from digitwise import DecodingRegressor, QualifiedTargets
from digitwise.distributions import Distribution, GaussianMixture, Transformed
from digitwise.metrics import mean_crps, rmse

N_TRAIN, N_TEST = 600, 4000
LOGARITHM = SimpleNamespace(forward=np.log, inverse=np.exp, derivative=np.reciprocal)


def features_and_law(n_rows: int, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return features, and mean and standard deviation of the logarithm."""
    X = random.uniform(-1, 1, (n_rows, 4))
    return X, 2.5 + 1.2 * np.sin(2 * X[:, 0]) + 0.8 * X[:, 1], 0.55 + 0.25 * X[:, 2]


def time_outs(middle: float) -> Callable[[np.ndarray, np.random.Generator], QualifiedTargets]:
    """Return what a limit of each run's own, around ``exp(middle)``, lets see of run times."""

    def seen(y: np.ndarray, random: np.random.Generator) -> QualifiedTargets:
        limit = np.exp(middle + 0.8 * random.standard_normal(len(y)))
        return QualifiedTargets.right_censored(np.minimum(y, limit), y > limit)

    return seen


def detection_limits(y: np.ndarray, random: np.random.Generator) -> QualifiedTargets:
    """Return what detection limits, somewhere between 1 and 2.6, let see of concentrations."""
    limit = random.uniform(1.0, 2.6, len(y))
    return QualifiedTargets.left_censored(np.maximum(y, limit), y < limit)


SCENARIOS: dict[str, tuple[bool, Callable[[np.ndarray, np.random.Generator], QualifiedTargets]]] = {
    "time-outs, few": (True, time_outs(3.6)),
    "time-outs, many": (True, time_outs(2.5)),
    "detection limits": (False, detection_limits),
}


def figures(law: Distribution, truth: Distribution, y: np.ndarray) -> dict[str, float]:
    """Return how well laws predict numbers, and how near they are to the true ones."""
    mean, median = law.mean(), law.median()
    return {
        "crps": float(mean_crps(law, y)),
        "rmse_mean": float(rmse(y, mean)),
        "rmse_median": float(rmse(y, median)),
        "mean_error": float(rmse(truth.mean(), mean)),
        "median_error": float(rmse(truth.median(), median)),
    }


def run(scenario: str, seed: int, settings: dict[str, Any]) -> list[dict[str, Any]]:
    """Return one record per method."""
    is_time, see = SCENARIOS[scenario]
    random = np.random.default_rng(seed)
    X, mean, std = features_and_law(N_TRAIN, random)
    z = mean + std * random.standard_normal(N_TRAIN)
    y = np.exp(z) if is_time else z
    seen = see(y, random)
    X_test, mean, std = features_and_law(N_TEST, random)
    truth: Distribution = GaussianMixture(np.ones((N_TEST, 1)), mean[:, None], std[:, None])
    z_test = mean + std * random.standard_normal(N_TEST)
    y_test = np.exp(z_test) if is_time else z_test
    truth = Transformed(truth, LOGARITHM) if is_time else truth
    known, limits = seen.is_exact, np.where(np.isfinite(seen.low), seen.low, seen.high)
    share = float(1 - known.mean())
    methods: dict[str, tuple[np.ndarray, Any, dict[str, Any]]] = {
        "likelihood": (X, seen, {}),
        "likelihood, nll": (X, seen, {"select_by": "nll"}),
        "likelihood, then crps": (X, seen, {"finetune": "crps"}),
        "dropped": (X[known], limits[known], {}),
        "clipped": (X, limits, {}),
        "known": (X, y, {}),
    }
    start = {"scenario": scenario, "seed": seed, "censored": share, "n_train": N_TRAIN}
    records = [{**start, "method": "truth", "seconds": 0.0, **figures(truth, truth, y_test)}]
    for method, (rows, targets, own) in methods.items():
        started = time.perf_counter()
        model = DecodingRegressor(random_state=seed, n_jobs=1, **{**settings, **own}).fit(rows, targets)
        seconds = time.perf_counter() - started
        law = model.predict_distribution(X_test)
        records.append({**start, "method": method, "seconds": round(seconds, 2), **figures(law, truth, y_test)})
    return records


def summary(records: list[dict[str, Any]]) -> str:
    """Return means over seeds, one line per scenario and method."""
    names = ("censored", "crps", "rmse_mean", "rmse_median", "mean_error", "median_error", "seconds")
    lines = [f"{'scenario':18}{'method':24}" + "".join(f"{name:>13}" for name in names)]
    for scenario, method in dict.fromkeys((record["scenario"], record["method"]) for record in records):
        mine = [record for record in records if (record["scenario"], record["method"]) == (scenario, method)]
        means = [np.mean([record[name] for record in mine]) for name in names]
        lines.append(f"{scenario:18}{method:24}" + "".join(f"{mean:13.3f}" for mean in means))
    return "\n".join(lines)


def main() -> None:
    """Run all scenarios and seeds, and write one JSON line for each fit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--max-epochs", type=int, default=None, help="instead of the default")
    arguments = parser.parse_args()
    settings = {} if arguments.max_epochs is None else {"max_epochs": arguments.max_epochs}
    records: list[dict[str, Any]] = []
    for seed in range(arguments.seeds):
        for scenario in SCENARIOS:
            records += run(scenario, seed, settings)
    print(summary(records))
    if arguments.out is not None:
        arguments.out.write_text("".join(json.dumps(record) + "\n" for record in records))


if __name__ == "__main__":
    main()
