"""The tables of a report, each a text that lines up."""

import json
import math
from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from digitwise.benchmark.board import (
    Board,
    geometric_mean,
    mean_over_seeds,
    mean_ranks,
    ratios,
)
from digitwise.benchmark.markdown import NOTHING, number, score_rows, table
from digitwise.benchmark.scores import FAIR_WIDTH

LABELS = {"rmse": "RMSE", "crps": "CRPS"}


def summary(board: Board) -> str:
    """Return the main figures, one row per method."""
    header, columns = ["method"], []
    for score, reference in board.references.items():
        header += [f"{LABELS[score]} / {reference}", "ahead", f"{LABELS[score]} rank"]
        columns += _comparison(board, score, reference)
    coverage, _ = mean_over_seeds(board.score("coverage_90"))
    header.append("coverage 90")
    columns.append([number(mean_of(coverage[:, i]), 3) for i in range(len(board.methods))])
    if board.has_fair_widths:
        reference = board.references["crps"]
        quotients = ratios(board.score(FAIR_WIDTH), board.methods.index(reference))
        header.append(f"fair width / {reference}")
        columns.append([number(mean, 3) for mean in geometric_mean(quotients).tolist()])
    seconds, rows_a_second = board.fact("fit_seconds"), rows_per_second(board)
    columns.append([number(mean_of(seconds[:, i]), 1) for i in range(len(board.methods))])
    columns.append([number(rate, 0) for rate in rows_a_second.tolist()])
    rows = [list(cells) for cells in zip(board.methods, *columns, strict=True)]
    return table([*header, "fit, s", "rows/s"], rows)


def rows_per_second(board: Board) -> Float[np.ndarray, " method"]:
    """Return how many rows each method predicts in a second, over all its cells together."""
    seconds, rows = board.fact("predict_seconds"), board.fact("n_test")
    with np.errstate(invalid="ignore", divide="ignore"):
        rate: np.ndarray = np.nansum(rows, axis=(0, 2)) / np.nansum(seconds, axis=(0, 2))
    return rate


def group_table(board: Board) -> str:
    """Return the ratios to the references for each group of data sets, one row per method."""
    header, columns = ["method"], []
    for score, reference in board.references.items():
        if reference not in board.methods:
            continue
        quotients = ratios(board.score(score), board.methods.index(reference))
        for group, names in board.suite.groups.items():
            rows = [place for place, name in enumerate(board.datasets) if name in names]
            header.append(f"{LABELS[score]}, {group} ({len(rows)})")
            columns.append([number(mean, 3) for mean in geometric_mean(quotients[rows]).tolist()])
    return table(header, [list(cells) for cells in zip(board.methods, *columns, strict=True)])


MEANS = {
    "RMSE": ("rmse_per_std", 3),
    "MAE": ("mae_per_std", 3),
    "R²": ("r2", 3),
    "Spearman": ("spearman", 3),
    "CRPS": ("crps_per_std", 4),
    "NLL": ("nll_per_std", 2),
    "coverage 90": ("coverage_90", 3),
    "width 90": ("width_90_per_std", 2),
    "one draw": ("rmse_one_draw_per_std", 3),
    "best of 16": ("rmse_best_draw_per_std", 3),
}
"""Columns of the table of means: their scores, and decimals."""

WIDE_MEANS = {
    "point off by": ("relative_error", 3),
    "on average": ("mean_relative_error", 2),
    "median off by": ("median_relative_error", 3),
    "on average ": ("median_mean_relative_error", 2),
    "points outside": ("outside_train", 4),
    "mass outside": ("mass_outside_train", 4),
    "points below 0": ("below_zero", 4),
    "mass below 0": ("mass_below_zero", 4),
}
"""The same for targets that span orders of magnitude: relative errors, and what lies where no training target does."""


def means_table(board: Board, columns_of: Mapping[str, tuple[str, int]] = MEANS, *, seconds: bool = True) -> str:
    """Return the means of scores over the data sets, one row per method, and the seconds of training.

    A method without a score on every data set that any method has it on shows a dash: means over other sets would not
    compare.
    """
    columns = []
    for name, decimals in columns_of.values():
        mean, _ = mean_over_seeds(board.score(name))
        used = np.isfinite(mean).any(axis=1)
        whole = used.any() & np.isfinite(mean[used]).all(axis=0)
        columns.append(
            [number(float(mean[used, i].mean()) if whole[i] else math.nan, decimals) for i in range(len(board.methods))]
        )
    if seconds:
        fit_seconds = board.fact("fit_seconds")
        columns.append([number(mean_of(fit_seconds[:, i]), 1) for i in range(len(board.methods))])
    rows = [list(cells) for cells in zip(board.methods, *columns, strict=True)]
    return table(["method", *columns_of, *(["fit, s"] if seconds else [])], rows)


