"""What guesses by ridge regression add to features of texts: extremely randomised trees, with and without them.

    python benchmarks/text_guesses.py --data ../shared/data --out benchmarks/results/text_guesses.jsonl

Five-fold cross-validation within at most 1000 training rows of each set; test rows are not read. Everything is learnt
without the held-out fold. The target is its rank among these rows, the figure the rank correlation (Spearman) of the
truth with what is foretold. What is there is not run again.

- ``features``  what ``"ngram"`` or ``"smiles"`` gives, but for the guesses
- ``guesses``   the mean of the guesses alone
- ``both``      features and guesses
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy.stats import rankdata, spearmanr
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.model_selection import GroupKFold, KFold

from digitwise.datasets import load_text
from digitwise.encoders.text import automatic_features
from digitwise.encoders.text.features import fit_features
from digitwise.encoders.text.guesses import TextTargets

CASES = {
    "apps_memory": None,
    "kbss_latency": None,
    "mercury_python_runtime": None,
    "mercury_python_runtime by task": "task",
    "sql_cardinality": None,
    "clear_readability": None,
    "moleculenet_esol": None,
    "moleculenet_freesolv": None,
    "moleculenet_lipophilicity": None,
}
WAYS = ("features", "guesses", "both")


def foretold(data: Path, case: str, seed: int) -> Iterator[tuple[np.ndarray, dict[str, np.ndarray]]]:
    """Yield the ranks in each held-out fold, and what is foretold of them in each way."""
    found = load_text(data, case.split()[0])
    rows = np.flatnonzero(found.split == "train")
    rows = np.random.default_rng(seed).permutation(rows)[:1000]
    texts = np.array(found.X.select_dtypes(exclude="category").iloc[rows, 0], dtype=object)
    z = rankdata(found.y[rows]) / len(rows)
    by = CASES[case]
    groups = None if by is None else found.X[by].iloc[rows].to_numpy()
    folds = KFold(5, shuffle=True, random_state=seed) if by is None else GroupKFold(5, shuffle=True, random_state=seed)
    for train, test in folds.split(texts, groups=groups):
        learnt, asked = texts[train].tolist(), texts[test].tolist()
        targets = TextTargets(z=z[train][:, None], weight=np.ones(len(train)))
        fitted = fit_features(automatic_features(learnt), learnt, seed, targets)
        is_guess = np.array([name.startswith("guess by") for name in fitted.names])
        X, new = (np.nan_to_num(fitted.transform(some), nan=-1.0) for some in (learnt, asked))
        answers = {"guesses": new[:, is_guess].mean(1)}
        for way, columns in (("features", ~is_guess), ("both", np.ones_like(is_guess))):
            trees = ExtraTreesRegressor(300, min_samples_leaf=2, max_features=0.4, random_state=seed)
            answers[way] = trees.fit(X[:, columns], z[train]).predict(new[:, columns])
        yield z[test], answers


def main() -> None:
    """Run what is not in the file yet, and print it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds index.json")
    parser.add_argument("--out", type=Path, required=True, help="JSON-lines file")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    found = [json.loads(line) for line in given.out.read_text().splitlines()] if given.out.exists() else []
    for case in CASES:
        if any((line["case"], line["seed"]) == (case, given.seed) for line in found):
            continue
        parts = list(foretold(given.data, case, given.seed))
        truth = np.concatenate([z for z, _ in parts])
        line = {"case": case, "seed": given.seed, "rows": len(truth)}
        for way in WAYS:
            line[way] = float(spearmanr(np.concatenate([answers[way] for _, answers in parts]), truth)[0])
        with given.out.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        found.append(line)
    print(f"{'case':32} {'rows':>5} " + " ".join(f"{way:>9}" for way in WAYS))
    for line in found:
        print(f"{line['case']:32} {line['rows']:5} " + " ".join(f"{line[way]:9.3f}" for way in WAYS))


if __name__ == "__main__":
    main()
