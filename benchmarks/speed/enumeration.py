"""Two ways to enumerate the digit tree with the transformer decoder: one pass with an ancestor mask, or level by level.

    python benchmarks/speed/enumeration.py --out benchmarks/results/speed_enumeration.jsonl

The first runs all inner nodes at once, and masks away what is no ancestor; the second extends the cache of each node's
parent. The ratio is within one run.
"""

import argparse
import json
import os
from functools import partial
from pathlib import Path

import torch
from inference import CODECS, MEMORY_DIM, peak_memory_mib, seconds

from digitwise import NormalizedCodec, Transformer
from digitwise.codecs import DigitTree
from digitwise.nn import DigitDecoder, Memory

TREES = CODECS | {"4x4": NormalizedCodec(base=4, length=4), "2x11": NormalizedCodec(base=2, length=11)}


def one_pass(model: DigitDecoder, memory: Memory) -> torch.Tensor:
    """Return the logits of all inner nodes from one masked pass, however large the tree."""
    nodes = torch.arange(model.tree.n_nodes)
    hidden = model._node_inputs(nodes).unsqueeze(0)
    return model._run(hidden, model.contexts(memory), model.tree.ancestors_or_self())


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
    print(f"{'tree':5} nodes batch {'one pass ms':>12} {'by level ms':>12} {'one pass is':>12} {'MiB':>13}")
    for name, codec in TREES.items():
        tree = DigitTree(codec.grammar, codec.length)
        model = Transformer().build(tree, MEMORY_DIM)
        assert isinstance(model, DigitDecoder)
        model.eval()
        for batch in arguments.batches:
            memory = Memory(torch.randn(batch, 1, MEMORY_DIM))
            runs = [partial(one_pass, model, memory), partial(model.node_logits_by_level, memory)]
            with torch.no_grad():
                peaks = [peak_memory_mib(run) for run in runs]
                masked, by_level = (seconds(run, arguments.budget) for run in runs)
            print(
                f"{name:5} {tree.n_nodes:5d} {batch:5d} {masked * 1e3:12.1f} {by_level * 1e3:12.1f} "
                f"{by_level / masked:11.2f}x {peaks[0]!s:>6}/{peaks[1]!s:<6}",
                flush=True,
            )
            row = {
                "tree": name,
                "nodes": tree.n_nodes,
                "batch": batch,
                "one_pass_seconds": masked,
                "by_level_seconds": by_level,
                "by_level_over_one_pass": round(by_level / masked, 3),
                "peak_mib": peaks,
                "threads": arguments.threads,
                "torch": torch.__version__,
            }
            if arguments.out:
                with arguments.out.open("a") as file:
                    file.write(json.dumps(row) + "\n")


if __name__ == "__main__":
    main()
