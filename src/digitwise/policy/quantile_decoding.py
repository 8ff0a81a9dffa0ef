"""Arithmetic decoding: walking the tree along a level of the cdf gives the quantile, digit by digit."""

import torch
from jaxtyping import Float
from torch import Tensor

from digitwise.nn.memory import Memory
from digitwise.policy.policy import Policy
from digitwise.policy.rollout import Rollout
from digitwise.policy.walk import invert_cdf, walk


def decode_quantiles(
    policy: Policy, memory: Memory, levels: Float[Tensor, "#batch draw"], *, temperature: float = 1.0
) -> Rollout:
    """Return, for every row, the sequences that stand at the given levels of its law.

    Each step takes the digit whose share of the remaining mass holds the level and carries on within that share, so
    an ordered codec needs ``length`` steps for an exact quantile, without enumerating the tree.

    Parameters
    ----------
    policy, memory
        The law and the rows.
    levels
        In ``[0, 1]``; one row of levels for all rows, or one per row.
    temperature
        Divides the logits.

    Raises
    ------
    ValueError
        If the codec is not ordered or a level lies outside ``[0, 1]``.
    """
    if not policy.codec.ordered:
        raise ValueError("Quantiles need an ordered codec (token order is number order). Sample instead.")
    if not ((levels >= 0) & (levels <= 1)).all():
        raise ValueError(f"Levels must lie in [0, 1], but span {levels.min().item()} to {levels.max().item()}.")
    remaining = levels.double().expand(memory.features.shape[0], -1)

    def choose(log_probs: Tensor) -> Tensor:
        nonlocal remaining
        token, remaining = invert_cdf(log_probs, remaining)
        return token

    return walk(policy, memory, levels.shape[1], choose, temperature)


def sample_stratified(
    policy: Policy,
    memory: Memory,
    n_draws: int,
    *,
    temperature: float = 1.0,
    generator: torch.Generator | None = None,
) -> Rollout:
    """Return ``n_draws`` draws per row, one from each of ``n_draws`` equal slices of its law.

    Each draw alone follows the law; together they spread evenly over it, so averages have less variance than those of
    independent draws.
    """
    batch, device = memory.features.shape[0], memory.features.device
    jitter = torch.rand(batch, n_draws, dtype=torch.float64, device=device, generator=generator)
    levels = (torch.arange(n_draws, device=device) + jitter) / n_draws
    return decode_quantiles(policy, memory, levels, temperature=temperature)
