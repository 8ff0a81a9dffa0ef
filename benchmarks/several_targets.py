"""Several targets at once: is a known dependence recovered, are missing entries worth keeping, what does it cost?

    python benchmarks/several_targets.py --out benchmarks/results/several_targets.jsonl [--seeds 0 1 2 3 4]

Two targets of known law: log latency and memory follow the features, plus noise of correlation 0.9. One JSON line a
method and seed; what is there already is not run again. Scores are of 500 test rows, in test standard deviations:

- ``joint``: both targets, nothing missing, beside two single models (``single``) and the true law (``truth``);
- ``holes``: each entry of ``latency`` missing with probability 0.4, given to the model with its holes (``kept``), or
  only the rows that are whole (``dropped``).
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import pandas as pd

from digitwise import DecodingRegressor, JointDecodingRegressor
from digitwise.benchmark.provenance import provenance
from digitwise.distributions import JointLaw

CORRELATION, NOISE = 0.9, 0.5
NAMES = ("latency", "memory")
N_TRAIN, N_TEST = 1000, 500


def make_rows(n_rows: int, random: np.random.Generator) -> tuple[pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Return features, targets and the mean of (log latency, memory)."""
    X = random.standard_normal((n_rows, 4))
    mean = np.column_stack([X[:, 0] + np.sin(2 * X[:, 1]), X[:, 1] * X[:, 2]])
    noise = random.multivariate_normal(np.zeros(2), [[1, CORRELATION], [CORRELATION, 1]], size=n_rows) * NOISE
    numbers = mean + noise
    y = pd.DataFrame({"latency": np.exp(numbers[:, 0]), "memory": numbers[:, 1]})
    return pd.DataFrame(X, columns=list("abcd")), y, mean


def true_law(mean: np.ndarray, random: np.random.Generator, n_draws: int = 256) -> JointLaw:
    """Return draws from the law that made the targets."""
    noise = random.multivariate_normal(np.zeros(2), [[1, CORRELATION], [CORRELATION, 1]], size=(len(mean), n_draws))
    numbers = mean[:, None] + noise * NOISE
    return JointLaw.from_draws(np.stack([np.exp(numbers[..., 0]), numbers[..., 1]], axis=-1), NAMES)


def correlation_of(law: JointLaw) -> float:
    """Return the median correlation of log latency and memory within the rows' laws."""
    draws = np.stack([np.log(np.maximum(law.draws[..., 0], 1e-12)), law.draws[..., 1]], axis=-1)
    weights = np.full(draws.shape[:2], 1 / draws.shape[1]) if law.weights is None else law.weights
    centred = draws - (weights[..., None] * draws).sum(1, keepdims=True)
    covariance = np.einsum("rd,rdi,rdj->rij", weights, centred, centred)
    return float(np.median(covariance[:, 0, 1] / np.sqrt(covariance[:, 0, 0] * covariance[:, 1, 1])))


def scores(law: JointLaw, y: pd.DataFrame) -> dict[str, float]:
    """Return the scores of a joint law."""
    scale = y.std().to_numpy()
    return {
        "energy": float(law.energy_score(y, scale).mean()),
        **{f"crps_{name}": float(law.marginal(name).crps(y[name]).mean() / y[name].std()) for name in NAMES},
        "correlation": correlation_of(law),
    }


def independent(law: JointLaw, random: np.random.Generator) -> JointLaw:
    """Return the same marginals without any dependence."""
    draws = np.array(law.draws)
    draws[..., 1] = draws[:, random.permutation(draws.shape[1]), 1]
    return JointLaw.from_draws(draws, NAMES)


