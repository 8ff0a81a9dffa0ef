"""The scores of a model beside those of a baseline that knows no features."""

from dataclasses import dataclass

import numpy as np

from digitwise import metrics
from digitwise.distributions import Atoms
from digitwise.metrics.ends import is_inside, width_and_fine
from digitwise.report.baseline import empirical_law, normal_law
from digitwise.report.evidence import COVERAGE, Evidence
from digitwise.report.numbers import percent, plain

# key in digitwise.metrics: name, what it says
_TABLE = {
    "rmse": ("RMSE", "Typical size of an error{unit}; large errors weigh most. Lower is better."),
    "mae": ("MAE", "Average size of an error{unit}. Lower is better."),
    "r2": ("R²", "Share of the variation that the predictions explain. 1 is perfect."),
    "spearman": ("Spearman", "Whether rows are put in the right order. 1 is perfect."),
    "crps": ("CRPS", "Average error of the whole predicted distribution{unit}. Lower is better."),
    "nll": (
        "NLL",
        "How surprising the truth is under the predicted density, in nats; baseline: a normal law. Lower is better.",
    ),
    "coverage_90": ("coverage, 90% intervals", "How often the truth lies inside. Should be 90%."),
    "width_90": ("width, 90% intervals", "Average width{unit}. Narrower is better if they cover."),
    "interval_score_90": (
        "interval score, 90%",
        "Width, plus a fine for each truth outside{unit}. Lower is better.",
    ),
}

_INFINITE = " Infinite: a truth lies where its law had no probability at all."


@dataclass(frozen=True, kw_only=True)
class Score:
    """One row of the table of scores.

    Parameters
    ----------
    name : str
        Short name.
    model : float
        Value of the model.
    baseline : float
        Value of the baseline; NaN where it has none.
    meaning : str
        What the score says, in plain words.
    is_share : bool
        Whether it is shown as a percentage.
    """

    name: str
    model: float
    baseline: float
    meaning: str = ""
    is_share: bool = False

    def shown(self) -> dict[str, str]:
        """Return the row as text."""
        form = percent if self.is_share else plain
        texts = {"model": form(self.model), "baseline": form(self.baseline)}
        return {"name": self.name, "meaning": self.meaning, **texts}


def score_table(evidence: Evidence) -> dict[str, Score]:
    """Return the scores of a report by their name in ``digitwise.metrics``, in the order shown.

    Intervals are those that the model answers with. The baseline answers every row with the mean of
    ``y``, and with the distribution of ``y`` as its law. For the log density, which point masses do
    not have, that law is a normal one.
    """
    y = evidence.y
    keys = list(_TABLE)
    found = metrics.evaluate(y, evidence.prediction, evidence.law, keys)
    if isinstance(evidence.law, Atoms):
        found["nll"] = float("nan")  # masses, not densities: not to be compared with the baseline
    without_features = [key for key in keys if key not in ("spearman", "nll")]
    base = metrics.evaluate(y, np.full_like(y, y.mean()), empirical_law(y), without_features)
    if y.std() > 0:
        base["nll"] = metrics.mean_nll(normal_law(y), y)
    found |= {
        "coverage_90": float(is_inside(evidence.interval, y).mean()),
        "width_90": float(evidence.width.mean()),
        "interval_score_90": float(width_and_fine(evidence.interval, y, COVERAGE).mean()),
    }
    unit = f", in {evidence.unit}" if evidence.unit else ", in units of the target"
    return {
        key: Score(
            name=name,
            model=found[key],
            baseline=base.get(key, float("nan")),
            meaning=meaning.format(unit=unit) + (_INFINITE if np.isinf(found[key]) else ""),
            is_share=key == "coverage_90",
        )
        for key, (name, meaning) in _TABLE.items()
    }
