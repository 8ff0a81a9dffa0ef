"""The report of a suite: tables, a picture, and where the decoder is not ahead; all generated."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from digitwise.benchmark.board import Board, collect
from digitwise.benchmark.critical_difference import (
    ranking_sentences,
    save_critical_difference,
    shows_ranks,
)
from digitwise.benchmark.figure import save_ratios
from digitwise.benchmark.honesty_section import honesty_section
from digitwise.benchmark.pareto import save_pareto
from digitwise.benchmark.peer_sections import group_sections, peer_sections, picture_name
from digitwise.benchmark.published import PublishedTable
from digitwise.benchmark.published_section import published_section
from digitwise.benchmark.results import Record
from digitwise.benchmark.suite import Suite
from digitwise.benchmark.tables import (
    WIDE_MEANS,
    dataset_table,
    failure_table,
    mean_of,
    means_table,
    method_table,
    ratio_table,
    score_table,
    second_stage_table,
    seconds_table,
    summary,
)
from digitwise.benchmark.verdict import where_not_ahead

MEANS = (
    "Means over data sets of the mean over seeds. Errors, CRPS and widths are in standard deviations of the test "
    "targets. *One draw* is the RMSE of a single draw from the law, *best of 16* that of the draw nearest the target."
)
SECOND_STAGE = (
    "Validation figures before the second stage and after its last epoch, whichever epoch was kept: means over cells, "
    "of CRPS and width as a ratio of last to first, and of the coverage of 90 % intervals. *Kept* is the epoch that "
    "the validation rule chose of those that were run."
)
RELATIVE = (
    "Medians over test rows of |prediction − target| / |target|, and means (*on average*) with sizes of at least the "
    "5th percentile of those that are not 0; for the point predictions, and for the medians of the laws (again the "
    "points where there are no laws). *Outside* is beyond the lowest and the highest training target; *below 0* is "
    "given where no training target is negative."
)
FAIR = (
    "*Fair width* is the mean width of the intervals that hold 90 % of the test targets, whatever their law calls "
    "them: it compares laws that are not equally calibrated."
)
PICTURES = {"ratios": save_ratios, "ranks": save_critical_difference, "pareto": save_pareto}
"""How each picture is saved, by the end of its file's name."""
FEW_DISTINCT = 0.05  # share of distinct targets below which densities mean little


def write_benchmark_report(
    suite: Suite,
    records: Iterable[Record],
    path: str | Path,
    command: str,
    published: PublishedTable | None = None,
) -> None:
    """Write the report of a suite as Markdown, with its picture in ``figures/`` beside it.

    Parameters
    ----------
    suite
        What was compared.
    records
        Results; those with other settings than the suite's present ones are ignored.
    path
        The Markdown file.
    command
        What to run to get the same figures.
    published
        A published table to put the results beside.

    Raises
    ------
    ValueError
        If no cell of the suite has finished.
    """
    path = Path(path)
    board = collect(suite, records)
    if not board.records:
        raise ValueError(
            f"There is nothing to report: no cell of {suite.name} has finished with the suite's "
            "present settings. Run the suite first."
        )
    kind = "ranks" if shows_ranks(board) else "ratios"
    for drawn in [kind, *(["ranks", "pareto"] if board.has_peers else [])]:
        PICTURES[drawn](board, path.parent / picture_name(board, drawn))
    path.write_text(markdown_report(board, command, picture_name(board, kind), published), encoding="utf-8")


