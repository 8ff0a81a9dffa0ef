"""Advantages: how much better a draw did than expected. Matrices in, matrices out, ``(batch, draw)``."""

from collections.abc import Callable
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

Baseline = Literal["greedy", "leave_one_out", "group_mean", "none"]
Scale = Literal["none", "group_std", "batch_std"]

STD_FLOOR = 1e-6
"""Added to the standard deviation that an advantage is divided by."""


def leave_one_out_mean(rewards: Float[Tensor, "batch draw"]) -> Float[Tensor, "batch draw"]:
    """Return, for each draw, the mean reward of the row's other draws.

    Examples
    --------
    >>> leave_one_out_mean(torch.tensor([[1.0, 2.0, 6.0]])).tolist()
    [[4.0, 3.5, 1.5]]
    """
    return (rewards.sum(-1, keepdim=True) - rewards) / (rewards.shape[-1] - 1)


def leave_one_out_of_group(
    reward: Callable[[Tensor, Tensor], Tensor],
    prediction: Float[Tensor, "batch draw"],
    target: Float[Tensor, "batch 1"],
) -> Float[Tensor, "batch draw"]:
    """Return, for each draw, the mean of a group reward on the group of the other draws.

    The rewards of the others depend on the draw that is left out, so averaging them as they are would be no baseline:
    the group is rewarded again without it.
    """
    n_draws = prediction.shape[-1]
    others = torch.arange(n_draws, device=prediction.device).expand(n_draws, -1)
    others = others[~torch.eye(n_draws, dtype=torch.bool, device=prediction.device)].view(n_draws, n_draws - 1)
    return reward(prediction[:, others], target.unsqueeze(-1)).mean(-1)


def scaled_advantage(
    advantage: Float[Tensor, "batch draw"], scale: Scale, weight: Float[Tensor, " batch"] | None = None
) -> Float[Tensor, "batch draw"]:
    """Return the advantage over the standard deviation of its row (GRPO) or of the weighted batch, or as it is.

    Dividing by the row's own removes the size of the error: a row with tiny errors pushes as hard as one with huge
    errors.

    Examples
    --------
    >>> advantage = torch.tensor([[-1.0, 1.0], [-10.0, 10.0]], dtype=torch.float64)
    >>> scaled_advantage(advantage, "group_std").round(decimals=3).tolist()
    [[-0.707, 0.707], [-0.707, 0.707]]
    """
    if scale == "none":
        return advantage
    if scale == "group_std":
        return advantage / (advantage.std(-1, keepdim=True) + STD_FLOOR)
    share = torch.ones_like(advantage) if weight is None else weight.to(advantage).unsqueeze(-1).expand_as(advantage)
    share = share / share.sum().clamp(min=torch.finfo(share.dtype).tiny)
    mean = (share * advantage).sum()
    return advantage / ((share * (advantage - mean) ** 2).sum().sqrt() + STD_FLOOR)
