"""Updates: a fitted model learns from new rows, mixed with rows that it has seen before."""

import warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from digitwise.estimators.joined_rows import joined_rows
from digitwise.estimators.reservoir import Reservoir
from digitwise.estimators.table_rows import TableRows
from digitwise.training import TrainingSettings

if TYPE_CHECKING:
    from digitwise.estimators.base import DistributionalRegressor

MOST_SATURATED = 0.05
"""Share of the new targets outside the range from which on a warning says that codec and scaling no longer suit."""

CALIBRATION = ("conformal_", "recalibration_")
"""What belongs to laws as they were."""


@dataclass(frozen=True, kw_only=True)
class UpdateSettings:
    """How much an update may change.

    Parameters
    ----------
    max_epochs
        ``"auto"``: half as many as `fit` would take.
    learning_rate
        Peak of the cosine; ``"auto"``: that of `fit`.
    """

    max_epochs: int | Literal["auto"] = "auto"
    learning_rate: float | Literal["auto"] = "auto"

    def settings(self, first: TrainingSettings) -> TrainingSettings:
        """Return the training settings, given those of a fit."""
        return replace(
            first,
            max_epochs=max(1, first.max_epochs // 2) if isinstance(self.max_epochs, str) else self.max_epochs,
            learning_rate=first.learning_rate if isinstance(self.learning_rate, str) else self.learning_rate,
        )


def update(
    estimator: "DistributionalRegressor",
    new: tuple[Any, Any, Any],
    replay_data: tuple[Any, ...] | None,
    validation_data: tuple[Any, ...] | None,
    asked: UpdateSettings,
) -> None:
    """Train a fitted estimator on, with new rows and replayed ones."""
    check_update(estimator, new, replay_data, asked)
    calibration = {name: value for name, value in vars(estimator).items() if name in CALIBRATION}
    try:
        reservoir = reservoir_of(estimator, replay_data)
        train, validation, seed = estimator._tables(*new, validation_data, reset=False)
        calibrates_anew = hasattr(estimator, "_calibration_rows")
        both = replayed(reservoir, train, validation, is_given=validation_data is not None)
        n_seen = 0 if reservoir is None else reservoir.n_seen
        summary = train_on(estimator, *both, asked, seed_of_update(seed, n_seen))
    except BaseException:
        for name, value in calibration.items():
            setattr(estimator, name, value)
        raise
    held_out = validation if validation_data is None else train  # rows that are given are the user's to keep
    fresh = train if held_out is train else joined_rows([train, held_out])
    estimator._target_facts(fresh)  # sets the saturation rate, that of the new rows from now on
    estimator._reservoir = remembered(reservoir, train, held_out, capacity=estimator.replay_rows, seed=seed)
    estimator.update_summary_ = {
        "new rows": len(fresh),
        "replayed rows": 0 if reservoir is None else len(reservoir.rows),
        "saturation rate on new rows": estimator.saturation_rate_,
        **summary,
    }
    warn_if_saturated(estimator.saturation_rate_)
    if "recalibration_" in calibration or (calibration and not calibrates_anew):
        warnings.warn(
            "The calibration from before the update is dropped, because it belongs to other laws. Call conformalize or "
            "recalibrate again, with held-out rows like those to come.",
            stacklevel=3,
        )


def check_update(
    estimator: "DistributionalRegressor",
    new: tuple[Any, Any, Any],
    replay_data: tuple[Any, ...] | None,
    asked: UpdateSettings,
) -> None:
    """Raise what is wrong with settings or rows before anything of the model changes."""
    estimator._check_parameters()
    asked.settings(TrainingSettings())
    if replay_data is not None and estimator.replay_rows == 0:
        raise ValueError("replay_data needs replay_rows of at least 1, but replay_rows=0 replays none.")
    if replay_data is not None and (not isinstance(replay_data, tuple | list) or len(replay_data) not in (2, 3)):
        raise ValueError("replay_data must be (X, y) or (X, y, sample_weight).")
    table = estimator._table(*new, reset=False)
    estimator._check_update(table.take(np.flatnonzero(table.weight > 0)))


def reservoir_of(estimator: "DistributionalRegressor", replay_data: tuple[Any, ...] | None) -> Reservoir | None:
    """Return the earlier rows to replay: those that are given, else those that the model has kept."""
    capacity = estimator.replay_rows
    if capacity == 0:
        return None
    if replay_data is not None:
        X, y, *weight = replay_data
        train, validation, seed = estimator._tables(X, y, weight[0] if weight else None, None, reset=False)
        return remembered(None, train, validation, capacity=capacity, seed=seed)
    if estimator._reservoir is None:
        warnings.warn(
            "There are no earlier rows to replay (a saved model holds none), so that the update may forget what only "
            "they taught. Give replay_data=(X, y), or set replay_rows=0.",
            stacklevel=4,
        )
        return None
    return estimator._reservoir.holding(capacity)


def train_on(
    estimator: "DistributionalRegressor", train: TableRows, validation: TableRows, asked: UpdateSettings, seed: int
) -> dict[str, float | int | str]:
    """Train from the present weights, settle what depends on them, and return what that did."""
    with estimator._fitting():
        settings = asked.settings(estimator._settings(len(train), seed))
        summary = estimator._update_stages(train, validation, settings)
        estimator._after_stages(validation)
        estimator._after_fit()
    return summary


def seed_of_update(seed: int, n_seen: int) -> int:
    """Return the seed of batches and dropout, another one for each update of a model."""
    return int(np.random.SeedSequence([seed, n_seen]).generate_state(1)[0] >> 1)


def replayed(
    reservoir: Reservoir | None, train: TableRows, validation: TableRows, *, is_given: bool
) -> tuple[TableRows, TableRows]:
    """Return training and validation rows of an update: the same object twice if nothing is held out.

    Earlier rows that have validated are validated with again, and never trained on. Validation rows that are given
    stand for themselves.
    """
    if reservoir is None:
        return train, validation
    earlier, held_out = reservoir.parts()
    mixed_train = joined_rows([earlier, train])
    if is_given:
        return mixed_train, validation
    if validation is train and held_out is earlier:
        return mixed_train, mixed_train
    return mixed_train, joined_rows([held_out, validation])


def remembered(
    reservoir: Reservoir | None, train: TableRows, validation: TableRows, *, capacity: int, seed: int
) -> Reservoir | None:
    """Return a sample of the rows so far and of new ones; training and validation rows may be the same object."""
    if capacity == 0:
        return None
    tables = [train] if validation is train else [train, validation]
    is_held_out = np.arange(sum(map(len, tables))) >= len(train)
    if reservoir is None:
        return Reservoir.of(tables, is_held_out, capacity=capacity, seed=seed)
    return reservoir.with_rows(tables, is_held_out, capacity=capacity, seed=seed)


def warn_if_saturated(rate: float | dict[str, float]) -> None:
    """Warn if many new targets lie outside the range that the head can say."""
    highest = max(rate.values()) if isinstance(rate, dict) else rate
    if highest > MOST_SATURATED:
        warnings.warn(
            f"{100 * highest:.0f} % of the new targets lie outside the range that the model can say, and count as its "
            "ends: an update keeps codec and scaling. Fit anew, or from the start with a greater margin or a scaling "
            "with a wider range.",
            stacklevel=4,
        )
