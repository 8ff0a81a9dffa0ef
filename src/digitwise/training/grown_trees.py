"""scikit-learn's boosted trees, read out as plain tensors."""

from typing import Any

import numpy as np
import torch

from digitwise.nn.trees import ALL_LEAVES, MAX_LEAVES, Trees, no_trees


def grown_trees(fitted: Any, n_trees: int | None = None) -> Trees:
    """Return the trees of a fitted HistGradientBoosting model of one output, for columns without missing values.

    Parameters
    ----------
    fitted
        A ``HistGradientBoostingRegressor`` or a ``HistGradientBoostingClassifier`` of two classes, without categorical
        columns, at most 15 leaves per tree.
    n_trees
        Take the first ones; by default all.

    Raises
    ------
    ValueError
        If the installed scikit-learn keeps its trees otherwise, or the model is another one.
    """
    try:
        predictors, baseline = fitted._predictors, float(np.asarray(fitted._baseline_prediction).item())
        nodes = [predictor.nodes for (predictor,) in predictors[:n_trees]]
    except (AttributeError, ValueError, TypeError) as error:
        raise ValueError(
            f"A fitted HistGradientBoosting model of one output must have its trees in _predictors, but this "
            f"{type(fitted).__name__} has not ({error}). Use two classes, and a version of scikit-learn that digitwise "
            "supports."
        ) from error
    if not nodes:
        return no_trees(baseline)
    parts = [_read(tree) for tree in nodes]
    column, threshold, kept, value = (np.stack(part) for part in zip(*parts, strict=True))
    return Trees(
        column=torch.from_numpy(column),
        threshold=torch.from_numpy(threshold),
        kept=torch.from_numpy(kept),
        value=torch.from_numpy(value),
        baseline=torch.tensor(baseline, dtype=torch.float32),
    )


def _read(nodes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return columns, thresholds and masks of the splits of a tree, and the values of its leaves, left to right."""
    if nodes["is_categorical"].any() or nodes["is_leaf"].sum() > MAX_LEAVES:
        raise ValueError(
            f"Trees must have no categorical splits and at most {MAX_LEAVES} leaves, but one has "
            f"{int(nodes['is_leaf'].sum())}. Use max_leaf_nodes={MAX_LEAVES} and categorical_features=None."
        )
    column = np.zeros(MAX_LEAVES - 1, dtype=np.int64)
    threshold = np.full(MAX_LEAVES - 1, np.inf, dtype=np.float32)
    kept = np.full(MAX_LEAVES - 1, ALL_LEAVES, dtype=np.int16)
    value = np.zeros(MAX_LEAVES, dtype=np.float32)
    n_splits = n_leaves = 0

    def visit(at: int) -> None:
        nonlocal n_splits, n_leaves
        node = nodes[at]
        if node["is_leaf"]:
            value[n_leaves] = node["value"]
            n_leaves += 1
            return
        split, first = n_splits, n_leaves
        n_splits += 1
        visit(int(node["left"]))
        column[split] = node["feature_idx"]
        threshold[split] = float32_below(float(node["num_threshold"]))
        kept[split] = ALL_LEAVES ^ (2**n_leaves - 2**first)
        visit(int(node["right"]))

    visit(0)
    return column, threshold, kept, value


def float32_below(number: float) -> np.float32:
    """Return the largest float32 that is not above a number: float32 numbers compare with it as with the number.

    Examples
    --------
    >>> float(float32_below(0.1)), float(float32_below(0.5))
    (0.09999999403953552, 0.5)
    """
    rounded = np.float32(number)
    return rounded if float(rounded) <= number else np.nextafter(rounded, np.float32(-np.inf))