def second_stage_table(board: Board) -> str:
    """Return what fine-tuning did to the validation law, one row per method that starts from another."""
    starts = {record["method"]: record["starts_from"] for record in board.records if record.get("starts_from")}
    rows = []
    for name, first in starts.items():
        place = board.methods.index(name)

        def fact(key: str, place: int = place) -> np.ndarray:
            return board.fact(key)[:, place]

        with np.errstate(invalid="ignore", divide="ignore"):
            crps = fact("validation_crps_last") / fact("validation_crps_start")
            width = fact("validation_width_90_last") / fact("validation_width_90_start")
        rows.append(
            [
                name,
                first,
                number(mean_of(fact("finetune_best_epoch")), 0),
                number(mean_of(fact("finetune_epochs")), 0),
                number(mean_of(crps), 3),
                number(mean_of(width), 2),
                number(mean_of(fact("validation_coverage_90_start")), 3),
                number(mean_of(fact("validation_coverage_90_last")), 3),
            ]
        )
    header = ["method", "starts from", "kept", "of epochs", "CRPS", "width", "coverage first", "last"]
    return table(header, rows, left=2)


def score_table(
    board: Board,
    name: str,
    *,
    decimals: int | None = None,
    scale: float = 1.0,
    mark_lowest: bool = True,
) -> str:
    """Return a score, mean ± standard deviation over seeds; methods without it are left out."""
    mean, std = mean_over_seeds(scale * board.score(name))
    shown = np.isfinite(mean).any(axis=0)
    if not shown.any():
        return "No finished cell has this score."
    rows = score_rows(board.datasets, mean[:, shown], std[:, shown], decimals=decimals, mark_lowest=mark_lowest)
    return table(["data set", *np.array(board.methods)[shown].tolist()], rows)


def ratio_table(board: Board, name: str, reference: str) -> str:
    """Return a score over that of the reference; a sentence while the reference has no results."""
    if reference not in board.methods:
        return f"No cell of `{reference}` has finished yet, so there are no ratios."
    quotients = ratios(board.score(name), board.methods.index(reference))
    shown = np.isfinite(quotients).any(axis=0)
    rows = score_rows(board.datasets, quotients[:, shown], decimals=3)
    total = geometric_mean(quotients)[None, shown]
    rows += score_rows(["geometric mean"], total, decimals=3)
    return table(["data set", *np.array(board.methods)[shown].tolist()], rows)


def seconds_table(board: Board) -> str:
    """Return the mean seconds of training."""
    mean, _ = mean_over_seeds(board.fact("fit_seconds"))
    rows = score_rows(board.datasets, mean, decimals=1, mark_lowest=False)
    return table(["data set", *board.methods], rows)


def dataset_table(board: Board) -> str:
    """Return sizes and splits of the data sets."""
    rows = []
    for name in board.datasets:
        record = next(record for record in board.records if record["dataset"] == name)
        sizes = ("n_train", "n_validation", "n_test", "n_features")
        counts = [f"{record[size]:,}" for size in sizes]
        distinct = f"{100 * record['distinct_share']:.1f} %"
        rows.append([name, record["split"], record["seed_decides"], *counts, distinct])
    header = ["data set", "split", "the seed decides", "train", "validation", "test", "columns"]
    return table([*header, "distinct targets"], rows, left=3)


def method_table(board: Board) -> str:
    """Return what each method is."""
    rows = []
    for name in board.methods:
        records = [record for record in board.records if record["method"] == name]
        record = records[0]
        by_set = sorted(
            key for key, value in record["params"].items() if any(r["params"].get(key) != value for r in records)
        )
        shown = [f"{key}={json.dumps(value)}" for key, value in record["params"].items() if key not in by_set]
        params = ", ".join([*shown, *(f"{key} by data set" for key in by_set)])
        place = board.methods.index(name)
        means = [mean_of(board.fact(fact)[:, place]) for fact in ("weights", "epochs")]
        texts = [number(mean, 0) for mean in means]
        rows.append([name, record["estimator"], params or "defaults", *texts])
    header = ["method", "estimator", "parameters that the suite sets"]
    return table([*header, "weights (mean)", "epochs (mean)"], rows, left=3)


def failure_table(board: Board) -> str:
    """Return the cells that failed, and why."""
    rows = [[r["dataset"], str(r["seed"]), r["method"], r["error"]] for r in board.failed]
    return table(["data set", "seed", "method", "error"], rows, left=4)


def mean_of(values: np.ndarray) -> float:
    """Return the mean of the values there are; NaN if there are none.

    Examples
    --------
    >>> mean_of(np.array([1.0, np.nan, 3.0]))
    2.0
    """
    present = values[np.isfinite(values)]
    return float(present.mean()) if len(present) else math.nan


def _comparison(board: Board, score: str, reference: str) -> list[list[str]]:
    """Return three columns: ratio to the reference, sets ahead of it, mean rank."""
    values = board.score(score)
    ranks = [number(rank, 2) for rank in mean_ranks(mean_over_seeds(values)[0]).tolist()]
    if reference not in board.methods:
        nothing = [NOTHING] * len(board.methods)
        return [nothing, nothing, ranks]
    quotients = ratios(values, board.methods.index(reference))
    ahead = []
    for name, column in zip(board.methods, quotients.T, strict=True):
        compared = column[np.isfinite(column)]
        shown = len(compared) > 0 and name != reference
        ahead.append(f"{int((compared < 1).sum())} of {len(compared)}" if shown else NOTHING)
    return [[number(mean, 3) for mean in geometric_mean(quotients).tolist()], ahead, ranks]
