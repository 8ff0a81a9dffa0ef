"""How often one method is better than another: shares of the data sets, pair by pair."""

import numpy as np
from jaxtyping import Float

from digitwise.benchmark.board import Board, mean_over_seeds
from digitwise.benchmark.markdown import NOTHING, table


def win_rates(means: Float[np.ndarray, "dataset method"]) -> Float[np.ndarray, "method other"]:
    """Return the share of data sets on which a method's score is lower than another's; ties count half.

    Compared are the data sets that have both; NaN where there are none, and of a method with itself.

    Examples
    --------
    >>> win_rates(np.array([[1.0, 2.0], [1.0, 1.0]]))
    array([[ nan, 0.75],
           [0.25,  nan]])
    """
    mine, other = means[:, :, None], means[:, None, :]
    both = np.isfinite(mine) & np.isfinite(other)
    wins = np.where(both, (mine < other) + 0.5 * (mine == other), 0.0).sum(axis=0)
    with np.errstate(invalid="ignore"):
        rates: np.ndarray = wins / both.sum(axis=0)
    np.fill_diagonal(rates, np.nan)
    return rates


def win_rate_table(board: Board, score: str) -> str:
    """Return the win rates in per cent, the methods that win most often first.

    The columns are numbered as the rows are, so that any number of methods fits.
    """
    mean, _ = mean_over_seeds(board.score(score))
    shown = np.flatnonzero(np.isfinite(mean).any(axis=0))
    rates = win_rates(mean[:, shown])
    compared = np.isfinite(rates)
    with np.errstate(invalid="ignore"):
        total = np.where(compared, rates, 0.0).sum(axis=1) / compared.sum(axis=1)
    order = np.argsort(-np.nan_to_num(total, nan=-1.0), kind="stable")
    rows = [
        [f"{place} {board.methods[shown[i]]}", *(_percent(rates[i, j]) for j in order), _percent(total[i])]
        for place, i in enumerate(order.tolist(), start=1)
    ]
    return table(["better than", *(str(place) for place in range(1, len(order) + 1)), "mean"], rows)


def _percent(share: float) -> str:
    return f"{100 * share:.0f}" if np.isfinite(share) else NOTHING
