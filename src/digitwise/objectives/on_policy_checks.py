"""Which settings of `OnPolicy` go together, in words."""

import math
from typing import TYPE_CHECKING, get_args

from digitwise.objectives.advantages import Baseline, Scale
from digitwise.objectives.named_rewards import resolve_reward

if TYPE_CHECKING:
    from digitwise.objectives.on_policy import OnPolicy


def check_settings(settings: "OnPolicy") -> None:
    """Raise a ``ValueError`` that says what must hold, what came and what to do."""
    _check_ranges(settings)
    least = getattr(resolve_reward(settings.reward), "least_draws", 1)
    compares_draws = settings.baseline in ("leave_one_out", "group_mean") or settings.scale == "group_std"
    if compares_draws and settings.n_draws < 2:
        raise ValueError(
            f"baseline={settings.baseline!r} and scale={settings.scale!r} compare the draws of a row and need at least "
            f"2 of them, but got n_draws={settings.n_draws}. Use baseline='greedy' (ReMax) for a single draw."
        )
    if least > 1 and settings.baseline == "greedy":
        raise ValueError(
            f"{settings.reward} rewards the draws of a row as a group, but the greedy baseline is a single number. "
            "Use baseline='leave_one_out', 'group_mean' or 'none'."
        )
    if settings.baseline == "leave_one_out" and settings.n_draws <= least:
        raise ValueError(
            f"With baseline='leave_one_out' {settings.reward} needs n_draws of at least {least + 1}, but got "
            f"{settings.n_draws}."
        )
    if settings.n_draws < least:
        raise ValueError(f"{settings.reward} needs n_draws of at least {least}, but got {settings.n_draws}.")
    if settings.baseline == "leave_one_out" and settings.scale == "group_std":
        raise ValueError(
            "baseline='leave_one_out' with scale='group_std' divides an unbiased advantage by what depends on the "
            "draw itself. Use baseline='group_mean' (GRPO) or scale='none' (RLOO)."
        )
    if settings.stratified and (compares_draws or least > 1):
        raise ValueError(
            "Stratified draws of a row depend on each other, so comparing them is no unbiased baseline. Use "
            "baseline='greedy' or 'none' with a reward of single numbers."
        )
    if settings.n_updates > 1 and settings.clip is None:
        raise ValueError(
            f"n_updates={settings.n_updates} reuses draws of an older policy, which needs a clip such as 0.2 (PPO)."
        )


def _check_ranges(settings: "OnPolicy") -> None:
    for name, choices in (("baseline", get_args(Baseline)), ("scale", get_args(Scale))):
        if getattr(settings, name) not in choices:
            raise ValueError(f"{name} must be one of {choices}, but got {getattr(settings, name)!r}.")
    for name in ("n_draws", "n_updates"):
        if getattr(settings, name) < 1:
            raise ValueError(f"{name} must be at least 1, but got {getattr(settings, name)}.")
    check_terms(settings, positive=("temperature", "expert_temperature", "clip"))
    if settings.clip is not None and settings.clip >= 1:
        raise ValueError(f"clip bounds a ratio to 1 ± clip and must lie below 1, but got {settings.clip}.")


def check_terms(settings: object, *, positive: tuple[str, ...]) -> None:
    """Raise a ``ValueError`` if a named setting is not positive (None will do), or a term's weight is negative."""
    for name in positive:
        value = getattr(settings, name)
        if value is not None and not 0 < value < math.inf:
            raise ValueError(f"{name} must be positive and finite, but got {value}.")
    for name in ("expert_weight", "kl_weight", "entropy_weight"):
        if not 0 <= getattr(settings, name) < math.inf:
            raise ValueError(f"{name} must be finite and at least 0, but got {getattr(settings, name)}.")
