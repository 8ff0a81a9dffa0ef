"""Draws from the policy, and its greedy sequence."""

import torch

from digitwise.nn.memory import Memory
from digitwise.policy.policy import Policy
from digitwise.policy.rollout import Rollout
from digitwise.policy.walk import invert_cdf, walk


def sample(
    policy: Policy,
    memory: Memory,
    n_draws: int,
    *,
    temperature: float = 1.0,
    generator: torch.Generator | None = None,
) -> Rollout:
    """Return independent draws: each step inverts the next digit's cdf at a fresh uniform.

    Parameters
    ----------
    policy, memory
        The law and the rows.
    n_draws
        Sequences per row.
    temperature
        Divides the logits; recorded in the rollout, as are the tempered log-probabilities.
    generator
        Source of randomness (on the memory's device); torch's own by default.
    """

    def choose(log_probs: torch.Tensor) -> torch.Tensor:
        shape, device = log_probs.shape[:-1], log_probs.device
        uniform = torch.rand(shape, dtype=torch.float64, device=device, generator=generator)
        return invert_cdf(log_probs, uniform)[0]

    return walk(policy, memory, n_draws, choose, temperature)


def greedy(policy: Policy, memory: Memory) -> Rollout:
    """Return the sequence that takes the likeliest digit at each step, one per row.

    It is the baseline of ReMax (arXiv 2310.10505), and in general not the likeliest number.
    """
    return walk(policy, memory, 1, lambda log_probs: log_probs.argmax(-1))
