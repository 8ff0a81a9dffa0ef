"""One training step on whole numbers: the paper's released loop, our sampled objectives, and the exact gradient.

    python benchmarks/speed/rl_step.py --out benchmarks/results/speed_rl_step.jsonl
    python benchmarks/speed/rl_step.py --quick

Loss and backward pass of 128 rows with 16 draws at the paper's sizes (2 × 8 digits; 3 layers of width 256 over one
memory token), float32, without dropout; the optimiser's step is the same for all and left out. Before any is timed the
published loop (`published_loop.py`) is given our draws and must come to our loss and our gradient. Every round times
each variant, so that what else the machine does hits all alike; ratios are of the medians of one run. Each peak of
memory comes from a process of its own: how far it rises above its level before the step. The sharper a law is the more
prefixes draws share, so there are two laws: a fresh model's, and one that cross-entropy has taught a bell.

With --out, what the file already holds is not measured again; the times of one law and one number of threads are made
together or not at all.
"""

import argparse
import json
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import torch
from inference import peak_memory_mib
from published_loop import published_loss
from torch import Tensor

from digitwise import CRPS, RAFT, CrossEntropy, ExpectedReward, GenRe2, NormalizedCodec, OnPolicy, ReMax, Transformer
from digitwise.benchmark.provenance import provenance
from digitwise.codecs import DigitTree
from digitwise.nn import Memory, Targets, Tree
from digitwise.objectives import Objective
from digitwise.policy import Policy, sample

EXPERT_WEIGHT = 0.05
BELL = 0.03  # standard deviation of what the taught law learns, scaled units: 5 bits of 8
LAWS = ("fresh", "taught")
Record = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """How large a step is."""

    batch: int
    n_draws: int
    codec: NormalizedCodec
    transformer: Transformer
    memory_dim: int


SIZES = {
    "paper": Size(
        128,
        16,
        NormalizedCodec(base=2, length=8),
        Transformer(dim=256, n_heads=4, n_layers=3, feed_forward_dim=1024, dropout=0.0),
        256,
    ),
    "quick": Size(
        8,
        4,
        NormalizedCodec(base=2, length=6),
        Transformer(dim=32, n_heads=4, n_layers=2, feed_forward_dim=64, dropout=0.0),
        32,
    ),
}


@dataclass(frozen=True)
class Case:
    """A policy and a batch for it; the memory asks for a gradient, as an encoder would."""

    policy: Policy
    memory: Memory
    targets: Targets
    n_draws: int

    def first_rows(self, count: int) -> "Case":
        """Return the same case with fewer rows."""
        features = self.memory.features.detach()[:count].clone().requires_grad_()
        targets = Targets(self.targets.z[:count], self.targets.weight[:count])
        return Case(self.policy, Memory(features), targets, self.n_draws)

    def forget_gradients(self) -> None:
        """Drop all gradients."""
        for tensor in [*self.policy.parameters(), self.memory.features]:
            tensor.grad = None


def make_case(size: Size, decoder: str, law: str) -> Case:
    """Return the case that its arguments name, the same one every time."""
    torch.manual_seed(0)
    features = torch.randn(size.batch, 1, size.memory_dim)
    centre = 0.5 + 0.15 * features[:, 0, 0].double().clamp(-2, 2)
    z = (centre + BELL * torch.randn(size.batch, dtype=torch.float64)).clamp(0, 0.999)
    tree = DigitTree(size.codec.grammar, size.codec.length)
    model = (size.transformer if decoder == "transformer" else Tree()).build(tree, size.memory_dim)
    policy = Policy(model, size.codec, tree).eval()
    if law == "taught":
        teach(policy, Memory(features), centre, 5e-4 if decoder == "transformer" else 2e-3)
    targets = Targets(z, torch.ones(size.batch, dtype=torch.float64))
    return Case(policy, Memory(features.requires_grad_()), targets, size.n_draws)


def teach(policy: Policy, memory: Memory, centre: Tensor, learning_rate: float, n_steps: int = 100) -> None:
    """Teach the policy a bell around each row's centre, by cross-entropy on fresh numbers in each step."""
    optimizer = torch.optim.Adam(policy.parameters(), lr=learning_rate)
    weight = torch.ones_like(centre)
    for _ in range(n_steps):
        z = (centre + BELL * torch.randn_like(centre)).clamp(0, 0.999)
        optimizer.zero_grad()
        CrossEntropy()(policy, memory, Targets(z, weight)).loss.backward()
        optimizer.step()


def ours(objective: Callable[[int], Objective], case: Case) -> Tensor:
    """Return the loss of an objective made for the case's number of draws."""
    return objective(case.n_draws)(case.policy, case.memory, case.targets).loss


def published(case: Case, expert_weight: float = 0.0, logs_entropy: bool = False) -> Tensor:
    """Return the loss of the published loop."""
    return published_loss(
        case.policy,
        case.memory,
        case.targets,
        n_draws=case.n_draws,
        expert_weight=expert_weight,
        logs_entropy=logs_entropy,
    ).loss


