"""The report's section on how honest laws and intervals are, at each coverage of the suite."""

import numpy as np
from jaxtyping import Float

from digitwise.benchmark.board import Board, geometric_mean, mean_over_seeds, mean_ranks, ratios
from digitwise.benchmark.interval_scores import PIT_DISTANCE, score_name
from digitwise.benchmark.markdown import number, table

HONESTY = (
    "Share of test targets in the intervals, in per cent, over all data sets and seeds. *Off by* is the distance of "
    "these shares from what the intervals are meant to hold, in points: of the mean over data sets (*on average*), and "
    "the mean of each data set's own (*set by set*). *PIT* is the largest distance between the cdf of the targets' "
    "places in their laws and that of a uniform variable, mean over cells: 0 is perfect, and a law that is right has "
    "about 0.87 divided by the root of the number of test rows."
)
SCORES = (
    "Interval scores, and below them widths, over those of `{reference}`: geometric means over data sets. The interval "
    "score is the width plus a fine for each target outside, 2 / (1 - coverage) times its distance; the lowest belongs "
    "to the best intervals. *Rank* is the mean rank over data sets and coverages, 1 is best."
)


def honesty_section(board: Board) -> list[str]:
    """Return the section; nothing where the suite scores no coverages."""
    if not board.suite.coverages:
        return []
    reference = board.references["crps"]
    sections = ["## How honest the intervals are", HONESTY, coverage_table(board)]
    if reference in board.methods:
        sections += [SCORES.format(reference=reference), interval_table(board, reference)]
        sections += [interval_table(board, reference, kind="width_per_std")]
    return sections


def coverage_table(board: Board) -> str:
    """Return the coverages, how far off they are, and the distance of places from uniform; one row per method."""
    coverages = board.suite.coverages
    means = np.stack([mean_over_seeds(board.score(score_name("coverage", c)))[0] for c in coverages], axis=-1)
    places, _ = mean_over_seeds(board.score(PIT_DISTANCE))
    rows = []
    for column, name in enumerate(board.methods):
        shares = means[:, column][np.isfinite(means[:, column]).all(axis=1)]
        if len(shares) == 0:
            continue
        on_average, set_by_set = misses(shares, coverages)
        found = places[:, column]
        rows.append(
            [
                name,
                *(number(100 * float(share), 1) for share in shares.mean(axis=0)),
                number(100 * on_average, 1),
                number(100 * set_by_set, 1),
                number(float(found[np.isfinite(found)].mean()), 3),
            ]
        )
    return table(["method", *(f"{100 * c:g}" for c in coverages), "off by, on average", "set by set", "PIT"], rows)


def misses(shares: Float[np.ndarray, "dataset coverage"], coverages: tuple[float, ...]) -> tuple[float, float]:
    """Return how far the mean over data sets is from what intervals are meant to hold, and how far each one is.

    Both are means over the coverages.

    Examples
    --------
    >>> on_average, set_by_set = misses(np.array([[0.4], [0.6]]), (0.5,))
    >>> round(on_average, 3), round(set_by_set, 3)
    (0.0, 0.1)
    """
    return float(np.abs(shares.mean(axis=0) - coverages).mean()), float(np.abs(shares - coverages).mean())


def interval_table(board: Board, reference: str, kind: str = "interval_score_per_std") -> str:
    """Return a score of intervals over that of the reference at each coverage; ranks beside interval scores."""
    place = board.methods.index(reference)
    scores = [board.score(score_name(kind, coverage)) for coverage in board.suite.coverages]
    columns = [geometric_mean(ratios(values, place)) for values in scores]
    header = ["interval score" if kind.startswith("interval") else "width"]
    header += [f"{100 * coverage:g}" for coverage in board.suite.coverages]
    decimals = [3] * len(columns)
    if kind.startswith("interval"):
        columns.append(mean_ranks(np.concatenate([mean_over_seeds(values)[0] for values in scores])))
        header.append("rank")
        decimals.append(2)
    rows = [
        [name, *(number(float(column[i]), places) for column, places in zip(columns, decimals, strict=True))]
        for i, name in enumerate(board.methods)
    ]
    return table(header, rows)
