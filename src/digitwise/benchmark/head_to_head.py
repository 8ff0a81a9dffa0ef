"""One method against each of the others, on the cells that both have."""

import numpy as np

from digitwise.benchmark.board import Board, geometric_mean, ratios
from digitwise.benchmark.markdown import NOTHING, number, table
from digitwise.benchmark.scores import FAIR_WIDTH

COMPARED = {"RMSE": "rmse", "CRPS": "crps", "fair width": FAIR_WIDTH}
"""Columns of the table, and their scores."""


def head_to_head_table(board: Board, method: str) -> str:
    """Return the ratios of a method's scores to those of every other method, one row for each.

    A ratio is a geometric mean over data sets, each taken over the seeds that both methods have; beside it stand the
    data sets on which the method is ahead.
    """
    mine = board.methods.index(method)
    rmse = np.isfinite(board.score("rmse"))
    rows = []
    for place, other in enumerate(board.methods):
        if place == mine:
            continue
        cells = [str(int((rmse[:, mine] & rmse[:, place]).sum()))]
        for score in COMPARED.values():
            quotient = ratios(board.score(score), place)[:, mine]
            present = quotient[np.isfinite(quotient)]
            ahead = f"{int((present < 1).sum())} of {len(present)}" if len(present) else NOTHING
            cells += [number(float(geometric_mean(quotient[:, None])[0]), 3), ahead]
        rows.append([other, *cells])
    header = [part for name in COMPARED for part in (name, "ahead")]
    return table([f"{method} against", "cells", *header], rows)
