"""Rows unlike those trained on: do laws get wider there, and does the model's part of the variance tell them?

    python benchmarks/out_of_distribution.py --data ../shared/data --out benchmarks/results/out_of_distribution.jsonl

Six real tables. Of each the feature with the highest rank correlation with the target leads: the rows above its 80 %
quantile are *shifted* and nobody trains on them. Of the others 1000 at most are trained on, and up to 500 are the rows
*inside*. One JSON line for each table, seed and method; what is there already is not run again:

- ``default``          networks and boosted digits, mixed
- ``networks alone``   the ensemble of networks within that model, with the same sharpness
- ``fast``             boosted digits alone: one model, so that there is no model part
- ``fast, 3 folds``    three of them, each without a third of the rows

Figures, ``_in`` inside and ``_out`` on shifted rows, in standard deviations of the training targets: ``width`` (mean,
of 90 % intervals), ``coverage`` (of these), ``crps``, ``model`` and ``data`` (roots of the mean parts of the variance).
``outside_range`` is the share of targets beyond all training targets. ``auroc_model``, ``auroc_std`` and
``auroc_width`` say how well the model part, the law's standard deviation and its interval tell shifted rows from rows
inside (0.5 is chance). ``auroc_distance`` is that of the distance to the nearest training row, which knows no target:
a yardstick. ``--picture FILE`` draws the means.
"""

import argparse
import json
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import NearestNeighbors

from digitwise import DecodingRegressor
from digitwise.benchmark.provenance import provenance
from digitwise.datasets import Dataset, load_tabular

TABLES = (
    "airfoil_self_noise",
    "california_houses",
    "combined_cycle_power_plant",
    "concrete_compressive_strength",
    "kin8nm",
    "miami_housing_2016",
)
FITS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "default": ({}, ("default", "networks alone")),
    "fast": ({"preset": "fast"}, ("fast",)),
    "fast, 3 folds": ({"preset": "fast", "n_folds": 3}, ("fast, 3 folds",)),
}
"""Settings, and the methods that one fit serves."""
METHODS = tuple(method for _, methods in FITS.values() for method in methods)
N_TRAIN, N_TEST = 1000, 500
SHIFTED_SHARE, LEAST_VALUES = 0.2, 20


def leading_feature(data: Dataset) -> str:
    """Return the feature of at least 20 values whose ranks go best with those of the target."""
    X = data.X.select_dtypes("number")
    X = X.loc[:, X.nunique() >= LEAST_VALUES]
    return str(X.corrwith(pd.Series(data.y, index=X.index), method="spearman").abs().idxmax())


