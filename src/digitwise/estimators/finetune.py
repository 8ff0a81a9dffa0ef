"""The second stage: fine-tune a fitted decoder on whole numbers, and watch what it does to the law."""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from digitwise.codecs import Codec
from digitwise.estimators.components import resolve
from digitwise.heads import Head
from digitwise.metrics import get_metric
from digitwise.objectives import DecodingHead, JointHead, Objective, WeightedSum
from digitwise.training import CalibrationBudget, Network, TrainingSettings
from digitwise.training.run_log import Row

WATCHED = ("crps", "rmse", "nll", "coverage_90", "width_90")
"""What is always validated before and while fine-tuning."""
COLLAPSED_COVERAGE, LOST_COVERAGE = 0.7, 0.1
"""A law has collapsed if its 90 % intervals hold less than this share of the targets, and lost this much of it."""


@dataclass(frozen=True, kw_only=True)
class Finetune:
    """Settings of the second stage. A name or an objective in its place means these defaults.

    Parameters
    ----------
    objective
        Name or object, any objective.
    max_epochs
        ``"auto"``: half of the first stage's, as in GenRe² (arXiv 2512.06533).
    learning_rate
        Peak of the cosine; ``"auto"``: that of the first stage, as in GenRe².
    batch_size
        Rows per step; None: the first stage's.
    patience
        Epochs without a better validation metric before it stops; None never stops early.
    select_by
        Validation metric that chooses the epoch; None: the first stage's.
    keep_start
        Whether the weights that fine-tuning starts from may win, so that it cannot make the validation metric worse.
        False chooses among its own epochs only, as in GenRe².
    budget
        What it may cost in calibration, if that is bounded.
    freeze_encoder
        Whether only the decoder is trained on.

    Raises
    ------
    ValueError
        If the objective has no such name, or a setting is out of range.

    Examples
    --------
    >>> Finetune(objective="remax", max_epochs=20).learning_rate
    'auto'
    """

    objective: str | Objective = "genre2"
    max_epochs: int | Literal["auto"] = "auto"
    learning_rate: float | Literal["auto"] = "auto"
    batch_size: int | None = None
    patience: int | None = 20
    select_by: str | None = None
    keep_start: bool = True
    budget: CalibrationBudget | None = None
    freeze_encoder: bool = False

    def __post_init__(self) -> None:
        """Check the objective; the numbers are checked with the training settings they become."""
        resolve("objective", self.objective)
        if self.budget is not None and not self.keep_start:
            raise ValueError("With a budget the start must be allowed to win: leave keep_start at True.")

    def check(self, codec: Codec) -> None:
        """Raise what is wrong with the settings, or with the objective for a codec, before any time is spent."""
        if self.select_by is not None:
            get_metric(self.select_by)
        self.settings(TrainingSettings())
        resolve("objective", self.objective).adapt(np.linspace(0, 1, 11), codec)

    def settings(self, first: TrainingSettings) -> TrainingSettings:
        """Return the training settings, given those of the first stage."""
        return replace(
            first,
            max_epochs=max(1, first.max_epochs // 2) if isinstance(self.max_epochs, str) else self.max_epochs,
            learning_rate=first.learning_rate if isinstance(self.learning_rate, str) else self.learning_rate,
            batch_size=first.batch_size if self.batch_size is None else self.batch_size,
            patience=self.patience,
        )


def as_finetune(value: object) -> Finetune | None:
    """Return the settings that a name, an objective or settings stand for; None for None and ``"none"``.

    Raises
    ------
    ValueError
        If there is no such name.
    TypeError
        If it is none of these.
    """
    if value is None or isinstance(value, Finetune):
        return value
    if value == "none":
        return None
    objective: Objective = resolve("objective", value)  # "auto" is the estimator's to settle
    return Finetune(objective=value if isinstance(value, str) else objective)


@dataclass(frozen=True)
class BudgetWatch:
    """Keeps fine-tuning within a calibration budget.

    Parameters
    ----------
    budget
        The bounds.
    objectives
        Of the fine-tuning, one for each target.
    anchors
        The first stage's objectives, which ``"penalise"`` adds.
    """

    budget: CalibrationBudget
    objectives: tuple[Objective, ...]
    anchors: tuple[Objective, ...]

    def admits(self, start: Row, row: Row) -> bool:
        """Return whether an epoch lies within the budget."""
        return not self.budget.passed(start, row)

    def stops(self, start: Row, history: Sequence[Row]) -> bool:
        """Return whether the last epoch has passed a bound that ends training."""
        return self.budget.action == "stop" and bool(self.budget.passed(start, history[-1]))

    def prepare(self, network: Network, start: Row, history: Sequence[Row]) -> None:
        """Set the objective of the next epoch."""
        weight = self.penalty(start, history)
        pairs = zip(self.objectives, self.anchors, strict=True)
        stageable(network.head).objectives = (
            tuple(WeightedSum(terms=((1.0, objective), (weight, anchor))) for objective, anchor in pairs)
            if weight
            else self.objectives
        )

    def penalty(self, start: Row, history: Sequence[Row]) -> float:
        """Return the anchor's weight after some epochs."""
        weight = 0.0
        if self.budget.action == "penalise":
            for row in history:
                weight = max(self.budget.penalty, 2 * weight) if self.budget.passed(start, row) else weight / 2
                weight = weight if weight > self.budget.penalty / 8 else 0.0
        return weight


def stageable(head: Head) -> DecodingHead | JointHead:
    """Return the head as what it is: one whose objectives can be changed between stages.

    Raises
    ------
    TypeError
        If it does not write digits.
    """
    if not isinstance(head, DecodingHead | JointHead):
        raise TypeError(f"Only decoders are fine-tuned, but this is a {type(head).__name__}.")
    return head


def warn_if_collapsed(objective: object, start: Row, now: Row) -> None:
    """Warn if the law that is kept has become far too sure of itself."""
    before, after = start["validation_coverage_90"], now["validation_coverage_90"]
    if not (after < COLLAPSED_COVERAGE and before - after > LOST_COVERAGE):
        return
    narrower = now["validation_width_90"] / start["validation_width_90"] if start["validation_width_90"] else math.nan
    warnings.warn(
        f"Fine-tuning with {objective!r} has collapsed the law: its 90 % intervals hold {100 * after:.0f} % of the "
        f"validation targets ({100 * before:.0f} % before) and are {narrower:.2g} times as wide. Means may be fine, "
        "but intervals, quantiles and densities are not. Give a CalibrationBudget, stop earlier, or start from "
        "smoothed cross-entropy; rewards of single numbers are best served by laws without spread.",
        stacklevel=4,
    )


def summary_of(start: Row, now: Row) -> dict[str, Any]:
    """Return what fine-tuning did to the watched validation figures."""
    keys = [f"validation_{name}" for name in WATCHED]
    return {
        **{f"{key.removeprefix('validation_')} before": float(start[key]) for key in keys},
        **{f"{key.removeprefix('validation_')} after": float(now[key]) for key in keys},
    }
