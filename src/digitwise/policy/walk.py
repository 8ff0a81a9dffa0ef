"""One walk down the digit tree, step by step on the cache; sampling, greedy and quantile decoding choose the digits."""

from collections.abc import Callable

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from digitwise.nn.memory import Memory
from digitwise.policy.policy import Policy
from digitwise.policy.rollout import Rollout

Choose = Callable[[Tensor], Tensor]
"""Maps log-probabilities of the next tokens in number order, ``(batch, draw, vocab)``, to the places of the chosen
ones, ``(batch, draw)``."""


@torch.no_grad()
def walk(policy: Policy, memory: Memory, n_draws: int, choose: Choose, temperature: float = 1.0) -> Rollout:
    """Return the sequences that ``choose`` writes, all rows and draws at once.

    Parameters
    ----------
    policy
        The law to walk.
    memory
        One entry per row.
    n_draws
        Sequences per row.
    choose
        Picks the next token from its log-probabilities.
    temperature
        Divides the logits.

    Raises
    ------
    ValueError
        If ``n_draws`` is below 1 or the temperature is not positive.
    """
    if n_draws < 1:
        raise ValueError(f"n_draws must be at least 1, but got {n_draws}.")
    if temperature <= 0:
        raise ValueError(
            f"temperature must be positive, but got {temperature}. Use greedy() for the mode of each step."
        )
    batch = memory.features.shape[0]
    states = torch.zeros(batch, n_draws, dtype=torch.int64, device=memory.features.device)
    decoding = policy.model.start(memory, n_draws)
    token: Tensor | None = None
    tokens, log_probs = [], []
    for _ in range(policy.codec.length):
        next_log_probs = policy.next_token_log_probs(decoding.step(token), states, temperature)
        token = _chosen_in_number_order(policy, states, next_log_probs, choose)
        states = policy.transitions[states, token]
        tokens.append(token)
        log_probs.append(next_log_probs.gather(-1, token.unsqueeze(-1)).squeeze(-1))
    return Rollout(torch.stack(tokens, dim=-1), torch.stack(log_probs, dim=-1), temperature)


def _chosen_in_number_order(
    policy: Policy, states: Int64[Tensor, "batch draw"], log_probs: Float[Tensor, "batch draw vocab"], choose: Choose
) -> Int64[Tensor, "batch draw"]:
    if policy.order is None:
        return choose(log_probs)
    order = policy.order[states]
    return order.gather(-1, choose(log_probs.gather(-1, order)).unsqueeze(-1)).squeeze(-1)


def invert_cdf(
    log_probs: Float[Tensor, "batch draw vocab"], levels: Float[Tensor, "batch draw"]
) -> tuple[Int64[Tensor, "batch draw"], Float[Tensor, "batch draw"]]:
    """Return the token whose share of the unit interval holds each level, and the level within that share.

    Forbidden tokens have an empty share and are never chosen, rounding at the borders included.
    """
    probs = log_probs.double().exp()
    upper = probs.cumsum(-1)
    levels = levels * upper[..., -1]
    possible = probs > 0
    last = probs.shape[-1] - 1 - possible.flip(-1).long().argmax(-1)
    token = torch.minimum((upper <= levels.unsqueeze(-1)).sum(-1), last)
    share = probs.gather(-1, token.unsqueeze(-1)).squeeze(-1)
    lower = upper.gather(-1, token.unsqueeze(-1)).squeeze(-1) - share
    return token, ((levels - lower) / share).clamp(0.0, 1.0)
