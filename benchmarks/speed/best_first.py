"""Long numbers: best-first search against draws at equal time, and how many prefixes a law needs.

    python benchmarks/speed/best_first.py --out benchmarks/results/best_first.jsonl

A transformer decoder is trained with cross-entropy for some numbers of epochs on targets of five orders of magnitude:
once as they are, once rounded to two significant digits, as people write numbers down. Codecs write five digits.

Draws (cached, our own) get the time that the search took, in processor seconds, on the same rows. Errors are those of
the mean, the median and the 0.95 quantile, in parts of each row's 90 % interval, averaged over rows (and five sets of
draws). What is right comes from a search through 8192 prefixes; "known to" is how far apart its own bounds are, in the
same unit. The second table has the prefixes that it takes, averaged over rows, until whole numbers hold 99.9 % of the
mass (up to 8192 are tried, the likeliest first), and until median and mean are certain to 1 % of the 90 % interval.
"""

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from digitwise import BestFirst, Bounded, IEEECodec, ScientificCodec, Transformer
from digitwise.codecs import Codec, tree_of
from digitwise.distributions import BoundedLaw
from digitwise.encoders.tabular import TabularEncoder
from digitwise.nn import Memory
from digitwise.policy import Policy, best_first, coarse_to_fine, frontier_law, sample

CODECS: dict[str, Codec] = {
    "scientific": ScientificCodec(n_digits=5, min_exponent=-3, max_exponent=2, signs="positive"),
    "ieee": Bounded(IEEECodec(base=10, exponent_digits=1, mantissa_digits=5), low=0.0, high=1000.0),
}
EPOCHS = (0, 1, 5, 20, 60)
BUDGETS = (32, 128, 512)
MOST = 8192
N_TRAIN, N_TEST, N_SETS, ROWS_PER_PASS = 2000, 16, 5, 32
LEVELS = (0.5, 0.95)
NAMES = ("mean", "median", "quantile_95")


