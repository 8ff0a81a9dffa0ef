"""Where the decoder is not ahead, in plain words made from the figures."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from digitwise.benchmark.board import Board, mean_over_seeds, ratios
from digitwise.benchmark.tables import LABELS

COVERAGE, TOLERANCE = 0.9, 0.05


def where_not_ahead(board: Board) -> str:
    """Return the section's text, one part for each method that writes digits."""
    return "\n\n".join(_about(board, name) for name in board.focus) or (
        "The suite has no finished cell of a method that writes digits."
    )


def _about(board: Board, decoder: str) -> str:
    paragraphs = [f"### {decoder}"]
    for score, reference in board.references.items():
        if reference in board.methods and reference != decoder:
            paragraphs.append(_against(board, decoder, score, reference))
    paragraphs += [_best_elsewhere(board, decoder, score) for score in board.references]
    paragraphs.append(_coverage(board, decoder))
    return "\n\n".join(paragraphs)


def _against(board: Board, decoder: str, score: str, reference: str) -> str:
    """Compare with a reference on the sets that both have."""
    values = board.score(score)
    mine, other = board.methods.index(decoder), board.methods.index(reference)
    quotient = ratios(values, other)[:, mine]
    compared = np.flatnonzero(np.isfinite(quotient))
    behind = sorted((i for i in compared.tolist() if quotient[i] > 1), key=lambda i: -quotient[i])
    what = f"{LABELS[score]} against `{reference}`"
    if len(compared) == 0:
        return f"{what}: no data set has both yet."
    if not behind:
        return f"{what}: nowhere behind on the {_count(len(compared), 'data set')} compared."
    lines = [f"{what}: behind on {len(behind)} of {_count(len(compared), 'data set')}."]
    pairs = values[:, [mine, other]]
    lines += ["", *(_line(board.datasets[i], quotient[i], pairs[i]) for i in behind)]
    return "\n".join(lines)


def _line(dataset: str, quotient: float, pair: Float[np.ndarray, "2 seed"]) -> str:
    both = np.isfinite(pair).all(axis=0)
    worse = int((pair[0, both] > pair[1, both]).sum())
    seeds = _count(int(both.sum()), "seed")
    higher = f"{100 * (quotient - 1):.1f} % higher (ratio {quotient:.3f})"
    return f"- `{dataset}`: {higher}, worse with {worse} of {seeds}"


def _best_elsewhere(board: Board, decoder: str, score: str) -> str:
    """Say which sets another method wins."""
    mean, _ = mean_over_seeds(board.score(score))
    mine = board.methods.index(decoder)
    winners: dict[str, list[str]] = {}
    shown = np.flatnonzero(np.isfinite(mean[:, mine])).tolist()
    for i in shown:
        best = int(np.nanargmin(mean[i]))
        if mean[i, best] < mean[i, mine]:
            winners.setdefault(board.methods[best], []).append(f"`{board.datasets[i]}`")
    if not winners:
        return f"Lowest {LABELS[score]} of all methods on {_all_of(len(shown))}."
    parts = [f"`{name}` on {_listed(sets)}" for name, sets in winners.items()]
    return f"Another method has the lowest {LABELS[score]}: {'; '.join(parts)}."


def _coverage(board: Board, decoder: str) -> str:
    """Say where the 90 % intervals do not hold 90 %."""
    mean, _ = mean_over_seeds(board.score("coverage_90"))
    mine = mean[:, board.methods.index(decoder)]
    off = [i for i in np.flatnonzero(np.isfinite(mine)) if abs(mine[i] - COVERAGE) > TOLERANCE]
    if not off:
        return "Its 90 % intervals hold between 85 % and 95 % of the test targets everywhere."
    parts = [f"`{board.datasets[i]}` ({100 * mine[i]:.0f} %)" for i in off]
    return f"Its 90 % intervals hold less than 85 % or more than 95 % on {_listed(parts)}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _all_of(number: int) -> str:
    return "the only data set" if number == 1 else f"all {number} data sets"


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
