"""Search for the parameters of an estimator: its public function."""

import os
from typing import Any

import numpy as np

from digitwise.estimators import DecodingRegressor, DistributionalRegressor
from digitwise.estimators.base import MIN_ROWS_TO_SPLIT
from digitwise.estimators.inputs import check_weights
from digitwise.metrics import get_metric
from digitwise.tuning.fingerprint import fingerprint_of
from digitwise.tuning.package import quiet_optuna
from digitwise.tuning.progress_bar import trial_bar
from digitwise.tuning.result import TuningResult
from digitwise.tuning.search import Search
from digitwise.tuning.space import Space, check_space, default_space
from digitwise.tuning.strategy import Pruning, make_pruner
from digitwise.tuning.study import claim, open_study, settled_seed


def tune(
    X: Any,
    y: Any,
    *,
    estimator: DistributionalRegressor | None = None,
    space: Space | None = None,
    n_trials: int = 50,
    time_budget: float | None = None,
    validation_data: tuple[Any, ...] | None = None,
    sample_weight: Any = None,
    select_by: str | None = None,
    storage: str | os.PathLike[str] | None = None,
    study_name: str = "digitwise",
    pruning: Pruning = "median",
    n_startup_trials: int = 10,
    n_warmup_epochs: int = 5,
    refit: bool = False,
    random_state: int | None = None,
    verbose: int = 0,
) -> TuningResult:
    """Search for the parameters that validate best. Needs the ``tune`` extra.

    Every trial trains a copy of the estimator on the same rows, with the same seed, and is scored on the same
    validation rows. The first trial is the estimator as it is, so the result is never behind it there.

    Parameters
    ----------
    X, y, sample_weight
        As for the estimator's `fit`.
    estimator
        What to tune, unfitted; it stays as it is. None: a `DecodingRegressor`.
    space
        Ranges by parameter: `FloatRange`, `IntegerRange`, `Choice`. Each must hold the estimator's own setting. None:
        `default_space` of the estimator.
    n_trials
        How many trials the study shall have in the end, those of earlier calls included.
    time_budget
        Seconds for this call: no trial but the first begins later, and each gets what is left as its ``time_limit``.
        Where the estimator refits on all rows, the best model does so afterwards; no trial does.
    validation_data
        ``(X, y)`` or ``(X, y, sample_weight)`` that scores the trials, instead of the part of the rows that the
        estimator would hold out.
    select_by
        Validation metric, a name of `digitwise.metrics.METRICS`; it chooses the epochs too. None: the estimator's.
    storage
        File that keeps the study (``.db`` is SQLite, another name an Optuna journal), or a URL of Optuna's. A call with
        the same study goes on where it stopped.
    study_name
        Name of the study in the storage.
    pruning
        What gives up hopeless trials: ``"median"``, ``"hyperband"`` or ``"none"``; see
        `digitwise.tuning.strategy.make_pruner`.
    n_startup_trials
        Trials at random before the search learns from them. The median gives up trials from half of them on.
    n_warmup_epochs
        Epochs in which no trial is given up.
    refit
        Whether to train the best trial's model once more, without what was left of a time budget.
    random_state
        Seed of the search and of every trial. None: that of the stored study, of the estimator, or a new one.
    verbose
        1 draws a progress bar over the trials.

    Raises
    ------
    ValueError
        If the space or another argument is out of range, the stored study is about something else, there are no rows to
        validate on, or no trial came to an end.
    ImportError
        If Optuna is not installed.
    KeyboardInterrupt
        On Ctrl-C before any trial is complete; later it ends the search, with a warning, and what was found is kept.

    Notes
    -----
    Trials whose training diverges, or whose settings do not go together, count as failed, and the search goes on. A
    trial under way when the process is killed does not count; the next call repeats it.

    Examples
    --------
    >>> from digitwise.tuning import FloatRange, IntegerRange
    >>> X = np.linspace(0, 1, 200)[:, None]
    >>> result = tune(
    ...     X,
    ...     np.sin(6 * X[:, 0]),
    ...     estimator=DecodingRegressor(hidden_dim=16, max_epochs=5, finetune=None),
    ...     space={"learning_rate": FloatRange(1e-3, 1e-1, log=True), "n_layers": IntegerRange(1, 3)},
    ...     n_trials=4,
    ...     random_state=0,
    ... )
    >>> len(result.trials), result.best_value <= result.own_value
    (4, True)
    >>> result.best_estimator.predict(X).shape
    (200,)
    """
    estimator = DecodingRegressor() if estimator is None else estimator
    space = default_space(estimator) if space is None else dict(space)
    select_by = estimator.select_by if select_by is None else select_by
    _check(estimator, space, n_trials, time_budget, n_startup_trials, n_warmup_epochs)
    _check_rows(estimator, y, sample_weight, validation_data)
    greater_is_better = get_metric(select_by).greater_is_better
    with quiet_optuna():
        study = open_study(storage, study_name, greater_is_better=greater_is_better)
        study.pruner = make_pruner(pruning, n_startup_trials, n_warmup_epochs)
        seed = settled_seed(study, random_state, lambda: _seed_of(estimator))
        fingerprint = fingerprint_of(
            estimator,
            space,
            data=(X, y, sample_weight),
            validation_data=validation_data,
            select_by=select_by,
            seed=seed,
        )
        claim(study, fingerprint, seed)
        search = Search(
            study,
            estimator,
            space,
            (X, y, sample_weight),
            validation_data,
            select_by,
            seed,
            time_budget,
            n_startup_trials,
        )
        with trial_bar(n_trials, select_by, show=verbose >= 1) as show:
            search.run(n_trials, show)
        return search.result(refit=refit)


def _check(
    estimator: DistributionalRegressor,
    space: Space,
    n_trials: int,
    time_budget: float | None,
    n_startup_trials: int,
    n_warmup_epochs: int,
) -> None:
    if n_trials < 1 or n_startup_trials < 1:
        raise ValueError(
            f"n_trials and n_startup_trials must be at least 1, but got {n_trials} and {n_startup_trials}."
        )
    if n_warmup_epochs < 0:
        raise ValueError(f"n_warmup_epochs must be at least 0, but got {n_warmup_epochs}.")
    if time_budget is not None and not time_budget > 0:
        raise ValueError(f"time_budget must be positive, but got {time_budget}.")
    for name in ("log_path", "checkpoint_path"):
        if getattr(estimator, name) is not None:
            raise ValueError(
                f"Trials cannot share the file of {name}. Set it to None; a storage keeps the search itself."
            )
    check_space(space, estimator)


def _check_rows(
    estimator: DistributionalRegressor, y: Any, sample_weight: Any, validation_data: tuple[Any, ...] | None
) -> None:
    """Raise if the rows that train would have to validate too."""
    n_rows = int((check_weights(sample_weight, len(y)) > 0).sum())
    if validation_data is None and (n_rows < MIN_ROWS_TO_SPLIT or estimator.validation_fraction == 0):
        raise ValueError(
            f"Tuning needs rows to validate on, but holds none out of {n_rows} with "
            f"validation_fraction={estimator.validation_fraction}. Give validation_data, or at least "
            f"{MIN_ROWS_TO_SPLIT} rows and a positive fraction."
        )


def _seed_of(estimator: DistributionalRegressor) -> int:
    own = estimator.random_state
    return int(own) if isinstance(own, int | np.integer) else int(np.random.default_rng().integers(2**31 - 1))
