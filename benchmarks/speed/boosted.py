"""Boosted digits: the exact law by tables of leaf masks, against walks through scikit-learn's trees.

    python benchmarks/speed/boosted.py --out benchmarks/results/speed_boosted.jsonl

Both sum the same trees for the same rows and prefixes: the tables do it in torch, the walks are scikit-learn's compiled
ones (``TreePredictor.predict``). Times are processor seconds on one thread, so that other work on the machine counts
little. "whole law" has the probabilities of all leaves in it, "log-odds" what the trees do, "walks" what walks take for
the same log-odds, counted from one booster of each model.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sklearn.ensemble import HistGradientBoostingRegressor

from digitwise import NormalizedCodec
from digitwise.codecs import tree_of
from digitwise.nn import Memory
from digitwise.nn.boosted_digits import LEAST_REACH, BoostedDigits
from digitwise.nn.boosted_trees import BoostedTrees
from digitwise.policy import Policy, leaf_probs
from digitwise.training.batches import Rows
from digitwise.training.boosted_fit import fit_boosted_digits
from digitwise.training.boosting_settings import BoostingSettings
from digitwise.training.grown_trees import grown_trees

CODEC = NormalizedCodec(base=2, length=8)
N_TEST, N_WALKED_TREES = 8192, 128


def make_rows(n_rows: int, n_columns: int, seed: int) -> Rows:
    """Return rows whose target is a smooth function of four columns, with noise."""
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((n_rows, n_columns))
    y = np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2] + 0.3 * np.abs(X[:, 3]) + 0.2 * rng.standard_normal(n_rows)
    z = torch.tensor(np.clip(0.5 + y / 8, 0, 1))
    none = torch.zeros(n_rows, 0, dtype=torch.int64)
    return Rows(torch.tensor(X, dtype=torch.float32), none, z, torch.ones(n_rows, dtype=torch.float64), z)


def seconds(run: Callable[[], object]) -> float:
    """Return the median processor time of five runs, after one to warm up."""
    run()
    times = []
    for _ in range(5):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return statistics.median(times)


def seconds_per_tree(rows: Rows, x: torch.Tensor) -> tuple[float, float]:
    """Return what a row takes in one tree: looked up in tables, and walked."""
    fitted = HistGradientBoostingRegressor(
        max_iter=N_WALKED_TREES, max_leaf_nodes=15, min_samples_leaf=5, early_stopping=False
    ).fit(rows.numeric.numpy(), rows.z.numpy())
    booster = BoostedTrees()
    booster.give(grown_trees(fitted))
    X, bitsets, columns = x.double().numpy(), np.zeros((0, 8), np.uint32), np.zeros(0, np.uint32)

    def walk() -> np.ndarray:
        return sum(predictor.predict(X, bitsets, columns, 1) for (predictor,) in fitted._predictors)

    np.testing.assert_allclose(booster(x) - booster.baseline, walk(), atol=1e-4)
    return seconds(lambda: booster(x)) / (len(x) * N_WALKED_TREES), seconds(walk) / (len(x) * N_WALKED_TREES)


def case(n_rows: int, n_columns: int) -> dict[str, Any]:
    """Return the figures of one model."""
    tree = tree_of(CODEC)
    model = BoostedDigits(tree, n_columns)
    rows = make_rows(n_rows, n_columns, 0)
    start = time.process_time()
    result = fit_boosted_digits(model, rows, make_rows(n_rows // 4, n_columns, 1), BoostingSettings())
    fit_seconds = time.process_time() - start
    policy, x = Policy(model, CODEC, tree), make_rows(N_TEST, n_columns, 2).numeric
    memory = Memory(x.unsqueeze(1))
    law = seconds(lambda: leaf_probs(policy, memory))
    log_odds = seconds(lambda: [model.log_odds(memory.take(slice(i, i + 1024))) for i in range(0, N_TEST, 1024)])
    reach = tree.node_sums(policy.node_log_probs(memory)).exp()
    trees = [row["trees"] for row in result.history]
    visited = [
        (reach[:, 2**level - 1 : 2 ** (level + 1) - 1] >= LEAST_REACH).double().sum(1).mean().item() * n_trees
        for level, n_trees in enumerate(trees)
    ]
    looked_up, walked = seconds_per_tree(rows, x)
    per_row = len(model.guess) + sum(visited)
    return {
        "train_rows": n_rows,
        "columns": n_columns,
        "fit_seconds": round(fit_seconds, 2),
        "guess_trees": len(model.guess),
        "trees": trees,
        "trees_per_row": round(per_row),
        "law_rows_per_second": round(N_TEST / law),
        "log_odds_rows_per_second": round(N_TEST / log_odds),
        "walks_rows_per_second": round(1 / (walked * per_row)),
        "nanoseconds_per_tree": {"tables": round(looked_up * 1e9, 2), "walks": round(walked * 1e9, 2)},
    }


def main() -> None:
    """Run all cases and write one JSON line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--rows", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--columns", type=int, nargs="+", default=[8, 50])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    lines = []
    print("  rows columns fit s trees/row  whole law   log-odds      walks  (rows/s)   ns per tree: tables, walks")
    for n_rows in arguments.rows:
        for n_columns in arguments.columns:
            row = case(n_rows, n_columns)
            print(
                f"{n_rows:6d} {n_columns:7d} {row['fit_seconds']:5.1f} {row['trees_per_row']:9d} "
                f"{row['law_rows_per_second']:10d} {row['log_odds_rows_per_second']:10d} "
                f"{row['walks_rows_per_second']:10d} {row['nanoseconds_per_tree']['tables']:22.2f} "
                f"{row['nanoseconds_per_tree']['walks']:10.2f}",
                flush=True,
            )
            lines.append(json.dumps(row | {"test_rows": N_TEST, "threads": 1, "torch": torch.__version__}) + "\n")
    if arguments.out:
        arguments.out.write_text("".join(lines))


if __name__ == "__main__":
    main()
