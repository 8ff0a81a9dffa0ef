"""Exact credit of every digit: what choosing it is worth, given those before it."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from digitwise.nn.memory import Memory
from digitwise.policy.policy import Policy


@dataclass(frozen=True)
class DigitCredit:
    """The expected reward at every prefix, and what each next digit adds.

    Parameters
    ----------
    value
        ``(batch, node)``: ``E[reward | prefix]``.
    advantage
        ``(batch, node, vocab)``: ``E[reward | prefix, digit] - E[reward | prefix]``; 0 for forbidden digits. Its mean
        under the policy is 0 in every node.
    """

    value: Float[Tensor, "batch node"]
    advantage: Float[Tensor, "batch node vocab"]


@torch.no_grad()
def digit_credit(policy: Policy, memory: Memory, rewards: Float[Tensor, "batch leaf"]) -> DigitCredit:
    """Return the exact credit of every digit in every inner node, without gradient.

    Parameters
    ----------
    policy, memory
        The law and the rows.
    rewards
        Reward of every leaf (`expected_reward.leaf_rewards`).

    Notes
    -----
    One pass up the tree. The gradient of the expected reward is the sum over nodes of the probability of coming by,
    times ``Σ_digit π(digit) · A(digit) · ∇ log π(digit)``, which a test holds it to.
    """
    tree = policy.tree
    probs = policy.node_log_probs(memory).exp()
    rewards = rewards.to(probs.dtype)
    values: list[Tensor] = []
    advantages: list[Tensor] = []
    below, first_below, end = rewards, 0, tree.n_nodes  # the level below: leaves, then inner nodes
    for size in reversed(tree.level_sizes):
        start = end - size
        child = tree.child[start:end]
        worth = torch.where(child >= 0, below[:, (child - first_below).clamp(min=0)], 0.0)
        value = (probs[:, start:end] * worth).sum(-1)
        values.insert(0, value)
        advantages.insert(0, torch.where(child >= 0, worth - value.unsqueeze(-1), 0.0))
        below, first_below, end = value, start, start
    return DigitCredit(torch.cat(values, dim=1), torch.cat(advantages, dim=1))