def make_data(rounded: bool) -> tuple[Tensor, np.ndarray]:
    """Return features and positive targets of five orders of magnitude, with noise of 5 % and 25 %."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((N_TRAIN + N_TEST, 4))
    noise = np.where(X[:, 2] > 0, 0.25, 0.05) * rng.standard_normal(len(X))
    y = np.clip(np.exp(1.5 * X[:, 0] + 0.3 * np.abs(X[:, 1]) + noise), 0.001, 999.0)
    if rounded:
        unit = 10.0 ** (np.floor(np.log10(y)) - 1)
        y = np.round(y / unit) * unit
    return torch.tensor(X, dtype=torch.float32), y


def trained(codec: Codec, X: Tensor, y: np.ndarray, epochs: tuple[int, ...]) -> Iterator[tuple[int, Policy, Memory]]:
    """Yield the policy after some numbers of epochs, with the memory of the test rows."""
    torch.manual_seed(0)
    tree = tree_of(codec)
    encoder = TabularEncoder(X.shape[1], [], hidden_dim=64, n_layers=2, dropout=0.0)
    policy = Policy(Transformer(dropout=0.0).build(tree, encoder.out_dim), codec, tree)
    optimizer = torch.optim.AdamW([*encoder.parameters(), *policy.parameters()], lr=1e-3)
    tokens = codec.encode(torch.tensor(y[:N_TRAIN])).unsqueeze(1)

    def memory(rows: Tensor) -> Memory:
        return encoder(X[rows], torch.zeros(len(rows), 0, dtype=torch.int64))

    for epoch in range(max(epochs) + 1):
        if epoch in epochs:
            with torch.no_grad():
                test = memory(torch.arange(N_TRAIN, N_TRAIN + N_TEST))
            yield epoch, policy, test
        for rows in torch.randperm(N_TRAIN).split(64):
            loss = -policy.log_probs(memory(rows), tokens[rows]).sum(-1).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()


def search(policy: Policy, memory: Memory, settings: BestFirst) -> BoundedLaw:
    """Return what is known after a search."""
    return frontier_law(policy, best_first(policy, memory, settings))


def draw(policy: Policy, memory: Memory, n_draws: int, seed: int) -> np.ndarray:
    """Return mean and quantiles of draws."""
    tokens = sample(policy, memory, n_draws, generator=torch.Generator().manual_seed(seed)).tokens
    numbers = policy.codec.decode(tokens).numpy()
    return np.column_stack([numbers.mean(1), *(np.quantile(numbers, level, axis=1) for level in LEVELS)])


def answers(law: BoundedLaw) -> np.ndarray:
    """Return the same of a law."""
    histogram = law.histogram()
    return np.column_stack([histogram.mean(), histogram.quantile(np.array(LEVELS))])


def timed(run: Callable[[], object]) -> float:
    """Return the median time of three runs."""
    times = []
    for _ in range(3):
        start = time.process_time()
        run()
        times.append(time.process_time() - start)
    return statistics.median(times)


def draws_in(policy: Policy, memory: Memory, seconds: float) -> int:
    """Return how many draws per row can be had in a time."""
    few, many = 16, 256
    short, long = (timed(partial(draw, policy, memory, n_draws, 0)) for n_draws in (few, many))
    return max(1, round(few + (seconds - short) * (many - few) / (long - short)))


def compared(policy: Policy, memory: Memory) -> Iterator[dict[str, Any]]:
    """Yield errors of both at equal time, for each budget."""
    right = search(policy, memory, BestFirst(tolerance=0.0, max_nodes=MOST))
    interval = np.ptp(right.histogram().interval(0.9), axis=1)
    lower, upper = (
        np.column_stack([mean, quantiles])
        for mean, quantiles in zip(right.mean_bounds(), right.quantile_bounds(np.array(LEVELS)), strict=True)
    )
    known_to = np.mean((upper - lower) / interval[:, None], axis=0)

    def error(estimate: np.ndarray) -> np.ndarray:
        return np.mean(np.abs(estimate - answers(right)) / interval[:, None], axis=0)

    for budget in BUDGETS:
        settings = BestFirst(tolerance=0.0, max_nodes=budget)
        seconds = timed(partial(search, policy, memory, settings))
        n_draws = draws_in(policy, memory, seconds)
        found = error(answers(search(policy, memory, settings)))
        drawn = np.mean([error(draw(policy, memory, n_draws, seed)) for seed in range(N_SETS)], axis=0)
        yield {
            "nodes": budget,
            "seconds": seconds,
            "draws": n_draws,
            "search_error": dict(zip(NAMES, found.tolist(), strict=True)),
            "draws_error": dict(zip(NAMES, drawn.tolist(), strict=True)),
            "known_to": dict(zip(NAMES, known_to.tolist(), strict=True)),
        }


def needed(policy: Policy, memory: Memory) -> dict[str, Any]:
    """Return how many prefixes hold 99.9 % of the mass, and how many fix the median and the mean."""
    law = search(policy, memory, BestFirst(tolerance=1e-3, max_nodes=MOST, priority="mass"))
    interval = np.ptp(law.histogram().interval(0.9), axis=1)
    nodes = {name: np.full(len(law), np.inf) for name in ("median", "mean")}
    for frontier in coarse_to_fine(policy, memory, BestFirst(tolerance=0.0, max_nodes=MOST)):
        known = frontier_law(policy, frontier)
        for name, bounds in (("median", known.quantile_bounds(0.5)), ("mean", known.mean_bounds())):
            is_known = bounds.high - bounds.low <= 0.01 * interval
            nodes[name][is_known] = np.minimum(nodes[name][is_known], known.n_nodes[is_known])
        if np.isfinite([*nodes.values()]).all():
            break
    return {
        "nodes_for_999_permille": float(law.n_nodes.mean()),
        "rows_with_999_permille": float(np.mean(law.mass_left <= 1e-3)),
        "mass_left": float(law.mass_left.mean()),
        **{f"nodes_for_{name}": float(np.minimum(count, MOST).mean()) for name, count in nodes.items()},
        **{f"rows_with_{name}": float(np.isfinite(count).mean()) for name, count in nodes.items()},
    }


def main() -> None:
    """Run all cases, print both tables and write one JSON line per figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--quick", action="store_true", help="one codec, few epochs")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    epochs = EPOCHS[:3] if arguments.quick else EPOCHS
    codecs = dict(list(CODECS.items())[:1]) if arguments.quick else CODECS
    records: list[dict[str, Any]] = []
    what = "mean   median      95 %"
    print(f"{'':43}   {'search':26}   {'draws':26}   known to")
    print(f"{'target':8} {'codec':10} epochs nodes    ms draws", *[f"{what:>26}"] * 3, sep="   ")
    for target in ("as it is", "rounded"):
        X, y = make_data(target == "rounded")
        for name, codec in codecs.items():
            for epoch, policy, memory in trained(codec, X, y, epochs):
                case = {"target": target, "codec": name, "epochs": epoch}
                for row in compared(policy, memory):
                    keys = ("search_error", "draws_error", "known_to")
                    milliseconds = row["seconds"] * 1e3
                    print(
                        f"{target:8} {name:10} {epoch:6d} {row['nodes']:5d} {milliseconds:5.0f} {row['draws']:5d}",
                        *(" ".join(f"{error:8.1e}" for error in row[key].values()) for key in keys),
                        sep="   ",
                        flush=True,
                    )
                    records.append(case | {"table": "equal time"} | row)
                records.append(case | {"table": "nodes needed"} | needed(policy, memory))
    print(f"\n{'target':8} {'codec':10} epochs {'99.9 % of mass':>16} {'median':>16} {'mean':>16}")
    for row in records:
        if row["table"] == "nodes needed":
            cells = [
                f"{row[f'nodes_for_{k}']:.0f} ({row[f'rows_with_{k}']:.0%})" for k in ("999_permille", "median", "mean")
            ]
            print(f"{row['target']:8} {row['codec']:10} {row['epochs']:6d}", *(f"{cell:>16}" for cell in cells))
    if arguments.out:
        facts = {"rows": N_TEST, "threads": 1, "torch": torch.__version__, "most_nodes": MOST}
        arguments.out.write_text("".join(json.dumps(row | facts) + "\n" for row in records))


if __name__ == "__main__":
    main()
