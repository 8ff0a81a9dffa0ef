"""What calibration changed on the rows of a report: coverage, width and CRPS, before and after."""

import numpy as np

from digitwise import metrics, plots
from digitwise.distributions import Distribution
from digitwise.metrics.ends import is_inside
from digitwise.plots.chance import chance_band
from digitwise.report.evidence import COVERAGE, Evidence, conformal_interval
from digitwise.report.numbers import moved, percent, plain
from digitwise.report.picture import Picture, Section, Table
from digitwise.report.svg import draw

LEVELS = (0.5, 0.8, 0.9, 0.95)
FITTED, RECALIBRATED, CONFORMAL = "as fitted", "recalibrated", "conformal"


def calibration_change(evidence: Evidence) -> Section | None:
    """Return what `recalibrate` and `conformalize` changed on the rows of the report; None if neither was called."""
    model = evidence.model
    is_recalibrated = hasattr(model, "recalibration_")
    if not (is_recalibrated or evidence.is_conformal):
        return None
    laws = {FITTED: evidence.law}
    if is_recalibrated:
        laws = {FITTED: model.without_calibration().predict_distribution(evidence.X), RECALIBRATED: evidence.law}
    figures = {name: _figures(evidence, [law.interval(level) for level in LEVELS]) for name, law in laws.items()}
    crps = {name: metrics.mean_crps(law, evidence.y) for name, law in laws.items()}
    if evidence.is_conformal:
        ends = [
            evidence.interval if level == COVERAGE else conformal_interval(model, evidence.X, level, evidence.groups)
            for level in LEVELS
        ]
        figures[CONFORMAL], crps[CONFORMAL] = _figures(evidence, ends), crps[list(laws)[-1]]
    pictures = [_stages_picture(evidence, figures)]
    if is_recalibrated:
        pictures.append(_recalibration_picture(evidence, laws[FITTED]))
    return Section(
        heading="What did calibration change?",
        sentences=_sentences(evidence, figures, crps),
        pictures=pictures,
        table=_table(figures, crps),
        beside=True,
    )


def _figures(evidence: Evidence, ends: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return coverage and mean width at each level."""
    shares = np.array([is_inside(each, evidence.y).mean() for each in ends])
    return shares, np.array([float(np.mean(each[:, 1] - each[:, 0])) for each in ends])


def _stages_picture(evidence: Evidence, figures: dict[str, tuple[np.ndarray, np.ndarray]]) -> Picture:
    return Picture(
        svg=draw(
            plots.coverage_by_stage,
            np.array(LEVELS),
            figures,
            n_rows=evidence.n_rows,
            unit=evidence.unit,
            name="stages",
            description="Coverage against mean width of the intervals at each stage of calibration",
            height=4.4,
        ),
        heading="Intervals before and after.",
        reading="Each dashed line is a promise; arrows should end in its grey band. Upwards and to the right: "
        "coverage was bought with width. Downwards and to the left: needless width was given away. A last point "
        "outside its band is a promise that is still not kept.",
    )


def _recalibration_picture(evidence: Evidence, before: Distribution) -> Picture:
    return Picture(
        svg=draw(
            plots.recalibration,
            metrics.pit(before, evidence.y),
            metrics.pit(evidence.law, evidence.y),
            name="recalibration",
            description="Share of outcomes below each predicted level, before and after recalibration",
            height=4.4,
        ),
        heading="Levels before and after recalibration.",
        reading="How often the truth lies below the law's 10%, 20%, … quantile. The blue curve should stay in the "
        "grey band. Steep in the middle: laws too wide. Flat in the middle: too narrow. Above the line: too high.",
    )


def _table(figures: dict[str, tuple[np.ndarray, np.ndarray]], crps: dict[str, float]) -> Table:
    rows = [["CRPS", *(plain(value) for value in crps.values())]]
    for k, level in enumerate(LEVELS):
        rows.append([f"coverage, {level:.0%} intervals", *(percent(share[k]) for share, _ in figures.values())])
    for k, level in enumerate(LEVELS):
        rows.append([f"mean width, {level:.0%} intervals", *(plain(width[k]) for _, width in figures.values())])
    return Table(columns=["on these rows", *figures], rows=rows)


def _sentences(
    evidence: Evidence, figures: dict[str, tuple[np.ndarray, np.ndarray]], crps: dict[str, float]
) -> list[str]:
    low, high = chance_band(np.array(LEVELS), evidence.n_rows)
    kept = {name: int(((low <= share) & (share <= high)).sum()) for name, (share, _) in figures.items()}
    first, last = next(iter(kept)), list(kept)[-1]
    sentences = [
        f"Of {len(LEVELS)} promises ({', '.join(f'{level:.0%}' for level in LEVELS)}), the intervals {_named(first)} "
        f"kept {kept[first]} on these rows, up to chance; those {_named(last)} {kept[last]}."
    ]
    if RECALIBRATED in crps:
        sentences.append(f"Recalibration rewrites the laws: their CRPS {moved(crps[FITTED], crps[RECALIBRATED])}.")
    if CONFORMAL in figures:
        n_rows = len(evidence.model.conformal_)
        strays = 2.0 * np.sqrt(0.9 * 0.1 / n_rows)
        sentences.append(
            "Conformal intervals leave the laws, and so the CRPS, as they are. Their promise is kept on average over "
            f"calibration rows: with {n_rows:,} of them, the true coverage of 90% intervals may be about "
            f"{100 * strays:.1f} points higher or lower. The grey bands do not include this."
        )
        if np.isinf(figures[CONFORMAL][1]).any():
            sentences.append("An infinite width means that too few rows calibrated intervals of that coverage.")
    return sentences


def _named(stage: str) -> str:
    return {FITTED: "of the fitted laws", RECALIBRATED: "after recalibration", CONFORMAL: "of conformal prediction"}[
        stage
    ]