def split(data: Dataset, feature: str, seed: int) -> dict[str, np.ndarray]:
    """Return the rows trained on, the rows inside and the shifted rows."""
    values = data.X[feature].to_numpy()
    is_shifted = values > np.quantile(values, 1 - SHIFTED_SHARE)
    random = np.random.default_rng(seed)
    inside, shifted = (random.permutation(np.flatnonzero(rows)) for rows in (~is_shifted, is_shifted))
    n_test = min(N_TEST, len(inside) // 5)
    return {"train": inside[n_test:][:N_TRAIN], "in": inside[:n_test], "out": shifted[:N_TEST]}


def distances(X: pd.DataFrame, rows: dict[str, np.ndarray]) -> np.ndarray:
    """Return the distance of test rows to the nearest training row, in standard deviations of the features."""
    scale = X.iloc[rows["train"]].std().replace(0, 1)
    Z = (X / scale).to_numpy()
    nearest = NearestNeighbors(n_neighbors=1).fit(Z[rows["train"]])
    return np.asarray(nearest.kneighbors(Z[np.concatenate([rows["in"], rows["out"]])])[0][:, 0])


def figures(model: DecodingRegressor, data: Dataset, rows: dict[str, np.ndarray]) -> dict[str, Any]:
    """Return what a model says inside and on shifted rows, and how well it tells them apart."""
    train, test = rows["train"], np.concatenate([rows["in"], rows["out"]])
    y, unit = data.y[test], float(data.y[train].std())
    law, parts = model.predict_distribution(data.X.iloc[test]), model.predict_uncertainty(data.X.iloc[test])
    interval = law.interval(0.9)
    by_row = {
        "width": (interval[:, 1] - interval[:, 0]) / unit,
        "coverage": (interval[:, 0] <= y) & (y <= interval[:, 1]),
        "crps": law.crps(y) / unit,
        "outside_range": (y < data.y[train].min()) | (y > data.y[train].max()),
    }
    is_out = np.arange(len(test)) >= len(rows["in"])
    record: dict[str, Any] = {}
    for where, chosen in (("in", ~is_out), ("out", is_out)):
        record |= {f"{name}_{where}": float(values[chosen].mean()) for name, values in by_row.items()}
        record |= {f"{name}_{where}": float(np.sqrt(part[chosen].mean()) / unit) for name, part in parts.items()}
    tells = {
        "model": parts["model"],
        "std": law.variance(),
        "width": by_row["width"],
        "distance": distances(data.X, rows),
    }
    return record | {f"auroc_{name}": float(roc_auc_score(is_out, score)) for name, score in tells.items()}


def run(data: Dataset, seed: int, fit: str) -> list[dict[str, Any]]:
    """Return the records of the methods that one fit serves."""
    feature = leading_feature(data)
    rows = split(data, feature, seed)
    settings, methods = FITS[fit]
    started = time.perf_counter()
    model = DecodingRegressor(random_state=seed, n_jobs=1, refit=False, **settings)
    model.fit(data.X.iloc[rows["train"]], data.y[rows["train"]])
    facts = {"feature": feature, **{f"n_{name}": len(index) for name, index in rows.items()}}
    facts["seconds"] = round(time.perf_counter() - started, 2)
    records = []
    for method in methods:
        if method == "networks alone":
            model.parts_ = [replace(part, boosted=None, share=0.0) for part in model.parts_]
        records.append({"method": method, **facts, **figures(model, data, rows)})
    return records


def summary(records: list[dict[str, Any]]) -> pd.DataFrame:
    """Return means over tables and seeds, a column for each method."""
    table = pd.DataFrame(records)
    return table.groupby("method", sort=False)[list(table.select_dtypes("number").columns.drop("seed"))].mean().T


def draw(records: list[dict[str, Any]], path: Path) -> None:
    """Draw how much wider laws get, what still lies in them, and what tells shifted rows: tables, and their mean."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    from digitwise.plots.style import LIGHT, NORMAL, SMALL, dress

    means = pd.DataFrame(records)
    means["wider"] = means["width_out"] / means["width_in"]
    panels = {
        "Width, shifted rows / inside": {"wider": LIGHT.law},
        "Coverage of 90 % intervals": {"coverage_in": LIGHT.chance, "coverage_out": LIGHT.truth},
        "AUROC for shifted rows": {
            "auroc_model": LIGHT.law,
            "auroc_std": LIGHT.third,
            "auroc_distance": LIGHT.chance,
        },
    }
    names = {
        "coverage_in": "inside",
        "coverage_out": "shifted",
        "auroc_model": "model part",
        "auroc_std": "standard deviation",
        "auroc_distance": "distance to training rows",
    }
    aims = (1.0, 0.9, 0.5)
    by_table = means.groupby(["method", "dataset"], sort=False).mean(numeric_only=True)
    figure, axes = plt.subplots(1, 3, figsize=(9.6, 3.2), sharey=True, layout="constrained", facecolor=LIGHT.paper)
    for ax, (title, series), aim in zip(axes, panels.items(), aims, strict=True):
        dress(ax, x_label="", y_label="", grid="x")
        ax.axvline(aim, color=LIGHT.chance, linewidth=1, linestyle=(0, (4, 3)))
        for k, (name, colour) in enumerate(series.items()):
            shift = (k - (len(series) - 1) / 2) * 0.22
            for place, method in enumerate(METHODS):
                points = by_table.loc[method][name]
                height = np.full(len(points), place + shift)
                ax.scatter(points, height, s=10, color=colour, alpha=0.4, linewidths=0)
                ax.scatter(
                    points.mean(), place + shift, s=42, color=colour, label=names.get(name) if place == 0 else None
                )
        ax.set_title(title, loc="left", fontsize=NORMAL, color=LIGHT.ink)
        if len(series) > 1:
            ax.legend(loc="upper left", bbox_to_anchor=(-0.04, -0.1), ncols=2, frameon=False, fontsize=SMALL)
    axes[0].set_yticks(range(len(METHODS)), list(METHODS))
    axes[0].invert_yaxis()
    figure.savefig(path, dpi=110)
    plt.close(figure)


def main() -> None:
    """Run what is missing, print means, and draw them."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder with index.json and tabular/")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--picture", type=Path)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    options = parser.parse_args()
    known = [json.loads(line) for line in options.out.read_text().splitlines()] if options.out.exists() else []
    done = {(record["dataset"], record["seed"], record["method"]) for record in known}
    source = provenance()
    for seed in options.seeds:
        for fit, (_, methods) in FITS.items():
            for name in TABLES:
                if all((name, seed, method) in done for method in methods):
                    continue
                data = load_tabular(options.data, name)
                found = [{"dataset": name, "seed": seed, **record, **source} for record in run(data, seed, fit)]
                with options.out.open("a") as file:
                    file.writelines(json.dumps(record) + "\n" for record in found)
                known += found
    known = [record for record in known if record["seed"] in options.seeds]
    print(summary(known).to_string(float_format="{:.3f}".format))
    if options.picture is not None:
        draw(known, options.picture)


if __name__ == "__main__":
    main()
