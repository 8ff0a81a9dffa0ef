"""What a report says besides where other packages take part, or where data sets come in groups."""

from digitwise.benchmark.board import Board
from digitwise.benchmark.critical_difference import ranking_sentences, shows_ranks
from digitwise.benchmark.head_to_head import head_to_head_table
from digitwise.benchmark.tables import group_table
from digitwise.benchmark.win_rates import win_rate_table


def picture_name(board: Board, kind: str) -> str:
    """Return where a picture lies, as seen from the report."""
    return f"figures/{board.suite.name}_{kind}.png"


def peer_sections(board: Board) -> list[str]:
    """Return who beats whom, which ranks differ, and what accuracy costs in seconds."""
    return [
        "## Who beats whom",
        "Share of data sets, in per cent, on which the RMSE (mean over seeds) of the row's method is lower than "
        "that of the column's; ties count half. Columns have the numbers of the rows; *mean* is over the others.",
        win_rate_table(board, "rmse"),
        *_head_to_head(board),
        *([] if shows_ranks(board) else _rank_sections(board)),
        "## What accuracy costs",
        f"![Seconds of training against RMSE, one dot per method]({picture_name(board, 'pareto')})",
        "Geometric means over the data sets that a method shares with the reference; the line joins the methods that "
        "no other beats in both. Seconds are of the machine above, one cell's threads each.",
    ]


def group_sections(board: Board) -> list[str]:
    """Return the ratios by group of data sets; nothing where the suite has no groups."""
    if not board.suite.groups:
        return []
    present = [sum(name in members for name in board.datasets) for members in board.suite.groups.values()]
    sizes = [
        f"{group} ({count} of {len(members)} there)"
        for (group, members), count in zip(board.suite.groups.items(), present, strict=True)
    ]
    return [
        "## By group of data sets",
        f"Ratios as above, for each group of data sets: {', '.join(sizes)}.",
        group_table(board),
    ]


def _head_to_head(board: Board) -> list[str]:
    if not board.decoders:
        return []
    return [
        "## Against each of the others",
        "Scores of a method that writes digits over those of another: geometric means over the data sets, each over "
        "the seeds that both have (*cells* in all). Below 1 the former is better.",
        *(head_to_head_table(board, name) for name in board.decoders),
    ]


def _rank_sections(board: Board) -> list[str]:
    return [
        "## Which ranks differ",
        f"![Mean ranks of all methods; a bar joins those that cannot be told apart]({picture_name(board, 'ranks')})",
        "Mean ranks over the data sets, 1 is best; a bar joins methods that the Nemenyi test does not tell apart at "
        f"5 %. {ranking_sentences(board, 'rmse')} {ranking_sentences(board, 'crps')}",
    ]
