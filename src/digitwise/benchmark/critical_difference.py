"""Which methods differ at all: ranks over data sets, the Friedman test, and the diagram of critical differences."""

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from jaxtyping import Float

from digitwise.benchmark.board import Board, mean_over_seeds, mean_ranks
from digitwise.benchmark.tables import LABELS
from digitwise.optional import optional_package
from digitwise.plots.style import LIGHT, NORMAL, axes_or_new

if TYPE_CHECKING:
    import matplotlib.figure

MOST_METHODS_SIDE_BY_SIDE = 8
"""With more methods than this the picture of a suite shows ranks instead of ratios."""


def shows_ranks(board: Board) -> bool:
    """Return whether the picture of a suite shows ranks, for want of room for ratios."""
    return len(board.methods) > MOST_METHODS_SIDE_BY_SIDE


def critical_difference(n_methods: int, n_datasets: int, level: float = 0.05) -> float:
    """Return how far apart two mean ranks must be for the Nemenyi test to tell the methods apart.

    Examples
    --------
    >>> round(critical_difference(4, 14), 2)
    1.25

    References
    ----------
    Demšar, "Statistical Comparisons of Classifiers over Multiple Data Sets", 2006.
    """
    from scipy.stats import studentized_range

    spread = float(studentized_range.ppf(1 - level, n_methods, np.inf)) / math.sqrt(2)
    return spread * math.sqrt(n_methods * (n_methods + 1) / (6 * n_datasets))


def ranking_sentences(board: Board, score: str) -> str:
    """Return the Friedman test, the critical difference, and which methods are not ranked, in words."""
    names, values = ranked_methods(board, score)
    parts = [friedman_sentence(board, score)]
    if values.shape[0] >= 2 and values.shape[1] >= 3:
        apart = critical_difference(values.shape[1], values.shape[0])
        parts.append(f"Two mean ranks differ at 5 % (Nemenyi) if they are at least {apart:.2f} apart.")
    has_some = np.isfinite(board.score(score)).any(axis=(0, 2))
    left_out = [f"`{name}`" for name, some in zip(board.methods, has_some, strict=True) if some and name not in names]
    if left_out:
        parts.append(f"Not ranked, for want of a data set that others have: {', '.join(left_out)}.")
    return " ".join(parts)


def friedman_sentence(board: Board, score: str) -> str:
    """Return what the Friedman test says of a score's ranks, in a sentence."""
    from scipy.stats import friedmanchisquare

    _, values = ranked_methods(board, score)
    if values.shape[0] < 2 or values.shape[1] < 3:
        return f"{LABELS[score]}: too few data sets or methods for a Friedman test."
    test = friedmanchisquare(*values.T)
    return (
        f"{LABELS[score]}: Friedman χ² = {test.statistic:.1f} over {values.shape[0]} data sets and "
        f"{values.shape[1]} methods, p = {test.pvalue:.2g}."
    )


def ranked_methods(board: Board, score: str) -> tuple[list[str], Float[np.ndarray, "dataset method"]]:
    """Return the methods that have a score on every data set that any has it on, and these scores."""
    mean, _ = mean_over_seeds(board.score(score))
    shown = np.isfinite(mean_ranks(mean))
    used = np.isfinite(mean).any(axis=1)
    return [name for name, is_shown in zip(board.methods, shown, strict=True) if is_shown], mean[used][:, shown]


def draw_critical_difference(board: Board) -> "matplotlib.figure.Figure":
    """Return a figure with a diagram for RMSE and one for CRPS.

    References
    ----------
    Demšar, "Statistical Comparisons of Classifiers over Multiple Data Sets", 2006.

    Raises
    ------
    ModuleNotFoundError
        If matplotlib or scikit-posthocs is not installed.
    """
    pd, scikit_posthocs = (
        optional_package(name, f"Critical differences need {name}, which is not installed.", "bench")
        for name in ("pandas", "scikit_posthocs")
    )

    first = axes_or_new(None, width=9.0, height=1.2 + 0.34 * len(board.methods))
    figure = first.get_figure(root=True)
    assert figure is not None  # axes_or_new has just made it
    figure.clear()
    for ax, score in zip(figure.subplots(2, 1), board.references, strict=True):
        names, values = ranked_methods(board, score)
        ax.set_title(f"Mean rank by {LABELS[score]}", fontsize=NORMAL, color=LIGHT.ink, loc="left")
        if values.shape[0] < 2 or len(names) < 3:
            ax.set_axis_off()
            continue
        p_values = scikit_posthocs.posthoc_nemenyi_friedman(values)
        p_values.index = p_values.columns = pd.Index(names)
        ranks = mean_ranks(values)
        scikit_posthocs.critical_difference_diagram(
            dict(zip(names, ranks.tolist(), strict=True)),
            p_values,
            ax=ax,
            label_fmt_left="{label} ({rank:.1f})",
            label_fmt_right="({rank:.1f}) {label}",
            color_palette=dict.fromkeys(names, LIGHT.ink),
            label_props={"fontsize": NORMAL},
            crossbar_props={"color": LIGHT.law, "linewidth": 3.0},
        )
    return figure


def save_critical_difference(board: Board, path: Path) -> None:
    """Write the picture as a PNG file."""
    import matplotlib.pyplot as plt

    figure = draw_critical_difference(board)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=130, facecolor=LIGHT.paper, bbox_inches="tight")
    plt.close(figure)
