"""What an update with new rows learns and forgets: `partial_fit` with and without replay, beside a fit of all rows.

    python benchmarks/updates.py --out benchmarks/results/updates.jsonl

700 rows of a known law, then 250 from another part of the feature space, where the law is another one too. Figures are
the CRPS on 2000 further rows of either part, in data units. What is there is not run again.

- ``before``      the model of the 700 rows
- ``replay``      updated with the new rows and its sample of old ones; ``/ 3`` and ``/ 10`` with a lower learning rate
- ``no replay``   updated with the new rows alone
- ``all anew``    fitted to all 950 rows
"""

import argparse
import json
import warnings
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from digitwise import DecodingRegressor
from digitwise.metrics import mean_crps

MODELS: dict[str, dict[str, Any]] = {
    "plain network": {"preset": "plain", "learning_rate": 1e-3},
    "ensemble": {"model": "network", "learning_rate": 3e-3},
    "boosted digits": {"preset": "fast"},
}
WAYS = ("before", "replay", "replay / 3", "replay / 10", "no replay", "all anew")


def rows(n_rows: int, part: str, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return features and targets of the old or of the new part."""
    X = random.uniform(-1, 1, (n_rows, 3))
    if part == "old":
        X[:, 0] = random.uniform(-1, 0.2, n_rows)
        return X, np.sin(3 * X[:, 0]) + 0.5 * X[:, 1] + 0.15 * random.standard_normal(n_rows)
    X[:, 0] = random.uniform(0.2, 1, n_rows)
    return X, 0.5 - X[:, 0] - 0.5 * X[:, 1] + 0.2 * random.standard_normal(n_rows)


def models(name: str, seed: int) -> Iterator[tuple[str, DecodingRegressor]]:
    """Yield a model after each way to learn the new rows."""
    random = np.random.default_rng(seed)
    old, new = rows(700, "old", random), rows(250, "new", random)
    settings = {**MODELS[name], "margin": 0.5, "random_state": seed, "n_jobs": 1, "refit": False}

    def fitted(**others: Any) -> DecodingRegressor:
        return DecodingRegressor(**settings, **others).fit(*old)

    yield "before", fitted()
    yield "replay", fitted().partial_fit(*new)
    if "learning_rate" in settings:
        for share in (3, 10):
            model = fitted()
            yield f"replay / {share}", model.partial_fit(*new, learning_rate=settings["learning_rate"] / share)
    yield "no replay", fitted(replay_rows=0).partial_fit(*new)
    both = tuple(np.concatenate(pair) for pair in zip(old, new, strict=True))
    yield "all anew", DecodingRegressor(**settings).fit(*both)


def main() -> None:
    """Run what is not in the file yet, and print means over the seeds."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="JSON-lines file")
    parser.add_argument("--seeds", type=int, nargs="*", default=[0, 1, 2])
    given = parser.parse_args()
    warnings.filterwarnings("ignore", message=".*lie outside the range")
    found = [json.loads(line) for line in given.out.read_text().splitlines()] if given.out.exists() else []
    done = {(line["model"], line["seed"]) for line in found}
    for name, seed in ((name, seed) for seed in given.seeds for name in MODELS):
        if (name, seed) in done:
            continue
        random = np.random.default_rng([seed, 1])
        tests = {part: rows(2000, part, random) for part in ("old", "new")}
        lines = [
            {
                "model": name,
                "seed": seed,
                "way": way,
                **{part: float(mean_crps(model.predict_distribution(X), y)) for part, (X, y) in tests.items()},
            }
            for way, model in models(name, seed)
        ]
        with given.out.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
        found += lines
    by_cell = defaultdict(list)
    for line in found:
        by_cell[line["model"], line["way"]].append([line["old"], line["new"]])
    print(f"{'model':16} {'way':12} {'old rows':>9} {'new rows':>9}")
    for name, way in ((name, way) for name in MODELS for way in WAYS if (name, way) in by_cell):
        old, new = np.mean(by_cell[name, way], axis=0)
        print(f"{name:16} {way:12} {old:9.3f} {new:9.3f}")


if __name__ == "__main__":
    main()
