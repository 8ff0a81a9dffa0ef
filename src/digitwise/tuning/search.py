"""The loop over trials, and what it keeps."""

import time
import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sklearn.base import clone

from digitwise.estimators import DistributionalRegressor
from digitwise.estimators.mixed_model import MixedModelRegressor
from digitwise.estimators.refit import refit_later
from digitwise.tuning.progress_bar import ShowTrials
from digitwise.tuning.result import TuningResult, ranked
from digitwise.tuning.space import Space, own_settings
from digitwise.tuning.strategy import make_sampler
from digitwise.tuning.study import enqueue_own_settings, finished_trials
from digitwise.tuning.trial import Trial, recorded, run_trial

if TYPE_CHECKING:
    import optuna

SHORTEST = 1e-3  # seconds: the least that an estimator takes for a time limit


@dataclass
class Search:
    """A search under way: what it is about, and the best model of this call."""

    study: "optuna.Study"
    estimator: DistributionalRegressor
    space: Space
    data: tuple[Any, Any, Any]
    validation_data: tuple[Any, ...] | None
    select_by: str
    seed: int
    time_budget: float | None
    n_startup_trials: int
    started: float = field(default_factory=time.monotonic)
    kept: tuple[int, DistributionalRegressor] | None = None  # number and model of the best trial, if it is of this call

    def run(self, n_trials: int, show: ShowTrials) -> None:
        """Run trials until there are enough, the time is up, or the user interrupts; but at least the first."""
        show(self.trials)
        try:
            while len(self.trials) < n_trials and not (self.trials and self.is_time_up):
                self.run_one()
                show(self.trials)
        except KeyboardInterrupt:
            n_complete = len(ranked(self.trials, self.select_by))
            if n_complete == 0:
                raise
            warnings.warn(
                f"The search was interrupted. Complete so far: {n_complete}; the best of them is kept.", stacklevel=3
            )

    def run_one(self) -> None:
        """Run the next trial, and keep its model if it is the best so far."""
        own = own_settings(self.estimator)
        enqueue_own_settings(self.study, {name: values.stored(own[name]) for name, values in self.space.items()})
        self.study.sampler = make_sampler(self.seed, len(self.trials), self.n_startup_trials)
        trial = self.study.ask({name: values.distribution() for name, values in self.space.items()})
        params = {name: self.space[name].restored(stored) for name, stored in trial.params.items()}
        model = self.model_with(params)
        model.set_params(time_limit=smaller_limit(self.estimator.time_limit, self.time_left))
        if isinstance(model, MixedModelRegressor) and "refit" not in params:
            model.set_params(refit=False)  # it would not change the trial's figure
        value = run_trial(self.study, trial, model, self.fit, self.select_by)
        if value is not None and ranked(self.trials, self.select_by)[0].number == trial.number:
            self.kept = trial.number, self.as_asked(model)

    def result(self, *, refit: bool) -> TuningResult:
        """Return what was found."""
        trials = self.trials
        order = ranked(trials, self.select_by)
        if not order:
            raise ValueError(
                f"No trial of {len(trials)} came to an end, so there is nothing to choose from. The last one ended "
                f"with {trials[-1].reason}"
            )
        best = order[0]
        if self.kept is not None and self.kept[0] == best.number and not refit:
            model = self.kept[1]
            if isinstance(model, MixedModelRegressor):
                refit_later(model, self.data, self.validation_data)
        else:
            model = self.model_with(best.params)
            self.fit(model)
            model = self.as_asked(model)
        own = [trial.value for trial in order if trial.is_own_settings]
        return TuningResult(best.params, best.value, own[0] if own else None, self.select_by, trials, model)

    @property
    def trials(self) -> tuple[Trial, ...]:
        """The finished trials of the study."""
        return tuple(recorded(trial, self.space) for trial in finished_trials(self.study))

    @property
    def time_left(self) -> float | None:
        """Seconds left of the budget; None without one."""
        return None if self.time_budget is None else self.time_budget - (time.monotonic() - self.started)

    @property
    def is_time_up(self) -> bool:
        """Whether the budget is spent."""
        return self.time_left is not None and self.time_left <= 0

    def model_with(self, params: dict[str, Any]) -> DistributionalRegressor:
        """Return an unfitted copy of the estimator with some settings."""
        model: DistributionalRegressor = clone(self.estimator)
        model.set_params(**params, select_by=self.select_by, random_state=self.seed, verbose=0)
        return model

    def as_asked(self, model: DistributionalRegressor) -> DistributionalRegressor:
        """Return a model with the settings that only trials had otherwise set back to the estimator's."""
        model.set_params(time_limit=self.estimator.time_limit, verbose=self.estimator.verbose)
        if isinstance(self.estimator, MixedModelRegressor) and "refit" not in self.space:
            model.set_params(refit=self.estimator.refit)
        return model

    def fit(self, model: DistributionalRegressor) -> None:
        """Train a model on the rows of the search."""
        X, y, sample_weight = self.data
        model.fit(X, y, sample_weight, validation_data=self.validation_data)


def smaller_limit(limit: float | int | None, left: float | None) -> float | int | None:
    """Return the smaller of two limits, None being none."""
    given = [value for value in (limit, left) if value is not None]
    return max(min(given), SHORTEST) if given else None
