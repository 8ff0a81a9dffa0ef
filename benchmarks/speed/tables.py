"""Training and prediction on a table of 10,000 rows: our presets beside RealMLP-TD and TabM-D (pytabkit).

    python benchmarks/speed/tables.py --threads 2 --out benchmarks/results/speed_tables.jsonl

Friedman's first function with noise, ten columns. Every method gets 10,000 training and 2,000 validation rows and the
same threads, and predicts 20,000 rows. TabM-D is trained for two epochs only, because its predictions take as long
however well it is trained; its training is not compared. Wall time: run it on a quiet machine.
"""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.datasets import make_friedman1

from digitwise.benchmark.methods import make_competitor
from digitwise.benchmark.provenance import provenance
from digitwise.benchmark.suite import Suite
from digitwise.benchmark.suite_parts import Method, References
from digitwise.estimators.hardware import cpu_threads

METHODS = (
    Method(name="decoding", estimator="DecodingRegressor"),
    Method(name="decoding-fast", estimator="DecodingRegressor", params={"preset": "fast"}),
    Method(name="network-only", estimator="DecodingRegressor", params={"model": "network"}),
    Method(name="realmlp-td", estimator="pytabkit", params={"model": "RealMLP_TD"}),
    Method(name="tabm-d-two-epochs", estimator="pytabkit", params={"model": "TabM_D", "settings": {"n_epochs": 2}}),
    Method(
        name="catboost",
        estimator="catboost",
        params={"iterations": 3000, "settings": {"learning_rate": 0.05}},
    ),
)
N_TRAIN, N_VALIDATION, N_TEST = 10_000, 2_000, 20_000


def main() -> None:
    """Time every method, and append one line each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--methods", nargs="*", default=[method.name for method in METHODS])
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    X, y = make_friedman1(N_TRAIN + N_VALIDATION + N_TEST, n_features=10, noise=1.0, random_state=0)
    ends = [N_TRAIN, N_TRAIN + N_VALIDATION]
    parts = list(zip(np.split(X, ends), np.split(y, ends), strict=True))
    suite = Suite(
        name="speed",
        datasets=("embedded:diabetes",),
        methods=METHODS,
        threads=options.threads,
        references=References(rmse="realmlp-td", crps="decoding"),
    )
    for method in METHODS:
        if method.name not in options.methods:
            continue
        record = measured(suite, method, parts) | {"threads": options.threads} | provenance()
        print(
            f"{method.name:20} fit {record['fit_seconds']:7.1f} s   {record['rows_per_second']:9.0f} rows/s   "
            f"RMSE {record['rmse']:.4f}",
            flush=True,
        )
        if options.out is not None:
            with options.out.open("a") as file:
                file.write(json.dumps(record) + "\n")


def measured(suite: Suite, method: Method, parts: list[tuple[np.ndarray, np.ndarray]]) -> dict[str, Any]:
    """Return what a method takes, wall seconds; predictions are points, the better of three runs."""
    train, validation, test = parts
    competitor = make_competitor(suite, method, 0)
    with cpu_threads(suite.threads):
        start = time.perf_counter()
        competitor.fit(*train, validation_data=validation)
        fit_seconds = time.perf_counter() - start
        estimator = getattr(competitor, "estimator", None)
        predict = competitor.predict if estimator is None else estimator.predict
        seconds = []
        for _ in range(3):
            start = time.perf_counter()
            found = predict(test[0])
            seconds.append(time.perf_counter() - start)
    points = found if estimator is not None else found[0]
    return {
        "method": method.name,
        "n_train": N_TRAIN,
        "fit_seconds": round(fit_seconds, 2),
        "rows_per_second": round(N_TEST / min(seconds)),
        "rmse": float(np.sqrt(np.mean((points - test[1]) ** 2))),
    }


if __name__ == "__main__":
    main()
