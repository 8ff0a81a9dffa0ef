"""What stands where on the page."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from digitwise.report import pictures
from digitwise.report.changes import calibration_change
from digitwise.report.columns import summarise_columns
from digitwise.report.decisions import decision_value
from digitwise.report.digits import digit_trees
from digitwise.report.evidence import COVERAGE, Evidence
from digitwise.report.facts import example_code, fit_facts, settings, target_facts, written_by
from digitwise.report.finetuning import finetune_change
from digitwise.report.groups import group_coverage
from digitwise.report.numbers import percent, plain
from digitwise.report.picture import Section
from digitwise.report.scores import Score, score_table
from digitwise.report.svg import page_colours
from digitwise.report.verdict import coverage_mood, improvement, verdict
from digitwise.report.worst_rows import worst_rows

MOST_COLUMNS = 40


def compose_page(evidence: Evidence, title: str | None, n_rows: int) -> dict[str, Any]:
    """Return everything that the template shows, by the names it uses.

    Parameters
    ----------
    evidence : Evidence
        The model and its predictions.
    title : str, optional
        Heading of the page.
    n_rows : int
        Number of rows whose predicted density is drawn.
    """
    model = evidence.model
    name = type(model).__name__
    scores = score_table(evidence)
    columns = summarise_columns(evidence.X)
    with_gaps = sum(column.missing > 0 for column in columns)
    best_epoch = getattr(model, "best_epoch_", None)
    return {
        "title": title or f"Predicting {evidence.target_name}",
        "subtitle": f"{name} on {evidence.n_rows:,} rows. The figures are honest only if "
        "these rows were kept out of training.",
        "colours": page_colours(),
        "verdict": verdict(evidence, scores),
        "tiles": _tiles(evidence, scores),
        "scores": [score.shown() for score in scores.values()],
        "pictures": {
            "points": pictures.points(evidence),
            "coverage": pictures.coverage(evidence),
            "pit": pictures.pit(evidence),
            "reliability": pictures.reliability(evidence),
            "densities": pictures.densities(evidence, n_rows),
            "learning": pictures.learning(getattr(model, "history_", []), best_epoch, evidence.label),
        },
        "trust": _there(calibration_change(evidence), finetune_change(evidence), group_coverage(evidence)),
        "use": _there(decision_value(evidence)),
        "rows": _there(digit_trees(evidence), worst_rows(evidence)),
        "target": target_facts(evidence),
        "target_name": evidence.label,
        "columns_sentence": f"{evidence.n_rows:,} rows and {len(columns):,} columns; "
        + (f"{with_gaps:,} of them with missing values." if with_gaps else "none with missing values."),
        "columns": columns[:MOST_COLUMNS],
        "columns_left_out": max(0, len(columns) - MOST_COLUMNS),
        "fit_facts": fit_facts(model),
        "settings": settings(model),
        "code": example_code(evidence),
        "footer": f"Written by {written_by()} on {datetime.now(UTC):%Y-%m-%d %H:%M} UTC.",
    }


def _there(*sections: Section | None) -> list[Section]:
    return [section for section in sections if section is not None]


def _tiles(evidence: Evidence, scores: Mapping[str, Score]) -> list[dict[str, str]]:
    """The headline figures."""
    unit = f" {evidence.unit}" if evidence.unit else ""
    tiles = []
    for key, name in (("rmse", "typical error (RMSE)"), ("crps", "error of the whole distribution (CRPS)")):
        gain = improvement(scores[key])
        note = f"{percent(abs(gain))} {'below' if gain > 0 else 'above'} baseline"
        tiles.append(
            {
                "name": name,
                "value": plain(scores[key].model) + unit,
                "note": note,
                "mood": "good" if gain > 0 else "warn",
            }
        )
    note, mood = coverage_mood(evidence.n_rows, scores["coverage_90"].model)
    return [
        *tiles,
        {
            "name": f"coverage of {COVERAGE:.0%} intervals",
            "value": percent(scores["coverage_90"].model),
            "note": note.split(":")[0],
            "mood": mood,
        },
        {
            "name": "variation explained (R²)",
            "value": plain(scores["r2"].model),
            "note": "1 is perfect, 0 is the baseline",
            "mood": "",
        },
    ]
