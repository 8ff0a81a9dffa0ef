"""Rows per second of the exact law against 128 sampled draws of the same model.

    python benchmarks/speed/inference.py --out benchmarks/results/speed_inference.jsonl

For both decoders, base 2 × 8 and 10 × 3 and batches of 32 to 4096 rows: the exact law, 128 cached draws and
128 uncached draws (each step re-runs the whole prefix, as the published code does), all given the memory. The
ratios at the end are within one run; rows per second depend on the machine. Peak memory is what the process gained.
"float64" is the exact law as the estimators compute it, so that predictions do not depend on how rows are batched.
"""

import argparse
import contextlib
import copy
import ctypes
import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import torch
from torch import Tensor

from digitwise import NormalizedCodec, Transformer, Tree
from digitwise.codecs import DigitTree
from digitwise.nn import Memory
from digitwise.policy import Policy, leaf_probs, sample

N_DRAWS = 128
MEMORY_DIM = 256
CODECS = {"2x8": NormalizedCodec(base=2, length=8), "10x3": NormalizedCodec(base=10, length=3)}
DECODERS = {"tree": Tree(), "transformer": Transformer()}


@torch.no_grad()
def sample_uncached(policy: Policy, memory: Memory) -> Tensor:
    """Draw with the whole prefix re-run at every step."""
    batch, length = memory.features.shape[0], policy.codec.length
    tokens = torch.zeros(batch, N_DRAWS, length, dtype=torch.int64)
    for step in range(length):
        prefix = tokens[..., : step + 1]  # the token at `step` is not looked at
        logits = policy.model.sequence_logits(memory, prefix)[..., step, :]
        probs = torch.softmax(logits, dim=-1)
        tokens[..., step] = torch.multinomial(probs.flatten(0, 1), 1).view(batch, N_DRAWS)
    return tokens


def in_passes(run: Callable[[Policy, Memory], object], policy: Policy, memory: Memory) -> None:
    """Run on as many rows at a time as the exact law does, so that all methods are kind to the cache alike."""
    for features in memory.features.split(policy.model.rows_per_pass):
        run(policy, Memory(features))


def peak_memory_mib(run: Callable[[], object]) -> float | None:
    """Return how far the resident memory rose above its level before (Linux only)."""
    status, clear = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    if not clear.exists():
        return None

    def read(key: str) -> int:
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith(key))

    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).malloc_trim(0)  # or memory kept from an earlier case would hide what this one takes
    clear.write_text("5")
    before = read("VmRSS")
    run()
    return round((read("VmHWM") - before) / 1024, 1)


def seconds(run: Callable[[], object], budget: float) -> float:
    """Return the median time of a run, repeated within a budget of seconds; the first is a warm-up.

    A run longer than the budget is its own warm-up: it is timed once.
    """
    times: list[float] = []
    while len(times) < 4 or (sum(times) < budget and len(times) < 50):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
        if times[0] > budget:
            return times[0]
    return statistics.median(times[1:])


def main() -> None:
    """Run all cases and write one JSON line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--batches", type=int, nargs="+", default=[32, 256, 1024, 4096])
    parser.add_argument("--budget", type=float, default=2.0, help="seconds per measurement")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--memory-only", action="store_true", help="run each case once; times are not kept")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    budget = 0.0 if arguments.memory_only else arguments.budget
    print(f"{'decoder':12} {'codec':5} {'batch':>5} {'method':12} {'rows/s':>11} {'peak MiB':>9} {'exact is':>9}")
    for decoder_name, decoder in DECODERS.items():
        for codec_name, codec in CODECS.items():
            tree = DigitTree(codec.grammar, codec.length)
            policy = Policy(decoder.build(tree, MEMORY_DIM), codec, tree).eval()
            in_float64 = copy.deepcopy(policy).double()
            for batch in arguments.batches:
                memory = Memory(torch.randn(batch, 1, MEMORY_DIM))
                methods: dict[str, Callable[[], object]] = {
                    "exact": partial(leaf_probs, policy, memory),
                    "float64": partial(leaf_probs, in_float64, Memory(memory.features.double())),
                    "cached": partial(in_passes, lambda p, m: sample(p, m, N_DRAWS), policy, memory),
                    "uncached": partial(in_passes, sample_uncached, policy, memory),
                }
                exact = 0.0
                for method, run in methods.items():
                    measured: list[float] = []
                    peak = peak_memory_mib(partial(lambda r, m: m.append(seconds(r, budget)), run, measured))
                    taken = measured[0]
                    exact = taken if method == "exact" else exact
                    ratio = taken / exact
                    row = {
                        "decoder": decoder_name,
                        "codec": codec_name,
                        "batch": batch,
                        "method": method,
                        "rows_per_second": None if arguments.memory_only else round(batch / taken, 1),
                        "seconds": None if arguments.memory_only else taken,
                        "times_exact": None if arguments.memory_only else round(ratio, 2),
                        "peak_mib": peak,
                        "n_draws": N_DRAWS if "cached" in method else None,
                        "threads": arguments.threads,
                        "torch": torch.__version__,
                        "machine": platform.machine(),
                    }
                    print(
                        f"{decoder_name:12} {codec_name:5} {batch:5d} {method:12} {batch / taken:11,.0f} "
                        f"{peak if peak is not None else float('nan'):9.1f} {ratio:8.1f}x",
                        flush=True,
                    )
                    if arguments.out:
                        with arguments.out.open("a") as file:
                            file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
