"""What the laws are worth to somebody for whom too little and too much cost differently."""

import numpy as np

from digitwise import plots
from digitwise.calibration import decision_costs
from digitwise.report.evidence import Evidence
from digitwise.report.numbers import percent
from digitwise.report.picture import Picture, Section
from digitwise.report.svg import draw

MOST_ROWS = 4000  # that the costs the laws expect are computed for


def decision_value(evidence: Evidence) -> Section | None:
    """Return what decisions by the law cost beside decisions by the point prediction; None if those cost nothing."""
    rows = np.linspace(0, evidence.n_rows - 1, min(evidence.n_rows, MOST_ROWS)).round().astype(int)
    law = evidence.law if len(rows) == evidence.n_rows else evidence.law[rows]
    costs = decision_costs(law, evidence.y[rows], evidence.prediction[rows])
    if not (costs.by_point > 0.0).all():
        return None
    relative, expected = costs.by_law / costs.by_point, costs.expected / costs.by_point
    low, high = (int(np.argmin(np.abs(costs.levels - level))) for level in (0.1, 0.9))
    worse = [f"{level:g}" for level, ratio in zip(costs.levels, relative, strict=True) if ratio > 1.02]
    sentences = [
        f"Where a unit too little costs nine times as much as a unit too much, decisions by the law cost "
        f"{percent(relative[high])} of what the point predictions would have cost on these rows; the other way round, "
        f"{percent(relative[low])}."
    ]
    if worse:
        sentences.append(f"At the quantiles {', '.join(worse)} the point prediction would have been the better answer.")
    usual = (costs.levels > 0.09) & (costs.levels < 0.91)  # few rows decide what happens further out
    gap = float(np.max((relative - expected)[usual] / expected[usual]))
    if gap > 0.15:
        sentences.append(
            f"The cost came out at up to {1 + gap:.1f} times what the laws expected: they are too sure of themselves "
            "there."
        )
    return Section(
        heading="What are the laws worth in decisions?",
        sentences=sentences,
        pictures=[
            Picture(
                svg=draw(
                    plots.decision_curve,
                    costs.levels,
                    costs.by_law,
                    costs.by_point,
                    expected=costs.expected,
                    constant=costs.constant,
                    name="decisions",
                    description="Cost of decisions by the law relative to the point prediction",
                    width=6.4,
                    height=4.0,
                ),
                heading="Cost of deciding by the law.",
                reading="Somebody who orders, reserves or schedules by a forecast pays more for one kind of error. At "
                "0.9, too little costs nine times as much as too much, and the best order is the law's 90% quantile. "
                "The deeper the shaded area, the more the law saves over the point prediction. A blue curve above 100% "
                "would mean quantiles not worth following; a dotted one far below the solid one, laws that are too "
                "sure. Grey is the best single answer for all rows, chosen with hindsight.",
            )
        ],
    )
