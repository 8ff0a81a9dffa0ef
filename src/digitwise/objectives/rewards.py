"""Rewards of whole numbers: pure functions of what was written and what was meant; higher is better.

A reward maps predictions and targets of shapes that broadcast to one reward per prediction. It says in ``units``
what it wants to be given: ``"standard"`` units (data units less the training mean, over the training standard
deviation), so that its size does not depend on the unit of the target, or ``"data"`` units where zero means something.
Which law is best for a reward is said with each: most rewards of single numbers are best served by a point mass.
"""

import math
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol, runtime_checkable

import torch
from jaxtyping import Float
from torch import Tensor

Units = Literal["standard", "data"]

HUGE_REWARD = 1e6
"""Rewards beyond this are taken for a mistake of units."""


@runtime_checkable
class Reward(Protocol):
    """What an objective asks of a reward."""

    units: Units

    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return one reward per prediction; the shapes broadcast."""
        ...


def _positive(name: str, value: float) -> None:
    if not 0 < value < math.inf:
        raise ValueError(f"{name} must be positive and finite, but got {value}.")


@dataclass(frozen=True, kw_only=True)
class SquaredErrorReward:
    """Minus the squared error, of GenRe² (arXiv 2512.06533). Best served by a point mass at the conditional mean.

    Parameters
    ----------
    cap
        Squared errors beyond it count as it (50 in the paper's code metrics); None for no cap.
    """

    cap: float | None = None
    units: Units = "standard"

    def __post_init__(self) -> None:
        """Check the cap."""
        if self.cap is not None:
            _positive("cap", self.cap)

    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return minus the squared error."""
        error = (prediction - target) ** 2
        return -(error if self.cap is None else error.clamp(max=self.cap))


@dataclass(frozen=True, kw_only=True)
class AbsoluteErrorReward:
    """Minus the absolute error. Best served by a point mass at the conditional median."""

    units: Units = "standard"

    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return minus the absolute error."""
        return -(prediction - target).abs()


@dataclass(frozen=True, kw_only=True)
class HuberReward:
    """Minus the Huber loss: squared up to ``delta`` (half the square), then linear."""

    delta: float = 1.0
    units: Units = "standard"

    def __post_init__(self) -> None:
        """Check the border."""
        _positive("delta", self.delta)

    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return minus the Huber loss."""
        error = (prediction - target).abs()
        return -torch.where(error <= self.delta, error**2 / 2, self.delta * (error - self.delta / 2))


@dataclass(frozen=True, kw_only=True)
class RelativeErrorReward:
    """Minus the error relative to the target, in data units; targets nearer to zero than ``floor`` count as it."""

    floor: float = 1e-8
    units: Units = "data"

    def __post_init__(self) -> None:
        """Check the floor."""
        _positive("floor", self.floor)

    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return minus the relative error."""
        return -(prediction - target).abs() / target.abs().clamp(min=self.floor)


@dataclass(frozen=True, kw_only=True)
class LogErrorReward:
    """Minus the squared error of logarithms, in data units; numbers below ``floor`` count as it."""

    floor: float = 1e-8
    units: Units = "data"

    def __post_init__(self) -> None:
        """Check the floor."""
        _positive("floor", self.floor)

    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return minus the squared error of logarithms."""
        return -((prediction.clamp(min=self.floor).log() - target.clamp(min=self.floor).log()) ** 2)


@dataclass(frozen=True, kw_only=True)
class KernelReward:
    """A Gaussian bump ``exp(-error² / 2 width²)``: 1 for a hit, 0 far away. Best served near the conditional mode."""

    width: float = 0.25
    units: Units = "standard"

    def __post_init__(self) -> None:
        """Check the width."""
        _positive("width", self.width)

    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the height of the bump."""
        return torch.exp(-(((prediction - target) / self.width) ** 2) / 2)


@dataclass(frozen=True, kw_only=True)
class IntervalReward:
    """1 within ``half_width`` of the target, 0 outside."""

    half_width: float = 0.25
    units: Units = "standard"

    def __post_init__(self) -> None:
        """Check the width."""
        _positive("half_width", self.half_width)

    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return whether each prediction hits."""
        return ((prediction - target).abs() <= self.half_width).to(prediction.dtype)


@dataclass(frozen=True, kw_only=True)
class PinballReward:
    """Minus the pinball loss. Best served by a point mass at the conditional ``level`` quantile."""

    level: float = 0.5
    units: Units = "standard"

    def __post_init__(self) -> None:
        """Check the level."""
        if not 0 < self.level < 1:
            raise ValueError(f"level must lie between 0 and 1, but got {self.level}.")

    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return minus the pinball loss."""
        below = target - prediction
        return -torch.maximum(self.level * below, (self.level - 1) * below)


@dataclass(frozen=True, kw_only=True)
class CustomReward:
    """A reward of one's own: a function of predictions and targets, torch in and torch out.

    Parameters
    ----------
    function
        ``function(prediction, target)``: shapes ``(batch, draw)`` and ``(batch, 1)`` to ``(batch, draw)``. Where only
        an interval is known the target is the prediction's nearest point of it, and all come as ``(batch, draw)``.
    units
        ``"data"`` or ``"standard"``.

    Examples
    --------
    >>> late = CustomReward(function=lambda prediction, target: -10.0 * (prediction < target))
    >>> late(torch.tensor([[1.0, 3.0]]), torch.tensor([[2.0]])).tolist()
    [[-10.0, -0.0]]
    """

    function: Callable[[Tensor, Tensor], Tensor]
    units: Units = "data"

    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return what the function returns."""
        return self.function(prediction, target)


def checked_rewards(
    reward: Reward, prediction: Float[Tensor, "batch draw"], target: Float[Tensor, " batch #draw"]
) -> Float[Tensor, "batch draw"]:
    """Return the rewards without gradient, after checking what came; warn of their scale if it is huge.

    Raises
    ------
    TypeError
        If the reward returns no tensor.
    ValueError
        If it has another shape than the predictions, or a reward is not finite.
    """
    rewards = reward(prediction, target)
    if not isinstance(rewards, Tensor):
        raise TypeError(f"A reward must return a torch tensor, but {reward!r} returned {type(rewards).__name__}.")
    if rewards.shape != prediction.shape:
        raise ValueError(
            f"A reward must return one number per prediction, shape {tuple(prediction.shape)}, but {reward!r} "
            f"returned {tuple(rewards.shape)}. Targets come as {tuple(target.shape)}: compare by broadcasting."
        )
    rewards = rewards.detach().to(prediction.dtype)
    largest = float(rewards.abs().max())  # NaN and infinity come through: one look at the device
    if not math.isfinite(largest):
        row, draw = (~torch.isfinite(rewards)).nonzero()[0].tolist()
        raise ValueError(
            f"Rewards must be finite, but {reward!r} gave {rewards[row, draw].item()} for prediction "
            f"{prediction[row, draw].item():.6g} and target {target.expand_as(prediction)[row, draw].item():.6g} "
            f"({reward.units} units). "
            "Bound the reward, or give it a floor."
        )
    if largest > HUGE_REWARD:
        warnings.warn(
            f"{reward!r} gives rewards beyond ±{HUGE_REWARD:.0e} ({reward.units} units), and gradients of that size. "
            "Use units='standard', bound the reward, or scale the advantages.",
            stacklevel=2,
        )
    return rewards
