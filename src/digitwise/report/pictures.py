"""The pictures of a report, each with a heading and a sentence that says how to read it."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from digitwise import metrics, plots
from digitwise.plots.learning import numeric_keys
from digitwise.report.evidence import COVERAGE, Evidence
from digitwise.report.picture import Picture
from digitwise.report.svg import draw

IN_TARGET_UNITS = ("validation_crps", "validation_rmse", "validation_mae")


def points(evidence: Evidence) -> Picture:
    """Return predictions against true values."""
    return Picture(
        svg=draw(
            plots.predicted_against_true,
            evidence.prediction,
            evidence.y,
            interval=evidence.interval,
            target_name=evidence.target_name,
            unit=evidence.unit,
            name="points",
            description="Scatter of predicted against true values with interval bars",
            height=4.2,
        ),
        heading="Predicted against true.",
        reading=f"One point per row; on the dashed line the prediction is exact. Bars are {COVERAGE:.0%} intervals.",
    )


def coverage(evidence: Evidence) -> Picture:
    """Return coverage against width."""
    return Picture(
        svg=draw(
            plots.coverage_against_width,
            evidence.interval,
            evidence.y,
            coverage=COVERAGE,
            unit=evidence.unit,
            name="coverage",
            description="Observed coverage of groups of rows against the width of their intervals",
            height=4.2,
        ),
        heading="Coverage against width.",
        reading="Rows in groups of equal size, from narrow intervals at the left to wide ones at the right. Inside "
        "the grey band they keep their promise. A line that falls to the right: intervals of hard rows are too narrow.",
    )


def pit(evidence: Evidence) -> Picture:
    """Return the histogram of the probability integral transform."""
    return Picture(
        svg=draw(
            plots.pit_histogram,
            metrics.pit(evidence.law, evidence.y),
            name="pit",
            description="Histogram of the predicted cdf at the true values",
            height=3.8,
        ),
        heading="Where the truth falls in the predicted law.",
        reading="Flat is right. High at both ends: too sure of itself. High in the middle: too cautious. A slope: too "
        "high or too low on the whole. One high bar at an end: some rows are far outside of what was expected."
        + _as_fitted(evidence),
    )


def reliability(evidence: Evidence) -> Picture:
    """Return observed against nominal coverage."""
    nominal, observed = metrics.reliability(evidence.law, evidence.y)
    return Picture(
        svg=draw(
            plots.reliability_curve,
            nominal,
            observed,
            n_rows=evidence.n_rows,
            name="reliability",
            description="Observed against nominal coverage of central intervals",
            height=3.8,
        ),
        heading="Promised against delivered coverage.",
        reading="How often intervals of each size hold the truth. Below the dashed line they are too narrow, above it "
        "too wide." + _as_fitted(evidence),
    )


def densities(evidence: Evidence, n_rows: int) -> Picture:
    """Return the laws of a few rows: spread over the predictions, the narrowest and the widest."""
    rows = rows_to_show(evidence, n_rows)
    width = width_of_laws(evidence)
    narrowest, widest = int(width.argmin()), int(width.argmax())
    notes = {narrowest: " (narrowest)", widest: " (widest)"}
    return Picture(
        svg=draw(
            plots.predicted_density,
            evidence.law[rows],
            evidence.y[rows],
            labels=[f"row {row}{notes.get(row, '')}" for row in rows.tolist()],
            coverage=COVERAGE,
            target_name=evidence.target_name,
            unit=evidence.unit,
            name="densities",
            description="Predicted densities of single rows with mean, interval and true value",
            width=9.0,
            height=1.1 + 0.52 * len(rows),
        ),
        heading="Predicted densities.",
        reading="Rows from the lowest to the highest prediction, with the narrowest and the widest law (the predicted "
        "distribution of a row); rows are counted from 0. Each curve is scaled to its own peak and slightly smoothed "
        "for drawing." + _as_fitted(evidence),
    )


def width_of_laws(evidence: Evidence) -> Float[np.ndarray, " row"]:
    """Return the widths of the laws' own intervals, without any conformal step."""
    low, high = evidence.law.interval(COVERAGE).T
    return np.asarray(high - low)


def _as_fitted(evidence: Evidence) -> str:
    """Return a note where a picture shows laws, and the intervals elsewhere are conformal."""
    return " This is the law itself, before the conformal step." if evidence.is_conformal else ""


def rows_to_show(evidence: Evidence, n_rows: int) -> Int[np.ndarray, " shown"]:
    """Return up to ``n_rows`` rows by prediction, the narrowest and the widest law among them."""
    order = np.argsort(evidence.prediction, kind="stable")
    width = width_of_laws(evidence)
    extremes = [int(width.argmin()), int(width.argmax())]
    others = [row for row in order.tolist() if row not in extremes]
    wanted = min(len(others), max(0, n_rows - len(set(extremes))))
    places = np.linspace(0, len(others) - 1, wanted).round().astype(int) if wanted else ()
    chosen = {*extremes, *(others[place] for place in places)}
    return np.array([row for row in order.tolist() if row in chosen])


def learning(history: Sequence[Mapping[str, Any]], best_epoch: int | float | None, label: str) -> list[Picture]:
    """Return the learning curves: the loss, and the validation scores in units of the target."""
    if not history:
        return []
    keys = numeric_keys(history)
    validation = [key for key in IN_TARGET_UNITS if key in keys]
    validation = validation or [key for key in keys if key.startswith("validation_")][:1]
    curves = [
        ("loss", ["train_loss"], "Training loss.", "What training minimises, per epoch.", None),
        (
            "validation",
            validation,
            "Scores on validation rows.",
            "Rows held out during training; the epoch with the best score is kept.",
            label if validation[:1] in ([key] for key in IN_TARGET_UNITS) else None,
        ),
    ]
    return [
        Picture(
            svg=draw(
                plots.learning_curve,
                history,
                shown,
                best_epoch=best_epoch,
                y_label=y_label,
                name=name,
                description=f"{heading} over epochs",
            ),
            heading=heading,
            reading=reading,
        )
        for name, shown, heading, reading, y_label in curves
        if shown and all(key in keys for key in shown)
    ]