OBJECTIVES: dict[str, Callable[[int], Objective]] = {
    "remax": lambda n_draws: ReMax(n_draws=n_draws),
    "genre2": lambda n_draws: GenRe2(n_draws=n_draws, expert_weight=EXPERT_WEIGHT),
    "exact": lambda _: ExpectedReward(),
    "exact_genre2": lambda _: ExpectedReward(expert_weight=EXPERT_WEIGHT),
    "raft": lambda _: RAFT(),
    "crps": lambda _: CRPS(),
}
VARIANTS: dict[str, tuple[str, Callable[[Case], Tensor]]] = {
    "published_remax": ("transformer", published),
    "published_remax_logging_entropy": ("transformer", partial(published, logs_entropy=True)),
    "published_genre2": ("transformer", partial(published, expert_weight=EXPERT_WEIGHT)),
    **{name: ("transformer", partial(ours, objective)) for name, objective in OBJECTIVES.items()},
    **{f"tree_{name}": ("tree", partial(ours, objective)) for name, objective in OBJECTIVES.items()},
}
LEFT_OUT = ("exact_genre2", "raft", "crps")  # by default: with the transformer they cost what the exact gradient costs

RATIOS = {  # what is compared: the dearer one, the cheaper one, and what we hope for
    "published ReMax / ReMax": ("published_remax", "remax", "at least 4"),
    "published ReMax, logging entropy / ReMax": ("published_remax_logging_entropy", "remax", "at least 4"),
    "published GenRe² / GenRe²": ("published_genre2", "genre2", "at least 4"),
    "exact / ReMax": ("exact", "remax", "at most 3.5"),
    "ReMax / exact with the tree": ("remax", "tree_exact", "at least 10"),
    "ReMax with the tree / exact with the tree": ("tree_remax", "tree_exact", ""),
    "published ReMax / exact with the tree": ("published_remax", "tree_exact", ""),
}


def check_equal_results() -> None:
    """Give the published loop our draws: loss, advantages and gradient must be ours.

    Raises
    ------
    AssertionError
        If they are not, by more than float64 rounds.
    """
    size = SIZES["quick"]
    for law in LAWS:
        case = make_case(size, "transformer", law)
        case.policy.double()
        memory, targets = Memory(case.memory.features.detach().double().requires_grad_()), case.targets
        sources = [*case.policy.parameters(), memory.features]
        for n_draws in (2, 16):  # few draws run each for itself, many share their prefixes
            for expert_weight in (0.0, EXPERT_WEIGHT):
                objective = OnPolicy(n_draws=n_draws, expert_weight=expert_weight)
                experience = objective.collect(case.policy, memory, targets)
                wanted = objective.surrogate(case.policy, memory, targets, experience).loss
                found = published_loss(
                    case.policy,
                    memory,
                    targets,
                    n_draws=n_draws,
                    expert_weight=expert_weight,
                    logs_entropy=True,
                    forced=experience.rollout.tokens,
                )
                torch.testing.assert_close(found.advantage, experience.advantage, rtol=1e-10, atol=1e-12)
                torch.testing.assert_close(found.loss, wanted, rtol=1e-10, atol=1e-12)
                gradients = (
                    torch.autograd.grad(loss, sources, allow_unused=True, materialize_grads=True)
                    for loss in (found.loss, wanted)
                )
                for one, other in zip(*gradients, strict=True):
                    torch.testing.assert_close(one, other, rtol=1e-8, atol=1e-10)


def step(loss: Callable[[Case], Tensor], case: Case) -> None:
    """Run one loss and its backward pass."""
    case.forget_gradients()
    torch.autograd.backward(loss(case))


def timed(run: Callable[[], None], budget: float = 0.2) -> tuple[float, float]:
    """Return wall and processor seconds of a run: the medians of as many as fit the budget, at least one."""
    wall: list[float] = []
    processor: list[float] = []
    while sum(wall) < budget:
        starts = time.perf_counter(), time.process_time()
        run()
        wall.append(time.perf_counter() - starts[0])
        processor.append(time.process_time() - starts[1])
    return statistics.median(wall), statistics.median(processor)


def distinct_prefixes(case: Case) -> float:
    """Return how many different prefixes a row's draws come by, on average."""
    with torch.no_grad():
        nodes = case.policy.tree.nodes_on_path(sample(case.policy, case.memory, case.n_draws).tokens)
    return sum(len(row.unique()) for row in nodes.flatten(1)) / len(nodes)


