"""What a search found."""

from dataclasses import dataclass
from typing import Any

from digitwise.estimators import DistributionalRegressor
from digitwise.metrics import get_metric
from digitwise.tuning.trial import Trial


@dataclass(frozen=True)
class TuningResult:
    """What a search found.

    Parameters
    ----------
    best_params
        The searched parameters of the best trial.
    best_value
        Its validation metric: the best of many on the same rows, so rather too good. Score the model on other rows.
    own_value
        Validation metric of the estimator as it was handed in; None if that trial failed.
    select_by
        Name of the metric.
    trials
        All finished trials of the study, in their order.
    best_estimator
        The fitted model of the best trial. If the trial belongs to an earlier call, it has been trained again.
    """

    best_params: dict[str, Any]
    best_value: float
    own_value: float | None
    select_by: str
    trials: tuple[Trial, ...]
    best_estimator: DistributionalRegressor

    @property
    def best_trial(self) -> Trial:
        """The complete trial with the best metric, the first of equals."""
        return ranked(self.trials, self.select_by)[0]


def ranked(trials: tuple[Trial, ...], select_by: str) -> tuple[Trial, ...]:
    """Return the complete trials, the best first, equals in their order.

    Parameters
    ----------
    trials
        In any state.
    select_by
        Name of their metric.
    """
    sign = -1 if get_metric(select_by).greater_is_better else 1
    complete = (trial for trial in trials if trial.state == "complete")
    return tuple(sorted(complete, key=lambda trial: sign * trial.value))
