"""Whether each group of rows gets the coverage that all were promised."""

import numpy as np

from digitwise import plots
from digitwise.metrics.ends import is_inside
from digitwise.plots.groups import simultaneous_intervals
from digitwise.report.evidence import COVERAGE, Evidence
from digitwise.report.grouping import FEWEST_ROWS, groups_of
from digitwise.report.numbers import percent, plain
from digitwise.report.picture import Picture, Section, Table
from digitwise.report.svg import draw


def group_coverage(evidence: Evidence) -> Section:
    """Return the coverage of groups of rows, those that miss the promise marked."""
    heading = "Does every group get what was promised?"
    groups = groups_of(evidence.X, evidence.prediction, evidence.groups)
    if not groups:
        return Section(
            heading=heading,
            sentences=[f"There are too few rows to say: a group needs at least {FEWEST_ROWS} of them."],
        )
    inside = is_inside(evidence.interval, evidence.y)
    n_hits = np.array([int(inside[group.rows].sum()) for group in groups])
    n_rows = np.array([len(group.rows) for group in groups])
    low, high = simultaneous_intervals(n_hits, n_rows)
    missed, wide = np.flatnonzero(high < COVERAGE), np.flatnonzero(low > COVERAGE)
    notes = {**dict.fromkeys(missed.tolist(), "below the promise"), **dict.fromkeys(wide.tolist(), "above it")}
    rows = [
        [
            group.column if k == 0 or groups[k - 1].column != group.column else "",
            group.value,
            f"{n_rows[k]:,}",
            percent(n_hits[k] / n_rows[k]),
            f"{percent(low[k])} to {percent(high[k])}",
            plain(evidence.width[group.rows].mean()),
            notes.get(k, ""),
        ]
        for k, group in enumerate(groups)
    ]
    return Section(
        heading=heading,
        sentences=[
            _finding([groups[k].name for k in missed]),
            "A good average can hide a group that is served badly. Rows are grouped by the columns of categories, or, "
            "where there are none, by the numbers that predictions follow most closely; and by the prediction. The "
            "ranges say where the true coverage of a group may lie; all of them hold at once with 95% confidence, so a "
            "marked group is no accident of looking at many.",
        ],
        pictures=[
            Picture(
                svg=draw(
                    plots.coverage_by_group,
                    [f"{group.name} ({n:,})" for group, n in zip(groups, n_rows, strict=True)],
                    n_hits,
                    n_rows,
                    coverage=COVERAGE,
                    name="groups",
                    description="Coverage of the intervals in each group of rows, with the range of its true coverage",
                    width=9.0,
                    height=1.0 + 0.27 * len(groups),
                ),
                heading=f"Coverage of the {COVERAGE:.0%} intervals by group.",
                reading="In brackets the number of rows. Bars should touch the dashed line. An orange bar to the left "
                "of it is a group whose intervals are too narrow; a blue one to the right of it gets wider intervals "
                "than it needs.",
            )
        ],
        table=Table(
            columns=["column", "group", "rows", "coverage", "true coverage", "mean width", "note"],
            rows=rows,
            texts=frozenset({0, 1, 6}),
            marked=frozenset(missed.tolist()),
        ),
    )


def _finding(names: list[str]) -> str:
    if not names:
        return f"No group clearly misses the promised {COVERAGE:.0%}."
    which = "One group misses" if len(names) == 1 else f"{len(names)} groups miss"
    return (
        f"{which} the promised {COVERAGE:.0%} by more than chance: {'; '.join(names)}. Calibrate by group: "
        "conformalize(X, y, groups=…)."
    )
