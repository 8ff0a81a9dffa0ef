"""The findings of a report in plain sentences."""

from digitwise.plots.chance import chance_band
from digitwise.report.evidence import COVERAGE, Evidence
from digitwise.report.numbers import percent, plain
from digitwise.report.scores import Score

CLOSE = 0.03  # a difference in coverage that hardly anybody minds, even if it is no accident


def improvement(score: Score) -> float:
    """Return by which share the model's error is smaller than the baseline's (negative if larger).

    Examples
    --------
    >>> improvement(Score(name="RMSE", model=6.0, baseline=8.0, meaning=""))
    0.25
    """
    return 1.0 - score.model / score.baseline if score.baseline > 0 else 0.0


def coverage_mood(evidence_rows: int, observed: float) -> tuple[str, str]:
    """Return how observed coverage compares with the promised one, and the mood of it.

    Examples
    --------
    >>> coverage_mood(1000, 0.89)
    ('as promised, within chance', 'good')
    >>> coverage_mood(1000, 0.80)
    ('too narrow: more often wrong than promised', 'warn')
    """
    low, high = chance_band(COVERAGE, evidence_rows)
    if float(low) <= observed <= float(high):
        return "as promised, within chance", "good"
    if abs(observed - COVERAGE) <= CLOSE:
        return "close to what is promised", "good"
    if observed < COVERAGE:
        return "too narrow: more often wrong than promised", "warn"
    return "too wide: more cautious than promised", "warn"


def verdict(evidence: Evidence, scores: dict[str, Score]) -> list[str]:
    """Return the sentences at the top of a report."""
    unit = f" {evidence.unit}" if evidence.unit else ""
    rmse, crps, observed = scores["rmse"], scores["crps"], scores["coverage_90"].model
    gain = improvement(rmse)
    compared = (
        f"{percent(gain)} less than always answering the mean"
        if gain > 0
        else "no better than always answering the mean"
    )
    mood = coverage_mood(evidence.n_rows, observed)[0]
    kind = "conformal " if evidence.is_conformal else ""
    sentences = [
        f"On {evidence.n_rows:,} rows the typical error (RMSE) is {plain(rmse.model)}{unit}, "
        f"{compared} "
        f"({plain(rmse.baseline)}{unit}).",
        f"The {kind}{COVERAGE:.0%} intervals contain the truth {percent(observed)} of the time "
        f"({mood}); their width is "
        f"{plain(scores['width_90'].model)}{unit} on average.",
    ]
    sharper = improvement(crps)
    if sharper > 0:
        sentences.append(
            f"As whole distributions (CRPS) the predictions are {percent(sharper)} better than "
            "one distribution for "
            "all rows."
        )
    else:
        sentences.append(
            "As whole distributions (CRPS) the predictions are no better than one distribution "
            "for all rows: do not "
            "rely on this model before finding out why."
        )
    return [*sentences, *([evidence.note] if evidence.note else [])]