def run_joint(seed: int) -> list[dict[str, object]]:
    """Return the records of the joint model, of two single ones, and of the truth."""
    random = np.random.default_rng(seed)
    X, y, _ = make_rows(N_TRAIN, random)
    X_test, y_test, mean = make_rows(N_TEST, random)
    records: list[dict[str, object]] = [{"method": "truth", **scores(true_law(mean, random), y_test)}]

    started = time.perf_counter()
    model = JointDecodingRegressor(random_state=seed, n_jobs=1).fit(X, y)
    fitted = time.perf_counter()
    point = model.predict(X_test)
    predicted = time.perf_counter()
    law = model.predict_distribution(X_test)
    drawn = time.perf_counter()
    given = model.predict_distribution(X_test, given={"latency": y_test["latency"]}, n_draws=2).marginal("memory")
    back = model.predict_distribution(X_test, given={"memory": y_test["memory"]}, n_draws=2).marginal("latency")
    records.append(
        {
            "method": "joint",
            **scores(law, y_test),
            "energy_if_independent": float(
                independent(law, random).energy_score(y_test, y_test.std().to_numpy()).mean()
            ),
            "crps_memory_given_latency": float(given.crps(y_test["memory"]).mean() / y_test["memory"].std()),
            "crps_latency_given_memory": float(back.crps(y_test["latency"]).mean() / y_test["latency"].std()),
            "rmse": (np.sqrt(((point - y_test.to_numpy()) ** 2).mean(0)) / y_test.std().to_numpy()).tolist(),
            "fit_seconds": fitted - started,
            "rows_per_second_predict": N_TEST / (predicted - fitted),
            "rows_per_second_law": N_TEST / (drawn - predicted),
        }
    )

    single: dict[str, object] = {"method": "single", "fit_seconds": 0.0}
    started = time.perf_counter()
    models = {name: DecodingRegressor(random_state=seed, n_jobs=1, refit=False).fit(X, y[name]) for name in NAMES}
    single["fit_seconds"] = time.perf_counter() - started
    for name, one in models.items():
        started = time.perf_counter()
        point_one = one.predict(X_test)
        single["rows_per_second_predict"] = N_TEST / (time.perf_counter() - started)
        single[f"crps_{name}"] = float(one.predict_distribution(X_test).crps(y_test[name]).mean() / y_test[name].std())
        single[f"rmse_{name}"] = float(np.sqrt(((point_one - y_test[name]) ** 2).mean()) / y_test[name].std())
    return [*records, single]


def run_holes(seed: int) -> list[dict[str, object]]:
    """Return the records with missing entries kept, and with their rows dropped."""
    random = np.random.default_rng(1000 + seed)
    X, y, _ = make_rows(N_TRAIN, random)
    X_test, y_test, _ = make_rows(N_TEST, random)
    y.loc[random.uniform(size=N_TRAIN) < 0.4, "latency"] = np.nan
    whole = y.notna().all(axis=1)
    records = []
    for method, rows in (("kept", slice(None)), ("dropped", whole)):
        started = time.perf_counter()
        model = JointDecodingRegressor(random_state=seed, n_jobs=1).fit(X[rows], y[rows])
        seconds = time.perf_counter() - started
        law = model.predict_distribution(X_test)
        records.append({"method": method, **scores(law, y_test), "fit_seconds": seconds})
    return records


def main() -> None:
    """Run what is missing and print means over the seeds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2, 3, 4])
    options = parser.parse_args()
    known = [json.loads(line) for line in options.out.read_text().splitlines()] if options.out.exists() else []
    done = {(record["setting"], record["seed"]) for record in known}
    source = provenance()
    for seed in options.seeds:
        for setting, run in (("joint", run_joint), ("holes", run_holes)):
            if (setting, seed) in done:
                continue
            found = [{"setting": setting, "seed": seed, **record, **source} for record in run(seed)]
            with options.out.open("a") as file:
                file.writelines(json.dumps(record) + "\n" for record in found)
            known += found
    table = pd.DataFrame(known)
    figures = table.select_dtypes("number").columns.drop("seed")
    print(table.groupby(["setting", "method"])[figures].mean().T.to_string(float_format="{:.3f}".format))


if __name__ == "__main__":
    main()
