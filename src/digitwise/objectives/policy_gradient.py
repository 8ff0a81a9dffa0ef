"""The policy gradient and its companions as pure functions of log-probabilities.

Axes: ``(batch, draw)`` for whole numbers, ``(batch, draw, step)`` for digits, ``vocab`` last for all next digits.
"""

import torch
from jaxtyping import Float
from torch import Tensor


def policy_gradient_loss(
    log_probs: Float[Tensor, "batch draw step"], advantage: Float[Tensor, "batch draw"]
) -> Float[Tensor, "batch draw"]:
    """Return ``-A · Σ_step log π``: its gradient is the score-function estimate of minus the expected reward's.

    No gradient flows through the advantage.
    """
    return -advantage.detach() * log_probs.sum(-1)


def clipped_loss(
    log_probs: Float[Tensor, "batch draw step"],
    old_log_probs: Float[Tensor, "batch draw step"],
    advantage: Float[Tensor, "batch draw"],
    clip: float,
) -> tuple[Float[Tensor, "batch draw"], Float[Tensor, "batch draw step"]]:
    """Return PPO's clipped loss, summed over the digits, and where it was clipped (0 or 1).

    While the policy is the one that drew, the gradient is that of `policy_gradient_loss`.

    References
    ----------
    Schulman et al., "Proximal Policy Optimization Algorithms", arXiv 1707.06347.
    """
    advantage = advantage.detach().unsqueeze(-1)
    ratio = (log_probs - old_log_probs.detach()).exp()
    free, bound = ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage
    return -torch.minimum(free, bound).sum(-1), (bound < free).to(ratio.dtype).detach()


def entropy(log_probs: Float[Tensor, "*shape vocab"]) -> Float[Tensor, "*shape"]:
    """Return the entropy of the next digit, nats; forbidden digits (``-inf``) have no part in it."""
    return -(log_probs.exp() * _finite(log_probs)).sum(-1)


def kl_divergence(
    log_probs: Float[Tensor, "*shape vocab"], reference: Float[Tensor, "*shape vocab"]
) -> Float[Tensor, "*shape"]:
    """Return ``KL(π ‖ reference)`` of the next digit, nats."""
    return (log_probs.exp() * (_finite(log_probs) - _finite(reference))).sum(-1)


def visited_cost_loss(
    cost: Float[Tensor, "batch draw step"], log_probs: Float[Tensor, "batch draw step"]
) -> Float[Tensor, "batch draw"]:
    """Return a loss whose expected gradient is that of the expected sum of costs along a draw.

    A cost of the policy at each visited prefix (an entropy, a KL) moves in two ways: by itself, and by which prefixes
    are visited. The second part makes the digits before a step answer for its cost. *Differs from common practice*,
    which leaves it out.

    Parameters
    ----------
    cost
        Of the policy at each step, with gradient.
    log_probs
        Of the chosen digits, with gradient.
    """
    later = cost.flip(-1).cumsum(-1).flip(-1) - cost
    return (cost + later.detach() * log_probs).sum(-1)


def _finite(log_probs: Tensor) -> Tensor:
    """Return log-probabilities with 0 for minus infinity, so that ``p log p`` and its gradient are 0 there."""
    return log_probs.masked_fill(log_probs == -torch.inf, 0.0)
