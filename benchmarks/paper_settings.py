"""Write the suite of the paper's settings: GenRe²'s network and schedule on each task of TALENT, from a table.

    python benchmarks/paper_settings.py --hparams ../shared/reference/talent100_hparams.csv
    digitwise bench benchmarks/suites/paper_settings.toml --data DOWNLOAD --out benchmarks/results/paper_settings.jsonl

The table has a row for each task: codec, network and learning rate, as a search by cross-entropy found them or, for
more than half of the tasks, as the paper's defaults are. Tasks that DOWNLOAD does not have are left out of a run.
"""

import argparse
import csv
from pathlib import Path

HEAD = '''# Written by benchmarks/paper_settings.py; do not edit.
name = "paper_settings"
description = """
GenRe² (arXiv 2512.06533) with the published settings of each task, beside our default and a network with one number as
its answer: 200 epochs of cross-entropy in batches of 128, then up to 100 of ReMax or GenRe². *Differs from the paper*:
one process; every method chooses its epoch by the validation RMSE of the law's mean; category columns have embeddings.
"""
datasets = "talent:*"
seeds = [0]
threads = 1
focus = []

[shared]
select_by = "rmse"

[references]
rmse = "paper-ce"
crps = "paper-ce"

[published]

[[methods]]
name = "paper-ce"
estimator = "DecodingRegressor"

[methods.params]
preset = "plain"
objective = "cross_entropy"
scaling = "affine"
margin = 0.0
batch_size = 128
max_epochs = 200
patience = 200

[methods.params_of]
{tasks}

[[methods]]
name = "paper-remax"
estimator = "DecodingRegressor"
starts_from = "paper-ce"
params = {{ finetune = {{ component = "stage/finetune", objective = "remax", keep_start = false, max_epochs = 100 }} }}

[[methods]]
name = "paper-genre2"
estimator = "DecodingRegressor"
starts_from = "paper-ce"
params = {{ finetune = {{ component = "stage/finetune", objective = "genre2", keep_start = false, max_epochs = 100 }} }}

[[methods]]
name = "pointwise-published"
estimator = "published_encoder"

[[methods]]
name = "decoding"
estimator = "DecodingRegressor"
'''


def task_line(row: dict[str, str]) -> str:
    """Return the parameters of one task as a line of TOML."""
    decoder = {
        "component": '"decoder/transformer"',
        "dim": row["d_model"],
        "n_heads": row["nhead"],
        "n_layers": row["num_decoder_layers"],
        "feed_forward_dim": row["dim_feedforward"],
        "dropout": row["dropout"],
    }
    params = {
        "codec": inline({"component": '"codec/normalized"', "base": row["base"], "length": row["digits"]}),
        "decoder": inline(decoder),
        "hidden_dim": row["hidden_dim"],
        "n_layers": row["num_decoder_layers"],
        "dropout": row["dropout"],
        "learning_rate": f"{float(row['learning_rate']):.4g}",
    }
    return f'"talent:{row["dataset"]}" = {inline(params)}'


def inline(values: dict[str, str]) -> str:
    """Return an inline table of values as TOML writes them."""
    return f"{{ {', '.join(f'{name} = {value}' for name, value in values.items())} }}"


def main() -> None:
    """Write the suite."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hparams", type=Path, required=True, help="the table of settings, one row a task")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "suites" / "paper_settings.toml")
    given = parser.parse_args()
    with given.hparams.open(encoding="utf-8", newline="") as file:
        tasks = "\n".join(task_line(row) for row in csv.DictReader(file))
    given.out.write_text(HEAD.format(tasks=tasks), encoding="utf-8")
    print(f"Wrote {given.out}.")


if __name__ == "__main__":
    main()
