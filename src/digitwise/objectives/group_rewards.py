"""Rewards of a row's draws as a group: what each draw adds to the quality of the law they make together.

A reward of single numbers is best served by a point mass. These are proper: their expected gradient is that of the
CRPS (or nearly so), so a law that is right is best.
"""

from dataclasses import dataclass

from torch import Tensor

from digitwise.objectives.rewards import Units


@dataclass(frozen=True, kw_only=True)
class EnergyScoreReward:
    """``-|x_k - y| + mean over the other draws of |x_k - x_j|``; its expected gradient is minus that of the CRPS.

    The weight of the second term is one, not a half, because both draws of a pair depend on the policy and each draw's
    reward counts only for its own log-probability.

    References
    ----------
    Gneiting and Raftery, "Strictly proper scoring rules, prediction, and estimation", 2007.
    """

    units: Units = "standard"
    least_draws: int = 2

    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the reward of each draw, ``(…, draw)``."""
        n_draws = prediction.shape[-1]
        apart = (prediction.unsqueeze(-1) - prediction.unsqueeze(-2)).abs().sum(-1) / (n_draws - 1)
        return apart - (prediction - target).abs()


@dataclass(frozen=True, kw_only=True)
class CRPSGainReward:
    """What the group's CRPS loses when a draw is left out, of DAR.

    With ``CRPS(F) = mean |x_i - y| - sum_ij |x_i - x_j| / 2 K²`` the reward of draw ``k`` is
    ``CRPS(F without k) - CRPS(F)``.

    Notes
    -----
    With ``K`` draws its expected gradient is ``1 / K`` of that of ``E|X - y| - (K - 1) / K · E|X - X'| / 2``: it values
    spread a little too low, the more so the fewer draws. With the group's mean as baseline it is that of a group of
    ``K - 1``, times ``(K - 1) / K``. `EnergyScoreReward` has none of these factors.

    References
    ----------
    Park et al., "Distribution-Aware Reward", arXiv 2605.20740.
    """

    units: Units = "standard"
    least_draws: int = 2

    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the reward of each draw, ``(…, draw)``."""
        n_draws = prediction.shape[-1]
        error = (prediction - target).abs()
        apart = (prediction.unsqueeze(-1) - prediction.unsqueeze(-2)).abs().sum(-1)
        all_errors, all_apart = error.sum(-1, keepdim=True), apart.sum(-1, keepdim=True)
        whole = all_errors / n_draws - all_apart / (2 * n_draws**2)
        others = n_draws - 1
        without = (all_errors - error) / others - (all_apart - 2 * apart) / (2 * others**2)
        return without - whole


@dataclass(frozen=True, kw_only=True)
class MeanErrorReward:
    """``-2 (mean of the other draws - y) (x_k - y)``; its expected gradient is minus that of ``(E[X] - y)²``: `RAFT`.

    A draw is worth something if it moves the mean towards the target, whatever its own distance.
    """

    units: Units = "standard"
    least_draws: int = 2

    def __call__(self, prediction: Tensor, target: Tensor) -> Tensor:
        """Return the reward of each draw, ``(…, draw)``."""
        others = (prediction.sum(-1, keepdim=True) - prediction) / (prediction.shape[-1] - 1)
        return -2 * (others - target) * (prediction - target)
