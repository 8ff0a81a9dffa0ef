"""Two ways to enumerate the digit tree with the transformer decoder: one pass with an ancestor mask, or level by level.

    python benchmarks/speed/enumeration.py --out benchmarks/results/speed_enumeration.jsonl

The first runs all inner nodes at once, and masks away what is no ancestor; the second extends the cache of each node's
parent. The ratio is within one run.
"""

import argparse
import json
import os
from pathlib import Path

import torch
from inference import CODECS, MEMORY_DIM, peak_memory_mib, seconds

from digitwise import NormalizedCodec, Transformer
from digitwise.codecs import DigitTree
from digitwise.nn import DigitDecoder, Memory

TREES = CODECS | {"4x4": NormalizedCodec(base=4, length=4), "2x11": NormalizedCodec(base=2, length=11)}


def main() -> None:
    """Run all cases and write one JSON line each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 32, 256])
    parser.add_argument("--budget", type=float, default=2.0, help="seconds per measurement")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(0)
    print(f"{'tree':5} {'nodes':>5} {'batch':>5} {'one pass ms':>12} {'by level ms':>12} {'one pass is':>12} {'peak MiB':>15}")
    for name, codec in TREES.items():
        tree = DigitTree(codec.grammar, codec.length)
        model = Transformer().build(tree, MEMORY_DIM)
        assert isinstance(model, DigitDecoder)
        model.eval()
        for batch in arguments.batches:
            memory = Memory(torch.randn(batch, 1, MEMORY_DIM))
            with torch.no_grad():
                peaks = [peak_memory_mib(lambda: run(memory)) for run in (model.node_logits, model.node_logits_by_level)]
                one_pass = seconds(lambda: model.node_logits(memory), arguments.budget)
                by_level = seconds(lambda: model.node_logits_by_level(memory), arguments.budget)
            print(
                f"{name:5} {tree.n_nodes:5d} {batch:5d} {one_pass * 1e3:12.1f} {by_level * 1e3:12.1f} "
                f"{by_level / one_pass:11.2f}x {peaks[0]!s:>7}/{peaks[1]!s:<7}",
                flush=True,
            )
            row = {
                "tree": name,
                "nodes": tree.n_nodes,
                "batch": batch,
                "one_pass_seconds": one_pass,
                "by_level_seconds": by_level,
                "by_level_over_one_pass": round(by_level / one_pass, 3),
                "peak_mib": peaks,
                "threads": arguments.threads,
                "torch": torch.__version__,
            }
            if arguments.out:
                with arguments.out.open("a") as file:
                    file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