def measure_times(size: str, law: str, variants: list[str], n_repeats: int) -> list[Record]:
    """Return the times of all variants, in rounds that run each once; the first round is a warm-up."""
    cases = {decoder: make_case(SIZES[size], decoder, law) for decoder in {VARIANTS[name][0] for name in variants}}
    prefixes = {decoder: round(distinct_prefixes(case), 1) for decoder, case in cases.items()}
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in variants}
    for round_number in range(n_repeats + 1):
        for name in variants:
            decoder, loss = VARIANTS[name]
            measured = timed(partial(step, loss, cases[decoder]))
            cases[decoder].forget_gradients()
            if round_number > 0:
                times[name].append(measured)
    return [
        {
            "what": "time",
            "variant": name,
            "seconds": statistics.median(wall for wall, _ in measured),
            "processor_seconds": statistics.median(processor for _, processor in measured),
            "all_seconds": [round(wall, 6) for wall, _ in measured],
            "distinct_prefixes": prefixes[VARIANTS[name][0]],
        }
        for name, measured in times.items()
    ]


def peak_of(size: str, law: str, variant: str) -> float | None:
    """Return the peak memory of one step in this process, MiB; two rows warm up what is loaded on first use."""
    decoder, loss = VARIANTS[variant]
    case = make_case(SIZES[size], decoder, law)
    step(loss, case.first_rows(2))
    case.forget_gradients()
    return peak_memory_mib(partial(step, loss, case))


def measure_peak(size: str, law: str, variant: str) -> Record:
    """Return the peak memory of a variant, from a process of its own with one thread."""
    command = [sys.executable, __file__, "--peak-of", variant, "--size", size, "--laws", law]
    answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return {"what": "memory", "variant": variant, "peak_mib": json.loads(answer)}


def key(record: Record) -> tuple[Any, ...]:
    """Return which question a record answers."""
    return tuple(record[name] for name in ("what", "size", "law", "threads", "variant"))


def number(value: float | None) -> float:
    """Return the number, or NaN where there is none."""
    return math.nan if value is None else value


def report(times: dict[str, Record], peaks: dict[str, float | None]) -> None:
    """Print times, peaks and ratios of one law at one number of threads."""
    print(f"{'variant':34} {'ms':>10} {'processor ms':>13} {'peak MiB':>9} {'prefixes':>9}")
    for name, row in times.items():
        print(
            f"{name:34} {row['seconds'] * 1e3:10.1f} {row['processor_seconds'] * 1e3:13.1f} "
            f"{number(peaks[name]):9.1f} {row['distinct_prefixes']:9.1f}"
        )
    print(f"{'ratio':44} {'time':>9} {'processor':>10} {'memory':>9}  hoped for (time)")
    for label, (dearer, cheaper, hope) in RATIOS.items():
        if dearer in times and cheaper in times:
            ratios = [times[dearer][name] / times[cheaper][name] for name in ("seconds", "processor_seconds")]
            memory = number(peaks[dearer]) / (number(peaks[cheaper]) or math.nan)
            print(f"{label:44} {ratios[0]:9.2f} {ratios[1]:10.2f} {memory:9.2f}  {hope}")
    print(flush=True)


def main() -> None:
    """Check, measure what the file does not hold yet, write one JSON line each, and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--size", choices=SIZES, default="paper")
    parser.add_argument("--quick", action="store_true", help="a small size, one law, one thread, two rounds")
    parser.add_argument("--laws", choices=LAWS, nargs="+", default=list(LAWS))
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--repeats", type=int, default=5, help="rounds after the first, which warms up")
    parser.add_argument(
        "--variants", choices=VARIANTS, nargs="+", default=[name for name in VARIANTS if name not in LEFT_OUT]
    )
    parser.add_argument("--peak-of", choices=VARIANTS, help="print the peak memory of this variant and no more")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.size, arguments.laws, arguments.threads, arguments.repeats = "quick", ["fresh"], [1], 2
    size = arguments.size
    if arguments.peak_of:
        torch.set_num_threads(1)
        print(json.dumps(peak_of(size, arguments.laws[0], arguments.peak_of)))
        return
    torch.set_num_threads(1)
    check_equal_results()
    print("The published loop comes to our loss and gradient on our draws.\n", flush=True)
    known: dict[tuple[Any, ...], Record] = {}
    if arguments.out and arguments.out.is_file():
        known = {key(record): record for record in map(json.loads, arguments.out.read_text().splitlines())}
    origin = provenance()

    def keep(record: Record, law: str, threads: int) -> None:
        record = {
            **{"what": record["what"], "size": size, "law": law, "threads": threads, **record},
            "batch": SIZES[size].batch,
            "n_draws": SIZES[size].n_draws,
            **origin,
        }
        known[key(record)] = record
        if arguments.out:
            with arguments.out.open("a") as file:
                file.write(json.dumps(record) + "\n")

    names = arguments.variants
    for law in arguments.laws:
        for name in names:
            if ("memory", size, law, 1, name) not in known:
                keep(measure_peak(size, law, name), law, 1)
        peaks = {name: known["memory", size, law, 1, name]["peak_mib"] for name in names}
        for threads in arguments.threads:
            if any(("time", size, law, threads, name) not in known for name in names):
                torch.set_num_threads(threads)
                for record in measure_times(size, law, names, arguments.repeats):
                    keep(record, law, threads)
            print(f"{law} law, {threads} threads")
            report({name: known["time", size, law, threads, name] for name in names}, peaks)


if __name__ == "__main__":
    main()