def markdown_report(board: Board, command: str, picture: str, published: PublishedTable | None = None) -> str:
    """Return the report as Markdown."""
    rmse, crps = board.references["rmse"], board.references["crps"]
    in_data_units = "In units of the target: mean ± standard deviation over seeds. The lowest is bold."
    sections = [
        f"# Benchmark: {board.suite.name}",
        board.suite.description.strip(),
        "This file is generated from the results; do not edit it.",
        how_made(board, command),
        "## In short",
        summary(board),
        "Ratios are geometric means over data sets of a method's score (mean over seeds) divided "
        f"by that of `{rmse}` (RMSE) or `{crps}` (CRPS); below 1 is better. *Ahead* counts the "
        "data sets with a ratio below 1. Ranks are means over data sets, 1 is best. *Coverage 90* is the mean share of "
        "test targets in 90 % intervals. Seconds of training are means over cells; rows per second are over all "
        "cells together and include the laws and their means.",
        *([FAIR] if board.has_fair_widths else []),
        *picture_of(board, picture),
        *group_sections(board),
        *(peer_sections(board) if board.has_peers else []),
        *honesty_section(board),
        *published_section(board, published),
        "## All scores",
        MEANS,
        means_table(board),
        *(["## What the second stage did", SECOND_STAGE, second_stage_table(board)] if board.has_second_stages else []),
        *(["## Where the decoder is not ahead", where_not_ahead(board)] if board.focus else []),
        f"## RMSE, and relative to {rmse}",
        in_data_units,
        score_table(board, "rmse"),
        ratio_table(board, "rmse", rmse),
        f"## CRPS, and relative to {crps}",
        in_data_units,
        score_table(board, "crps"),
        ratio_table(board, "crps", crps),
        "## NLL",
        about_nll(board),
        score_table(board, "nll_per_std", decimals=2),
        "## Coverage and width of 90 % intervals",
        "Share of test targets inside, in per cent (90 is right), and mean width in standard "
        "deviations of the test targets (narrow is good only where the coverage is right).",
        score_table(board, "coverage_90", decimals=1, scale=100.0, mark_lowest=False),
        score_table(board, "width_90_per_std", decimals=2, mark_lowest=False),
        *_relative_sections(board),
        "## Seconds of training",
        seconds_table(board),
        "## Data sets",
        dataset_table(board),
        "*The seed decides* says what differs between repetitions. A published split is used as it "
        "is; the spread over seeds is then that of the training alone.",
        "## Methods",
        method_table(board),
        *(["## Failed cells", failure_table(board)] if board.failed else []),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _relative_sections(board: Board) -> list[str]:
    """Return what is said of relative errors, ranks and ranges; nothing where no record has them."""
    if not np.isfinite(board.score("median_relative_error")).any():
        return []
    return [
        "## Relative errors, and predictions where no training target lies",
        RELATIVE,
        means_table(board, WIDE_MEANS, seconds=False),
        "Relative errors of the laws' medians, set by set:",
        score_table(board, "median_relative_error", decimals=3),
        "Spearman's rank correlation of points and targets (the highest is best):",
        score_table(board, "spearman", decimals=3, mark_lowest=False),
    ]


def picture_of(board: Board, picture: str) -> list[str]:
    """Return the report's picture and what it shows."""
    if shows_ranks(board):
        return [
            f"![Mean ranks of all methods, with those that cannot be told apart joined by a bar]({picture})",
            "Mean ranks over the data sets, 1 is best; a bar joins methods that the Nemenyi test does not tell apart "
            f"at 5 %. {ranking_sentences(board, 'rmse')} {ranking_sentences(board, 'crps')}",
        ]
    return [
        f"![Score of each method over that of the reference, per data set]({picture})",
        "Left of the line at 1 is better than the reference; thin lines span the decoder's seeds.",
    ]


def how_made(board: Board, command: str) -> str:
    """Return command, seeds, commits, machines and versions."""
    suite, records = board.suite, board.records
    done = f"{len(records)} of {board.n_cells} cells finished"
    if board.failed:
        done += f", {len(board.failed)} failed"
    if len(records) < board.n_cells:
        done += " (means are over the seeds that are there, so methods may differ in their seeds)"
    absent = [f"`{method.name}`" for method in suite.methods if method.name not in board.methods]
    if absent:
        done += f"; none yet of {', '.join(absent)}"
    cap = "no cap on training rows"
    if suite.max_train is not None:
        cap = f"at most {suite.max_train} training rows"
    if suite.max_validation is not None:
        cap += f", at most {suite.max_validation} validation rows"
    selection = _distinct(str(r["params"].get("select_by", "")).upper() for r in records)
    chosen = " or ".join(name for name in sorted(selection) if name)
    rule = f"lowest validation {chosen}" if chosen else "by each method's own validation metric"
    dates = sorted(record["finished"][:10] for record in records)
    span = dates[0] if dates[0] == dates[-1] else f"{dates[0]} to {dates[-1]}"
    alone = any(method.splits_itself for method in suite.methods)
    rows = "on rows that each method holds out itself" if alone else "on the same rows for every method"
    threads = "1 thread" if suite.threads == 1 else f"{suite.threads} threads"
    return "\n".join(
        [
            f"    {command}",
            "",
            f"- Cells: {done}; seeds {', '.join(map(str, suite.seeds))}; {cap}.",
            f"- Best epoch: {rule}, {rows}.",
            f"- Commit: {'; '.join(_distinct(map(_commit, records)))}. Finished: {span}.",
            f"- Machine: {'; '.join(_distinct(map(_machine, records)))}; {threads} a cell.",
            f"- Versions: {'; '.join(_distinct(map(_versions, records)))}.",
        ]
    )


def about_nll(board: Board) -> str:
    """Return what to know before reading the table of densities."""
    text = (
        "Mean negative log density in nats, of the target in standard deviations of the test "
        "targets: mean ± standard deviation over seeds. Lower is better, and below 0 is possible."
    )
    defined = np.isfinite(board.score("nll")).any(axis=(0, 2))
    without = [f"`{m}`" for m, d in zip(board.methods, defined, strict=True) if not d]
    if without:
        text += f" There is no density, or not everywhere, for {', '.join(without)}."
    shares = [mean_of(values) for values in board.fact("distinct_share")]
    few = [f"`{d}`" for d, s in zip(board.datasets, shares, strict=True) if s < FEW_DISTINCT]
    if few:
        text += (
            f" On {', '.join(few)} fewer than {100 * FEW_DISTINCT:.0f} % of the targets are "
            "distinct: there a density rewards narrow spikes at the repeated values, and says "
            "little about the quality of the law."
        )
    return text


def _commit(record: Record) -> str:
    if record["commit"] is None:
        return "none recorded"
    return f"`{record['commit'][:12]}`{' with uncommitted changes' if record['dirty'] else ''}"


def _machine(record: Record) -> str:
    machine: dict[str, Any] = record["machine"]
    cores = "1 core" if machine["cores"] == 1 else f"{machine['cores']} cores"
    at_once = "one cell" if record["jobs"] == 1 else f"{record['jobs']} cells"
    extra = machine["accelerator"] or "no accelerator"
    return f"{machine['system']} on {machine['processor']}, {cores}, {extra}, {at_once} at a time"


def _versions(record: Record) -> str:
    return ", ".join(f"{name} {version}" for name, version in record["versions"].items())


def _distinct(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
