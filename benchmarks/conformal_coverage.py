"""Whether conformal intervals hold what they promise, over many repetitions: the long version of the tests' simulation.

    python benchmarks/conformal_coverage.py --out benchmarks/results/conformal_coverage.jsonl

In each repetition a law that is wrong on purpose predicts ``n`` calibration rows and one new row; the share of
repetitions whose new outcome lies in its interval is compared with what the theory says. Outcomes are skewed with a
spread that depends on the row, laws know neither. Without ties a coverage of ``c`` holds exactly
``ceil(c (n + 1)) / (n + 1)``.

One line for each score, number of rows and coverage: ``held`` and ``exact`` are the shares, ``errors`` is their
distance in standard errors. The last line of the table that is printed says how many of the distances are beyond 3.
"""

import argparse
import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from digitwise.calibration import SplitConformal
from digitwise.distributions import GaussianMixture

SCORES = ("levels", "distance", "scaled_distance")
ROWS = (19, 50, 200)
COVERAGES = (0.5, 0.8, 0.9, 0.95)


def rows_and_laws(n_rows: int, random: np.random.Generator) -> tuple[np.ndarray, GaussianMixture]:
    """Return outcomes, and laws with the wrong place, width and shape."""
    x = random.uniform(-1, 1, n_rows)
    y = 2 * x + (1.2 + x) * (random.gamma(2.0, size=n_rows) - 2.0)
    means = np.stack([1.5 * x, 1.5 * x + 1.0], axis=1)
    return y, GaussianMixture(np.full((n_rows, 2), 0.5), means, np.full((n_rows, 2), 0.5))


def held(score: str, n_rows: int, repetitions: int, random: np.random.Generator) -> np.ndarray:
    """Return how many new outcomes lie in their intervals, by coverage."""
    y, law = rows_and_laws(repetitions * (n_rows + 1), random)
    count = np.zeros(len(COVERAGES), dtype=int)
    for start in range(0, len(y), n_rows + 1):
        calibration, new = slice(start, start + n_rows), slice(start + n_rows, start + n_rows + 1)
        conformal = SplitConformal.fit(law[calibration], y[calibration], score=score)
        for place, coverage in enumerate(COVERAGES):
            low, high = conformal.interval(law[new], coverage)[0]
            count[place] += low <= y[new][0] <= high
    return count


def record(score: str, n_rows: int, coverage: float, repetitions: int, count: int) -> dict[str, Any]:
    """Return one line of results."""
    exact = min(1.0, math.ceil(coverage * (n_rows + 1)) / (n_rows + 1))
    error = math.sqrt(max(exact * (1 - exact), 1 / repetitions) / repetitions)
    share = count / repetitions
    return {
        "score": score,
        "n_rows": n_rows,
        "coverage": coverage,
        "repetitions": repetitions,
        "held": share,
        "exact": exact,
        "errors": (share - exact) / error,
    }


def main() -> None:
    """Run what is not in the file yet, and print all of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="JSON-lines file; what is there is not run again")
    parser.add_argument("--repetitions", type=int, default=20_000)
    given = parser.parse_args()
    found = [json.loads(line) for line in given.out.read_text().splitlines()] if given.out.exists() else []
    done = {(line["score"], line["n_rows"], line["repetitions"]) for line in found}
    for seed, (score, n_rows) in enumerate((score, n_rows) for score in SCORES for n_rows in ROWS):
        if (score, n_rows, given.repetitions) in done:
            continue
        counts = held(score, n_rows, given.repetitions, np.random.default_rng(seed))
        new = [
            record(score, n_rows, coverage, given.repetitions, int(count))
            for coverage, count in zip(COVERAGES, counts, strict=True)
        ]
        with given.out.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in new)
        found += new
    print(f"{'score':16} {'rows':>5} {'promised':>9} {'exact':>7} {'held':>7} {'errors':>7}")
    for line in found:
        print(
            f"{line['score']:16} {line['n_rows']:5} {line['coverage']:9.2f} {line['exact']:7.4f} {line['held']:7.4f} "
            f"{line['errors']:7.2f}"
        )
    print(f"{sum(abs(line['errors']) > 3 for line in found)} of {len(found)} are more than 3 standard errors away.")


if __name__ == "__main__":
    main()
