"""How much calibration a fine-tuning may cost."""

import math
from dataclasses import dataclass
from typing import Literal

from digitwise.training.run_log import Row


@dataclass(frozen=True, kw_only=True)
class CalibrationBudget:
    """Bounds on what the validation law may lose while something else is improved.

    Parameters
    ----------
    crps
        Highest allowed rise of the CRPS, as a share of the one before; None for no bound.
    nll
        Highest allowed rise of the negative log-likelihood, nats; None for no bound.
    coverage
        Highest allowed loss of coverage of the 90 % intervals; None for no bound.
    action
        What happens once a bound is passed. ``"stop"`` ends training. ``"penalise"`` adds the first stage's objective
        with a weight that doubles after every epoch beyond the budget and halves after every one within it. Either
        way an epoch beyond the budget is never kept.
    penalty
        The first weight of ``"penalise"``.

    Raises
    ------
    ValueError
        If a bound is negative, none is set, or the action has no such name.

    Examples
    --------
    >>> budget = CalibrationBudget(crps=0.05)
    >>> before = {"validation_crps": 1.0, "validation_coverage_90": 0.9}
    >>> budget.passed(before, {"validation_crps": 1.04, "validation_coverage_90": 0.87})
    []
    >>> budget.passed(before, {"validation_crps": 1.1, "validation_coverage_90": 0.5})
    ['crps', 'coverage']
    """

    crps: float | None = 0.05
    nll: float | None = None
    coverage: float | None = 0.05
    action: Literal["stop", "penalise"] = "stop"
    penalty: float = 0.1

    def __post_init__(self) -> None:
        """Check the bounds."""
        bounds = {"crps": self.crps, "nll": self.nll, "coverage": self.coverage}
        if all(bound is None for bound in bounds.values()):
            raise ValueError("A calibration budget needs at least one bound: crps, nll or coverage.")
        for name, bound in bounds.items():
            if bound is not None and not 0 <= bound < math.inf:
                raise ValueError(f"{name} must be finite and at least 0, or None, but got {bound}.")
        if self.action not in ("stop", "penalise"):
            raise ValueError(f"action must be 'stop' or 'penalise', but got {self.action!r}.")
        if not 0 < self.penalty < math.inf:
            raise ValueError(f"penalty must be positive and finite, but got {self.penalty}.")

    def passed(self, start: Row, row: Row) -> list[str]:
        """Return the bounds that an epoch's validation figures lie beyond; a figure that is NaN lies beyond."""
        rises: list[tuple[str, float, float]] = []
        if self.crps is not None:
            rises.append(("crps", self.crps, _relative_rise(start["validation_crps"], row["validation_crps"])))
        if self.nll is not None:
            rises.append(("nll", self.nll, row["validation_nll"] - start["validation_nll"]))
        if self.coverage is not None:
            lost = start["validation_coverage_90"] - row["validation_coverage_90"]
            rises.append(("coverage", self.coverage, lost))
        return [name for name, bound, rise in rises if not rise <= bound]


def _relative_rise(before: float, after: float) -> float:
    if before == 0:
        return 0.0 if after == 0 else math.inf
    return after / before - 1
