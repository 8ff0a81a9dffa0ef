"""A search space: ranges by parameter. The default one, and what a space must hold."""

import difflib
from collections.abc import Mapping
from typing import Any

from digitwise.estimators import DistributionalRegressor
from digitwise.tuning.ranges import Choice, FloatRange, IntegerRange, Range

Space = Mapping[str, Range]

DEFAULT_SPACE: dict[str, Range] = {
    "hidden_dim": IntegerRange(64, 512, log=True),
    "n_layers": IntegerRange(1, 6),
    "n_members": Choice((1, 2, 4, 8, 16)),
    "dropout": FloatRange(0.0, 0.5),
    "learning_rate": FloatRange(1e-4, 1e-2, log=True),
    "weight_decay": FloatRange(1e-5, 1e-1, log=True),
    "batch_size": Choice(("auto", 32, 64, 128, 256, 512)),
}
"""Where to search where nothing else is asked for. Parameters that an estimator lacks are left out."""

NOT_SEARCHED = {
    "select_by": "all trials are compared by the same metric; give tune a select_by",
    "validation_fraction": "all trials share the same validation rows; set it on the estimator",
    "random_state": "all trials share the same seed; give tune a random_state",
    "time_limit": "it is the same for all trials; set it on the estimator",
    "device": "it changes no result",
    "n_jobs": "it changes no result",
    "verbose": "it changes no result",
    "warm_start": "every trial starts afresh",
    "replay_rows": "it changes no fit, only what partial_fit replays",
    "log_path": "it changes no result",
    "checkpoint_path": "it changes no result",
}
"""Parameters that no search may vary, and why."""


def default_space(estimator: DistributionalRegressor, *, fixed: tuple[str, ...] = ()) -> dict[str, Range]:
    """Return the default ranges of an estimator, widened where need be to hold its own settings.

    A setting that no such range can hold, such as a ``weight_decay`` of 0 where the search goes by the logarithm, stays
    as it is: it is not searched.

    Parameters
    ----------
    estimator
        Any estimator.
    fixed
        Parameters to leave as they are.

    Examples
    --------
    >>> from digitwise import DecodingRegressor
    >>> default_space(DecodingRegressor(n_layers=8), fixed=("batch_size",))["n_layers"]
    IntegerRange(low=1, high=8, log=False)
    """
    own = own_settings(estimator)
    wanted = {name: values for name, values in DEFAULT_SPACE.items() if name in own and name not in fixed}
    holding = {name: _holding(values, own[name]) for name, values in wanted.items()}
    return {name: values for name, values in holding.items() if values is not None}


def own_settings(estimator: DistributionalRegressor) -> dict[str, Any]:
    """Return an estimator's parameters, those that its preset decides settled."""
    return {**estimator.get_params(deep=False), **estimator.settled()}


def check_space(space: Space, estimator: DistributionalRegressor) -> None:
    """Raise unless a space is one of the estimator's.

    Parameters
    ----------
    space
        Ranges by parameter.
    estimator
        Whose own settings the first trial takes.

    Raises
    ------
    ValueError
        If it is empty, names a parameter that is unknown or not to be searched, or a range does not hold the
        estimator's own setting.
    TypeError
        If something else stands for a range.
    """
    own = own_settings(estimator)
    if not space:
        raise ValueError("The search space must name at least one parameter, but is empty.")
    for name, values in space.items():
        if name not in own:
            raise ValueError(unknown_parameter(name, estimator))
        if name in NOT_SEARCHED:
            raise ValueError(f"{name} cannot be searched: {NOT_SEARCHED[name]}.")
        if not isinstance(values, Range):
            raise TypeError(
                f"The range of {name} must be a FloatRange, an IntegerRange or a Choice, but got {values!r}."
            )
        if not values.holds(own[name]):
            raise ValueError(
                f"The first trial is the estimator as it is, so the range of {name} must hold its own setting, "
                f"{own[name]!r}, but is {values}. Widen the range, or set {name} on the estimator."
            )


def unknown_parameter(name: str, estimator: DistributionalRegressor) -> str:
    """Return what to say of a parameter that an estimator does not have."""
    known = sorted(estimator.get_params(deep=False))
    close = difflib.get_close_matches(name, known, n=2)
    hint = f"Did you mean {' or '.join(close)}?" if close else f"It has {', '.join(known)}."
    return f"{type(estimator).__name__} has no parameter {name!r}. {hint}"


def _holding(values: Range, own: Any) -> Range | None:
    """Return the range, widened to hold a setting; None if the setting is of another kind."""
    if values.holds(own):
        return values
    try:
        return values.widened(own)
    except (TypeError, ValueError):
        return None
